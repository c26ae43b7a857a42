//! Batches of changes.

use std::time::Duration;

use nightjar_catalog::{LedgerItem, LedgerWrite};
use nightjar_model::{GapCause, Location, OrgId, Segment, SegmentState, StreamName};
use rand::Rng;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{SECOND, added, at, camera, finish, finished, gap, index, node, open_segment, recorded};

const MAIN: StreamName = StreamName::Main;

on_both!(
    a_segment_goes_its_way_from_open_to_finished,
    a_batch_takes_changes_of_one_row_together,
    a_repeated_batch_changes_nothing,
    a_late_repetition_takes_nothing_back,
    a_failed_batch_leaves_nothing,
    a_batch_that_nobody_waits_for_is_there_whole_or_not_at_all,
    a_large_batch_is_written_whole,
    a_gap_opens_and_closes,
    ledger_rows_come_in_pages_in_order,
    last_covered_is_the_latest_end,
    the_ledger_can_be_read_from_an_instant_on,
    writers_and_readers_go_together,
);

async fn a_segment_goes_its_way_from_open_to_finished(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let open = open_segment(&camera, at(0));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    assert_eq!(catalog.open_segments(&node()).await, Ok(vec![open.clone()]));

    let progress = progress(&open, 3);
    catalog.apply(std::slice::from_ref(&progress)).await.expect("is written");
    let durable = Segment { end: at(3), bytes: 3_000, media_duration: 270_000, frames: 75, ..open.clone() };
    assert_eq!(catalog.segment(OrgId::DEFAULT, open.id).await, Ok(Some(durable)));
    assert_eq!(catalog.segment(OrgId(Uuid::now_v7()), open.id).await, Ok(None));
    assert!(catalog.indexes(&[open.id]).await.expect("is read").is_empty());

    let done = finished(&open, at(10));
    catalog.apply(&[finish(&open, at(10)), progress]).await.expect("is written");
    assert_eq!(catalog.segment(OrgId::DEFAULT, open.id).await, Ok(Some(done)));
    assert_eq!(catalog.indexes(&[open.id]).await.expect("is read").remove(&open.id), Some(index()));
    assert_eq!(catalog.open_segments(&node()).await, Ok(Vec::new()));
}

async fn a_batch_takes_changes_of_one_row_together(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let (whole, started, dropped) =
        (open_segment(&camera, at(0)), open_segment(&camera, at(10)), open_segment(&camera, at(20)));
    let outage = gap(&camera, at(13), None, GapCause::CameraUnreachable);
    let writes = [
        LedgerWrite::SegmentOpened(whole.clone()),
        progress(&whole, 5),
        finish(&whole, at(10)),
        LedgerWrite::SegmentOpened(started.clone()),
        progress(&started, 1),
        progress(&started, 3),
        LedgerWrite::GapOpened(outage.clone()),
        LedgerWrite::SegmentOpened(dropped.clone()),
        LedgerWrite::SegmentDropped(dropped.id),
        LedgerWrite::GapClosed { id: outage.id, end: at(17) },
    ];
    catalog.apply(&writes).await.expect("is written");
    let segments = catalog.segments_between(camera.id, MAIN, at(0), at(99), 99).await.expect("are read");
    let shown: Vec<_> = segments.iter().map(|s| (s.id, s.end, s.state)).collect();
    let expected = [(whole.id, at(10), SegmentState::Finished), (started.id, at(13), SegmentState::Open)];
    assert_eq!(shown, expected);
    let gaps = catalog.gaps_between(camera.id, MAIN, at(0), at(99)).await.expect("are read");
    assert_eq!(gaps.iter().map(|gap| gap.end).collect::<Vec<_>>(), [Some(at(17))]);
}

async fn a_repeated_batch_changes_nothing(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let (done, open) = (open_segment(&camera, at(0)), open_segment(&camera, at(10)));
    let lost = gap(&camera, at(10), Some(at(10)), GapCause::CodecChange);
    let writes = vec![
        LedgerWrite::SegmentOpened(done.clone()),
        LedgerWrite::SegmentFinished { segment: finished(&done, at(10)), index: index(), upload: true },
        LedgerWrite::GapRecorded(lost.clone()),
        LedgerWrite::SegmentOpened(open.clone()),
        progress(&open, 2),
    ];
    catalog.apply(&writes).await.expect("is written");
    let before = everything(&catalog).await;
    catalog.apply(&writes).await.expect("is repeated");
    assert_eq!(everything(&catalog).await, before);

    // A recorder that does not know the outcome goes on and repeats more than it did.
    let longer: Vec<LedgerWrite> = writes
        .into_iter()
        .chain([progress(&open, 4), LedgerWrite::GapOpened(gap(&camera, at(14), None, GapCause::DiskFull))])
        .collect();
    catalog.apply(&longer).await.expect("is written");
    let (segments, gaps, uploads) = everything(&catalog).await;
    assert_eq!(segments.iter().map(|s| s.end).collect::<Vec<_>>(), [at(10), at(14)]);
    assert_eq!((gaps.len(), uploads), (2, 1));
}

