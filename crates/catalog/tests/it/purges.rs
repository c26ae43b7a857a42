//! Deletions of footage that somebody asked for.

use nightjar_catalog::{AuditFilter, Catalog, LedgerWrite};
use nightjar_media::WallTime;
use nightjar_model::{
    Actor, Camera, GapCause, OrgId, Purge, PurgeId, Segment, SegmentId, SegmentState, StreamName,
};
use serde_json::json;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, finish, gap, node, open_segment, recorded};

on_both!(
    only_whole_files_of_the_range_are_found,
    what_goes_is_counted_and_the_end_is_in_the_audit_trail,
    it_does_not_end_while_a_file_in_its_range_is_unfinished,
    one_file_is_out_of_sight_at_once,
    two_that_forget_the_same_leave_one_gap_and_count_once,
    only_the_last_are_remembered_and_only_so_many_run,
    they_are_the_tenants_and_survive_a_restart,
);

const MAIN: StreamName = StreamName::Main;

fn purge(camera: &Camera, from: Option<WallTime>, to: Option<WallTime>) -> Purge {
    Purge {
        id: PurgeId(Uuid::now_v7()),
        org_id: camera.org_id,
        camera_id: camera.id,
        segment_id: None,
        from,
        to,
        requested_at: at(100),
        requested_by: "ada".to_owned(),
        found_segments: 0,
        found_bytes: 0,
        segments: 0,
        bytes: 0,
        finished_at: None,
    }
}

async fn started(catalog: &Catalog, purge: &Purge) -> Purge {
    catalog.start_purge(purge).await.expect("is written").expect("is not one too many")
}

fn ids(segments: &[Segment]) -> Vec<SegmentId> {
    segments.iter().map(|segment| segment.id).collect()
}

async fn only_whole_files_of_the_range_are_found(database: TestDatabase) {
    let catalog = database.open().await;
    let (front, back) = (added(&catalog, "front").await, added(&catalog, "back").await);
    let segments = recorded(&catalog, &front, 0, 5, 10).await;
    recorded(&catalog, &back, 0, 5, 10).await;
    let open = open_segment(&front, at(50));
    catalog.apply(&[LedgerWrite::SegmentOpened(open)]).await.expect("is written");
    let cases = [
        (None, None, 0..5),
        (None, Some(at(29)), 0..2),
        (Some(at(10)), Some(at(30)), 1..3),
        (Some(at(11)), Some(at(39)), 2..3),
        (Some(at(41)), None, 5..5),
    ];
    for (from, to, range) in cases {
        let expected = &segments[range];
        let asked = started(&catalog, &purge(&front, from, to)).await;
        let bytes: u64 = expected.iter().map(|segment| segment.bytes).sum();
        assert_eq!((asked.found_segments, asked.found_bytes), (expected.len() as u64, bytes));
        let found = catalog.purgeable(&asked, 10).await.expect("are read");
        assert_eq!(ids(&found), ids(expected), "{from:?} {to:?}");
        assert!(segments.iter().all(|segment| asked.covers(segment) == expected.contains(segment)));
    }
    let all = purge(&front, None, None);
    assert_eq!(ids(&catalog.purgeable(&all, 2).await.expect("are read")), ids(&segments[..2]));
}

