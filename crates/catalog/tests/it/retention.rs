//! Usage, deletion, restoring.

use nightjar_catalog::{CameraUsage, LedgerWrite};
use nightjar_model::{CameraId, Gap, GapCause, Location, NodeId, OrgId, Segment, SegmentId, StreamName};
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, finish, finished, gap, index, node, open_segment, recorded};

const MAIN: StreamName = StreamName::Main;

on_both!(
    usage_counts_every_segment_where_it_is,
    the_oldest_are_found_first,
    deletion_leaves_a_gap,
    gaps_of_one_cause_become_one,
    an_open_segment_is_not_marked,
    restored_rows_replace_old_ones,
    a_recovered_segment_and_the_gaps_around_it_are_written_together,
    a_node_that_starts_learns_when_it_was_last_seen,
);

async fn usage_counts_every_segment_where_it_is(database: TestDatabase) {
    let catalog = database.open().await;
    let (front, idle) = (added(&catalog, "front").await, added(&catalog, "idle").await);
    let segments = recorded(&catalog, &front, 0, 4, 10).await;
    let each = segments[0].bytes;
    let open = open_segment(&front, at(40));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    catalog.upload_succeeded(segments[0].id, at(50)).await.expect("is noted");
    catalog.upload_succeeded(segments[1].id, at(50)).await.expect("is noted");
    let remote = Location { local: false, remote: true };
    catalog.set_location(segments[0].id, remote).await.expect("is noted");
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read");
    let expected = CameraUsage {
        camera_id: front.id,
        bytes: 4 * each + open.bytes,
        local_bytes: 3 * each + open.bytes,
        remote_bytes: 2 * each,
        segments: 5,
        oldest: Some(at(0)),
        newest: Some(at(40)),
    };
    assert_eq!(usage[0], expected);
    assert_eq!((usage[1].camera_id, usage[1].bytes, usage[1].oldest), (idle.id, 0, None));

    catalog.apply(&[finish(&open, at(50))]).await.expect("is written");
    let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id).collect();
    catalog.mark_deleting(&ids[..2]).await.expect("are marked");
    catalog.forget_segments(&ids[..2], GapCause::Retention, "").await.expect("are forgotten");
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read")[0];
    assert_eq!((usage.bytes, usage.local_bytes, usage.remote_bytes), (3 * each, 3 * each, 0));
    assert_eq!((usage.segments, usage.oldest, usage.newest), (3, Some(at(20)), Some(at(50))));
}

async fn the_oldest_are_found_first(database: TestDatabase) {
    let catalog = database.open().await;
    let (front, back) = (added(&catalog, "front").await, added(&catalog, "back").await);
    let older = recorded(&catalog, &front, 0, 3, 10).await;
    let newer = recorded(&catalog, &back, 15, 3, 10).await;
    let open = open_segment(&front, at(30));
    catalog.apply(&[LedgerWrite::SegmentOpened(open)]).await.expect("is written");
    catalog.upload_succeeded(older[2].id, at(60)).await.expect("is noted");
    catalog.upload_succeeded(newer[0].id, at(50)).await.expect("is noted");

    let starts = |segments: Vec<Segment>| segments.iter().map(|s| s.start).collect::<Vec<_>>();
    let local = catalog.oldest_local(&node(), false, 4).await.expect("are read");
    assert_eq!(starts(local), [at(0), at(10), at(15), at(20)]);
    let safe = catalog.oldest_local(&node(), true, 4).await.expect("are read");
    assert_eq!(starts(safe), [at(15), at(20)]);
    assert!(catalog.oldest_local(&NodeId("other".to_owned()), false, 4).await.expect("is read").is_empty());
    let due = catalog.local_copies_due(&node(), at(60), 4).await.expect("are read");
    assert_eq!(starts(due), [at(15), at(20)], "in the order of their uploads");

    let oldest =
        async |before| starts(catalog.oldest_finished(front.id, before, 10).await.expect("are read"));
    assert_eq!(oldest(None).await, [at(0), at(10), at(20)]);
    assert_eq!(oldest(Some(at(20))).await, [at(0), at(10)]);
    assert_eq!(oldest(Some(at(9))).await, []);
}

async fn deletion_leaves_a_gap(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 4, 10).await;
    let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id).collect();
    let chosen = [ids[2], ids[0], ids[1]];
    catalog.mark_deleting(&chosen).await.expect("are marked");
    let marked: Vec<_> = catalog.deleting(None, 10).await.expect("are read").iter().map(|s| s.id).collect();
    assert_eq!(marked, ids[..3]);
    assert_eq!(catalog.deleting(None, 2).await.expect("are read").len(), 2);
    let cause = GapCause::Retention;
    catalog.forget_segments(&chosen, cause, "older than 90 days").await.expect("are forgotten");
    catalog.forget_segments(&chosen, cause, "again").await.expect("there is nothing left");
    let gaps = catalog.gaps_after(None, 10).await.expect("are read");
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].start, gaps[0].end), (at(0), Some(at(30))));
    assert_eq!((gaps[0].cause, gaps[0].details.as_str()), (GapCause::Retention, "older than 90 days"));
    assert_eq!(catalog.segments_after(None, 10).await, Ok(vec![segments[3].clone()]));
    assert_eq!(catalog.indexes(&ids).await.expect("are read").len(), 1, "indexes go with their rows");
}