async fn a_late_repetition_takes_nothing_back(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let open = open_segment(&camera, at(0));
    let opened = LedgerWrite::SegmentOpened(open.clone());
    let done =
        LedgerWrite::SegmentFinished { segment: finished(&open, at(10)), index: index(), upload: true };
    catalog.apply(&[opened.clone(), done.clone()]).await.expect("is written");
    catalog.upload_succeeded(open.id, at(20)).await.expect("is noted");
    catalog.apply(&[opened]).await.expect("is written");
    catalog.apply(&[done]).await.expect("is written");
    let row = catalog.segment(OrgId::DEFAULT, open.id).await.expect("is read").expect("is there");
    assert_eq!(row.state, SegmentState::Finished);
    assert_eq!(row.location, Location { local: true, remote: true }, "the upload is not forgotten");
    assert_eq!(catalog.next_upload_due(&node()).await, Ok(None), "and not queued again");
}

async fn a_failed_batch_leaves_nothing(database: TestDatabase) {
    let catalog = database.open().await;
    let known = added(&catalog, "known").await;
    let unknown = camera("unknown");
    let good = open_segment(&known, at(0));
    let writes = [
        LedgerWrite::SegmentOpened(good.clone()),
        finish(&good, at(5)),
        LedgerWrite::GapRecorded(gap(&unknown, at(0), Some(at(1)), GapCause::DiskFull)),
    ];
    let error = catalog.apply(&writes).await.expect_err("the camera is not there");
    assert!(!error.is_transient(), "{error}");
    assert_eq!(everything(&catalog).await, (Vec::new(), Vec::new(), 0));
    assert_eq!(catalog.usage(OrgId::DEFAULT).await.expect("is read")[0].segments, 0);
    catalog.apply(&writes[..2]).await.expect("the connection is still good");
}

async fn a_batch_that_nobody_waits_for_is_there_whole_or_not_at_all(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let mut given_up = 0;
    for round in 0..60 {
        let writes: Vec<LedgerWrite> = (0..40)
            .map(|part| {
                let start = round * 400 + part * 10;
                finish(&open_segment(&camera, at(start)), at(start + 10))
            })
            .collect();
        let patience = Duration::from_micros(rand::rng().random_range(0..20_000));
        let outcome = tokio::time::timeout(patience, catalog.apply(&writes)).await;
        given_up += i32::from(outcome.is_err());
        // What comes next waits for what was given up, so that it is over now.
        catalog.set_recording_since(camera.id, at(0)).await.expect("the connection is still good");
        let (from, to) = (at(round * 400), at(round * 400 + 400));
        let found = catalog.segments_between(camera.id, MAIN, from, to, 100).await.expect("are read").len();
        assert!(found == 40 || (found == 0 && outcome.is_err()), "{found} of 40");
        if found == 0 {
            catalog.apply(&writes).await.expect("can be repeated");
        }
    }
    assert!(given_up > 0, "some were given up");
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read")[0];
    assert_eq!(usage.segments, 2_400);
}

async fn a_large_batch_is_written_whole(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let opened: Vec<Segment> = (0..3_000).map(|n| open_segment(&camera, at(n * 10))).collect();
    let writes: Vec<LedgerWrite> = opened.iter().cloned().map(LedgerWrite::SegmentOpened).collect();
    catalog.apply(&writes).await.expect("is written");
    let writes: Vec<LedgerWrite> = opened.iter().map(|segment| progress(segment, 5)).collect();
    catalog.apply(&writes).await.expect("is written");
    let writes: Vec<LedgerWrite> = opened
        .iter()
        .enumerate()
        .flat_map(|(n, segment)| {
            let n = i64::try_from(n).expect("is small") * 10;
            let outage = gap(&camera, at(n + 8), Some(at(n + 10)), GapCause::StreamStalled);
            [finish(segment, at(n + 8)), LedgerWrite::GapRecorded(outage)]
        })
        .collect();
    catalog.apply(&writes).await.expect("is written");
    let slo = catalog.slo(camera.id, MAIN, at(0), at(30_000), at(30_000)).await.expect("is measured");
    assert_eq!((slo.recorded_micros, slo.lost_micros), (24_000 * SECOND, 6_000 * SECOND));
}

async fn a_gap_opens_and_closes(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let outage = gap(&camera, at(0), None, GapCause::AuthFailed);
    catalog.apply(&[LedgerWrite::GapOpened(outage.clone())]).await.expect("is written");
    assert_eq!(catalog.open_gap(camera.id, MAIN).await, Ok(Some(outage.clone())));
    assert_eq!(catalog.open_gap(camera.id, StreamName::Sub).await, Ok(None));
    let close = |end| LedgerWrite::GapClosed { id: outage.id, end: at(end) };
    catalog.apply(&[close(7)]).await.expect("is written");
    catalog.apply(&[close(9)]).await.expect("is over already");
    assert_eq!(catalog.open_gap(camera.id, MAIN).await, Ok(None));
    let mut closed = outage.clone();
    closed.end = Some(at(7));
    assert_eq!(catalog.gaps_after(None, 10).await, Ok(vec![closed]));
    assert_eq!(catalog.gaps_after(Some(outage.id), 10).await, Ok(Vec::new()));
}