async fn what_goes_is_counted_and_the_end_is_in_the_audit_trail(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 4, 10).await;
    let asked = started(&catalog, &purge(&camera, None, Some(at(30)))).await;
    let chosen = ids(&segments[..3]);
    catalog.mark_deleting(&chosen).await.expect("are marked");
    assert_eq!(catalog.purgeable(&asked, 10).await, Ok(Vec::new()), "they are chosen already");
    assert_eq!(catalog.finish_purge(&asked, at(110)).await, Ok(None), "three are left");
    catalog.forget_purged(&chosen[..2], "deleted on request", asked.id).await.expect("are forgotten");
    catalog.forget_purged(&chosen[..2], "again", asked.id).await.expect("there is nothing left");
    assert_eq!(catalog.finish_purge(&asked, at(110)).await, Ok(None), "one is left");
    let under_way = catalog.running_purges().await.expect("are read");
    assert_eq!((under_way[0].segments, under_way[0].finished_at), (2, None));
    catalog.forget_purged(&chosen[2..], "deleted on request", asked.id).await.expect("is forgotten");

    let bytes = segments[..3].iter().map(|segment| segment.bytes).sum();
    let expected = Purge { segments: 3, bytes, finished_at: Some(at(110)), ..asked.clone() };
    assert_eq!(catalog.finish_purge(&asked, at(110)).await, Ok(Some(expected.clone())));
    assert_eq!(catalog.finish_purge(&asked, at(120)).await, Ok(None), "it ends once");
    assert_eq!(catalog.running_purges().await, Ok(Vec::new()));
    assert_eq!(catalog.purges(OrgId::DEFAULT, camera.id).await, Ok(vec![expected]));

    let gaps = catalog.gaps_between(camera.id, MAIN, at(0), at(99)).await.expect("are read");
    let shown: Vec<_> = gaps.iter().map(|gap| (gap.start, gap.end, gap.cause)).collect();
    assert_eq!(shown, [(at(0), Some(at(30)), GapCause::Deleted)]);
    assert_eq!(catalog.segments_after(None, 10).await, Ok(vec![segments[3].clone()]));

    let trail = catalog.audit(OrgId::DEFAULT, &AuditFilter::default(), None, 10).await.expect("is read");
    assert_eq!(trail.len(), 1);
    let record = &trail[0].record;
    assert_eq!((record.action.as_str(), &record.actor), ("footage.deleted", &Actor::System));
    assert_eq!((record.object_kind.as_str(), record.object_id.clone()), ("camera", camera.id.to_string()));
    assert_eq!(record.details["segments"], json!(3));
    assert_eq!(record.details["bytes"], json!(bytes));
    assert_eq!(record.details["requested_by"], json!("ada"));
}

async fn it_does_not_end_while_a_file_in_its_range_is_unfinished(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let open = open_segment(&camera, at(0));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    let (up_to_now, everything) = (purge(&camera, None, Some(at(15))), purge(&camera, None, None));
    let (up_to_now, everything) = (started(&catalog, &up_to_now).await, started(&catalog, &everything).await);
    assert_eq!(catalog.finish_purge(&up_to_now, at(16)).await, Ok(None), "it may end before");
    let progress =
        LedgerWrite::SegmentProgress { id: open.id, end: at(20), bytes: 5, media_duration: 1, frames: 1 };
    catalog.apply(&[progress]).await.expect("is written");
    assert!(catalog.finish_purge(&up_to_now, at(21)).await.expect("is tried").is_some(), "it reaches out");
    assert_eq!(catalog.finish_purge(&everything, at(21)).await, Ok(None));
    catalog.apply(&[finish(&open, at(30))]).await.expect("is written");
    assert_eq!(ids(&catalog.purgeable(&everything, 9).await.expect("are read")), [open.id]);
}