async fn gaps_of_one_cause_become_one(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 3, 10).await;
    let outage = gap(&camera, at(30), Some(at(40)), GapCause::CameraUnreachable);
    catalog.apply(&[LedgerWrite::GapRecorded(outage.clone())]).await.expect("is written");
    let later = recorded(&catalog, &camera, 40, 1, 10).await;
    let forget = async |segment: &Segment, cause| {
        catalog.forget_segments(&[segment.id], cause, "").await.expect("is forgotten");
    };
    let shown = async || -> Vec<_> {
        let gaps = catalog.gaps_between(camera.id, MAIN, at(-9), at(99)).await.expect("are read");
        gaps.iter().map(|gap| (gap.start, gap.end.expect("closed"), gap.cause)).collect()
    };
    forget(&segments[0], GapCause::Retention).await;
    forget(&segments[2], GapCause::Retention).await;
    forget(&later[0], GapCause::Retention).await;
    let lost = (at(30), at(40), GapCause::CameraUnreachable);
    let expected = [
        (at(0), at(10), GapCause::Retention),
        (at(20), at(30), GapCause::Retention),
        lost,
        (at(40), at(50), GapCause::Retention),
    ];
    assert_eq!(shown().await, expected);
    forget(&segments[1], GapCause::Retention).await;
    assert_eq!(shown().await, [(at(0), at(30), GapCause::Retention), lost, expected[3]]);
}

async fn an_open_segment_is_not_marked(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let open = open_segment(&camera, at(0));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    catalog.mark_deleting(&[open.id]).await.expect("leaves it");
    assert_eq!(catalog.deleting(None, 10).await, Ok(Vec::new()));
    assert_eq!(catalog.open_segments(&node()).await, Ok(vec![open]));
}

async fn restored_rows_replace_old_ones(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let mut segments = recorded(&catalog, &camera, 0, 2, 10).await;
    let mut outage = gap(&camera, at(20), None, GapCause::NodeDown);
    catalog.apply(&[LedgerWrite::GapOpened(outage.clone())]).await.expect("is written");
    segments[1].end = at(19);
    segments[1].location = Location { local: false, remote: true };
    outage.start = at(19);
    outage.end = Some(at(25));
    let rows: Vec<_> = segments.iter().map(|segment| (segment.clone(), index())).collect();
    for _ in 0..2 {
        catalog.insert_restored(&rows, std::slice::from_ref(&outage)).await.expect("is written");
    }
    assert_eq!(catalog.segments_after(None, 10).await, Ok(segments.clone()));
    assert_eq!(catalog.gaps_after(None, 10).await, Ok(vec![outage]));
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read")[0];
    assert_eq!((usage.segments, usage.remote_bytes), (2, segments[1].bytes));
}

async fn a_recovered_segment_and_the_gaps_around_it_are_written_together(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let outage = gap(&camera, at(0), None, GapCause::NodeDown);
    catalog.apply(&[LedgerWrite::GapOpened(outage.clone())]).await.expect("is written");
    let segment = finished(&open_segment(&camera, at(10)), at(20));
    let before = gap(&camera, at(0), Some(at(10)), GapCause::NodeDown);
    let cut = [Gap { start: at(20), ..outage.clone() }, before.clone()];

    let stranger = Segment { camera_id: CameraId(Uuid::now_v7()), ..segment.clone() };
    catalog.insert_recovered(&stranger, &index(), &cut).await.expect_err("nobody knows its camera");
    assert_eq!(catalog.gaps_after(None, 10).await, Ok(vec![outage]), "its time is not taken away");

    catalog.insert_recovered(&segment, &index(), &cut).await.expect("is written");
    assert_eq!(catalog.gaps_after(None, 10).await, Ok(cut.to_vec()));
    assert_eq!(catalog.indexes(&[segment.id]).await.expect("is read").remove(&segment.id), Some(index()));
    // What has become of it since is not taken back.
    catalog.upload_succeeded(segment.id, at(30)).await.expect("is noted");
    catalog.insert_recovered(&segment, &index(), &[]).await.expect("is written");
    let row = catalog.segment_by_id(segment.id).await.expect("is read").expect("is there");
    assert_eq!(row.location, Location { local: true, remote: true });
}

async fn a_node_that_starts_learns_when_it_was_last_seen(database: TestDatabase) {
    let catalog = database.open().await;
    let started = async |second| catalog.node_started(&node(), at(second)).await.expect("is noted");
    assert_eq!((started(0).await, started(1).await), (None, Some(at(0))));
    let seen = |second| LedgerWrite::NodeSeen { node: node(), at: at(second) };
    catalog.apply(&[seen(2), seen(3)]).await.expect("is written");
    catalog
        .apply(&[LedgerWrite::NodeSeen { node: NodeId("other".into()), at: at(9) }])
        .await
        .expect("is written");
    assert_eq!((started(5).await, started(6).await), (Some(at(3)), Some(at(3))));
    assert_eq!(catalog.node_seen(&node()).await, Ok(Some(at(3))));
    assert_eq!(catalog.node_seen(&NodeId("nobody".into())).await, Ok(None));
}