async fn ledger_rows_come_in_pages_in_order(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    for part in 0..4 {
        recorded(&catalog, &camera, part * 100, 9, 10).await;
        let outage = gap(&camera, at(part * 100 + 90), Some(at(part * 100 + 100)), GapCause::ClockStep);
        catalog.apply(&[LedgerWrite::GapRecorded(outage)]).await.expect("is written");
    }
    let whole = catalog.ledger_rows(camera.id, MAIN, None, 1_000).await.expect("are read");
    assert_eq!(whole.len(), 40);
    assert!(whole.is_sorted_by_key(|row| row.start));
    assert_eq!(whole.iter().filter(|row| matches!(row.item, LedgerItem::Gap { .. })).count(), 4);
    for limit in [1, 7, 40] {
        let mut pages = Vec::new();
        let mut after = None;
        loop {
            let page = catalog.ledger_rows(camera.id, MAIN, after, limit).await.expect("are read");
            after = page.last().map(|row| row.cursor());
            let last = page.len() < limit as usize;
            pages.extend(page);
            if last {
                break;
            }
        }
        assert_eq!(pages, whole, "in pages of {limit}");
    }
}

async fn the_ledger_can_be_read_from_an_instant_on(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    // Nine segments, a gap, nine more.
    recorded(&catalog, &camera, 0, 9, 10).await;
    let outage = gap(&camera, at(90), Some(at(100)), GapCause::CameraUnreachable);
    catalog.apply(&[LedgerWrite::GapRecorded(outage)]).await.expect("is written");
    recorded(&catalog, &camera, 100, 9, 10).await;
    let first = async |second| {
        let place = catalog.ledger_place(camera.id, MAIN, at(second)).await.expect("is found");
        let rows = catalog.ledger_rows(camera.id, MAIN, place, 1).await.expect("are read");
        rows[0].start
    };
    assert_eq!(catalog.ledger_place(camera.id, MAIN, at(-1)).await, Ok(None));
    for (second, expected) in [(0, 0), (75, 0), (85, 10), (90, 20), (130, 60), (9999, 110)] {
        assert_eq!(first(second).await, at(expected), "from {second}");
    }
}

async fn last_covered_is_the_latest_end(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let covered = async || catalog.last_covered(camera.id, MAIN).await.expect("is read");
    assert_eq!(covered().await, None);
    recorded(&catalog, &camera, 0, 3, 10).await;
    assert_eq!(covered().await, Some(at(30)));
    let outage = gap(&camera, at(30), None, GapCause::CameraUnreachable);
    catalog.apply(&[LedgerWrite::GapOpened(outage.clone())]).await.expect("is written");
    assert_eq!(covered().await, Some(at(30)));
    catalog.apply(&[LedgerWrite::GapClosed { id: outage.id, end: at(44) }]).await.expect("is written");
    assert_eq!(covered().await, Some(at(44)));
}

async fn writers_and_readers_go_together(database: TestDatabase) {
    let catalog = database.open().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let camera = added(&catalog, &format!("camera-{number}")).await;
        let catalog = catalog.clone();
        tasks.spawn(async move {
            for part in 0..20 {
                let segments = recorded(&catalog, &camera, part * 20, 2, 10).await;
                let ids: Vec<_> = segments.iter().map(|segment| segment.id).collect();
                if part % 4 == 0 {
                    catalog.mark_deleting(&ids).await.expect("are marked");
                    catalog.forget_segments(&ids, GapCause::Retention, "").await.expect("are forgotten");
                }
                catalog.timeline(camera.id, MAIN, at(0), at(9_999), at(400)).await.expect("is read");
                catalog.usage(OrgId::DEFAULT).await.expect("is read");
            }
        });
    }
    tasks.join_all().await;
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read");
    assert!(usage.iter().all(|usage| usage.segments == 30), "{usage:?}");
}

fn progress(segment: &Segment, seconds: i64) -> LedgerWrite {
    LedgerWrite::SegmentProgress {
        id: segment.id,
        end: segment.start.plus_micros(seconds * SECOND),
        bytes: seconds.unsigned_abs() * 1_000,
        media_duration: seconds.unsigned_abs() * 90_000,
        frames: u32::try_from(seconds * 25).expect("is small"),
    }
}

async fn everything(catalog: &nightjar_catalog::Catalog) -> (Vec<Segment>, Vec<nightjar_model::Gap>, u64) {
    (
        catalog.segments_after(None, 1_000).await.expect("are read"),
        catalog.gaps_after(None, 1_000).await.expect("are read"),
        catalog.upload_stats(&node()).await.expect("are read").pending,
    )
}