async fn one_file_is_out_of_sight_at_once(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 3, 10).await;
    for segment in &segments {
        catalog.enqueue_upload(segment.id, at(50)).await.expect("is queued");
    }
    let changes = catalog.changes();
    let one = &segments[1];
    let asked = Purge {
        segment_id: Some(one.id),
        found_segments: 1,
        found_bytes: one.bytes,
        ..purge(&camera, Some(one.start), Some(one.end))
    };
    assert_eq!(started(&catalog, &asked).await, asked);
    assert!(changes.has_changed().expect("is open"), "the recorder is told");
    let shown = catalog.segments_between(camera.id, MAIN, at(0), at(99), 9).await.expect("are read");
    assert_eq!(ids(&shown), [segments[0].id, segments[2].id]);
    let marked = catalog.deleting(None, 9).await.expect("are read");
    assert_eq!((marked[0].id, marked[0].state), (one.id, SegmentState::Deleting));
    assert_eq!(catalog.deleting(Some(one.id), 9).await, Ok(Vec::new()));
    assert_eq!(catalog.upload_stats(&node()).await.expect("is read").pending, 2, "nobody uploads it");
    assert!(asked.covers(one) && !asked.covers(&segments[0]));
    catalog.forget_purged(&[one.id], "deleted on request", asked.id).await.expect("is forgotten");
    assert!(catalog.finish_purge(&asked, at(60)).await.expect("is tried").is_some());
    let trail = catalog.audit(OrgId::DEFAULT, &AuditFilter::default(), None, 10).await.expect("is read");
    assert_eq!(trail[0].record.object_id, one.id.to_string());
}

async fn two_that_forget_the_same_leave_one_gap_and_count_once(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let camera = added(&one, "front").await;
    for round in 0..8 {
        let segments = recorded(&one, &camera, round * 100, 3, 10).await;
        let asked = started(&one, &purge(&camera, None, Some(at(round * 100 + 30)))).await;
        let (forward, mut backward) = (ids(&segments), ids(&segments));
        backward.reverse();
        one.mark_deleting(&forward).await.expect("are marked");
        let (a, b) = tokio::join!(
            one.forget_purged(&forward, "deleted on request", asked.id),
            two.forget_purged(&backward, "deleted on request", asked.id),
        );
        assert_eq!((a, b), (Ok(()), Ok(())));
        let done = one.finish_purge(&asked, at(999)).await.expect("is tried").expect("nothing is left");
        assert_eq!(done.segments, 3);
        let (from, to) = (at(round * 100), at(round * 100 + 30));
        let gaps = one.gaps_between(camera.id, MAIN, from, to).await.expect("are read");
        assert_eq!(gaps.iter().map(|gap| (gap.start, gap.end)).collect::<Vec<_>>(), [(from, Some(to))]);
    }
}

async fn only_the_last_are_remembered_and_only_so_many_run(database: TestDatabase) {
    let catalog = database.open().await;
    let (camera, other) = (added(&catalog, "front").await, added(&catalog, "back").await);
    let first = started(&catalog, &purge(&other, None, None)).await;
    catalog.finish_purge(&first, at(1)).await.expect("ends");
    for _ in 0..60 {
        let asked = started(&catalog, &purge(&camera, None, Some(at(5)))).await;
        assert!(catalog.finish_purge(&asked, at(6)).await.expect("is tried").is_some(), "nothing is there");
    }
    assert_eq!(catalog.purges(OrgId::DEFAULT, camera.id).await.expect("are read").len(), 50);
    assert_eq!(catalog.purges(OrgId::DEFAULT, other.id).await.expect("are read").len(), 1);
    for _ in 0..1_000 {
        started(&catalog, &purge(&camera, None, None)).await;
    }
    assert_eq!(catalog.start_purge(&purge(&camera, None, None)).await, Ok(None), "there are too many");
    assert!(catalog.start_purge(&purge(&other, None, None)).await.expect("is written").is_some());
}

async fn they_are_the_tenants_and_survive_a_restart(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let outage = gap(&camera, at(0), Some(at(1)), GapCause::CameraUnreachable);
    catalog.apply(&[LedgerWrite::GapRecorded(outage)]).await.expect("is written");
    let asked = started(&catalog, &purge(&camera, Some(at(1)), Some(at(2)))).await;
    catalog.close().await;
    let catalog = database.open().await;
    assert_eq!(catalog.running_purges().await, Ok(vec![asked.clone()]));
    assert_eq!(catalog.purges(OrgId::DEFAULT, camera.id).await, Ok(vec![asked]));
    let other = crate::cameras::other_org(&catalog).await;
    assert_eq!(catalog.purges(other, camera.id).await, Ok(Vec::new()));
}
