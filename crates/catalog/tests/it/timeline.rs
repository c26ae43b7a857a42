//! Windows on a camera's ledger.

use nightjar_catalog::LedgerWrite;
use nightjar_model::{GapCause, SegmentState, Slo, StreamName};

use crate::database::{TestDatabase, on_both};
use crate::make::{SECOND, added, at, finish, finished, gap, open_segment, recorded};

const MAIN: StreamName = StreamName::Main;

on_both!(
    a_window_shows_spans_and_gaps_clipped,
    a_window_inside_one_long_row_shows_it,
    an_open_gap_ends_now,
    the_first_connection_is_no_loss,
    overlapping_segments_are_both_found,
    a_segment_is_there_from_its_start_on,
    a_limit_gives_the_first_segments,
    streams_and_cameras_are_apart,
    an_empty_window_is_empty,
);

async fn a_window_shows_spans_and_gaps_clipped(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    recorded(&catalog, &camera, 0, 3, 10).await;
    let writes = [
        LedgerWrite::GapRecorded(gap(&camera, at(30), Some(at(40)), GapCause::StreamStalled)),
        LedgerWrite::GapRecorded(gap(&camera, at(40), Some(at(50)), GapCause::Disabled)),
    ];
    catalog.apply(&writes).await.expect("is written");
    recorded(&catalog, &camera, 50, 2, 10).await;

    let timeline = catalog.timeline(camera.id, MAIN, at(5), at(65), at(100)).await.expect("is read");
    let spans: Vec<_> = timeline.spans.iter().map(|span| (span.start, span.end, span.segments)).collect();
    assert_eq!(spans, [(at(5), at(30), 3), (at(50), at(65), 2)]);
    let gaps: Vec<_> = timeline.gaps.iter().map(|gap| (gap.start, gap.end, gap.cause)).collect();
    let expected =
        [(at(30), Some(at(40)), GapCause::StreamStalled), (at(40), Some(at(50)), GapCause::Disabled)];
    assert_eq!(gaps, expected);
    let slo = catalog.slo(camera.id, MAIN, at(5), at(65), at(100)).await.expect("is measured");
    assert_eq!(slo, Slo { recorded_micros: 40 * SECOND, lost_micros: 10 * SECOND });
}

async fn a_window_inside_one_long_row_shows_it(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let year = 365 * 86_400;
    recorded(&catalog, &camera, 0, 1, 86_400).await;
    let off = gap(&camera, at(86_400), Some(at(year)), GapCause::Disabled);
    catalog.apply(&[LedgerWrite::GapRecorded(off.clone())]).await.expect("is written");

    let timeline = catalog.timeline(camera.id, MAIN, at(100), at(101), at(year)).await.expect("is read");
    assert_eq!((timeline.spans[0].start, timeline.spans[0].end), (at(100), at(101)));
    let middle = (at(year / 2), at(year / 2 + 1));
    let timeline = catalog.timeline(camera.id, MAIN, middle.0, middle.1, at(year)).await.expect("is read");
    assert_eq!((timeline.gaps[0].start, timeline.gaps[0].end), (middle.0, Some(middle.1)));
    assert_eq!(catalog.gaps_between(camera.id, MAIN, middle.0, middle.1).await, Ok(vec![off]));
}

async fn an_open_gap_ends_now(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let outage = gap(&camera, at(10), None, GapCause::CameraUnreachable);
    catalog.apply(&[LedgerWrite::GapOpened(outage)]).await.expect("is written");
    for (to, now, end) in [(100, 50, 50), (40, 50, 40)] {
        let timeline = catalog.timeline(camera.id, MAIN, at(20), at(to), at(now)).await.expect("is read");
        assert_eq!((timeline.gaps[0].start, timeline.gaps[0].end), (at(20), Some(at(end))));
        let slo = catalog.slo(camera.id, MAIN, at(20), at(to), at(now)).await.expect("is measured");
        assert_eq!(slo.lost_micros, (end - 20) * SECOND);
    }
}

async fn the_first_connection_is_no_loss(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let connecting = gap(&camera, at(10), None, GapCause::Connecting);
    catalog.apply(&[LedgerWrite::GapOpened(connecting.clone())]).await.expect("is written");
    let slo = async |now| catalog.slo(camera.id, MAIN, at(0), at(100), at(now)).await.expect("is measured");
    assert_eq!(slo(13).await.ratio().to_bits(), 1f64.to_bits());
    let closed = LedgerWrite::GapClosed { id: connecting.id, end: at(13) };
    catalog.apply(&[closed]).await.expect("is written");
    recorded(&catalog, &camera, 13, 1, 10).await;
    assert_eq!(slo(23).await, Slo { recorded_micros: 10 * SECOND, lost_micros: 0 });
    // Every second from the beginning on is in the ledger all the same.
    let timeline = catalog.timeline(camera.id, MAIN, at(0), at(100), at(23)).await.expect("is read");
    assert_eq!((timeline.gaps[0].start, timeline.gaps[0].end), (at(10), Some(timeline.spans[0].start)));
}

async fn overlapping_segments_are_both_found(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let (long, short) = (open_segment(&camera, at(0)), open_segment(&camera, at(50)));
    catalog.apply(&[finish(&long, at(100)), finish(&short, at(150))]).await.expect("is written");
    let both = catalog.segments_between(camera.id, MAIN, at(80), at(90), 10).await.expect("are read");
    assert_eq!(both, [finished(&long, at(100)), finished(&short, at(150))]);
    let slo = catalog.slo(camera.id, MAIN, at(0), at(200), at(200)).await.expect("is measured");
    assert_eq!(slo.recorded_micros, 150 * SECOND);
}

async fn a_segment_is_there_from_its_start_on(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let before = recorded(&catalog, &camera, 0, 2, 10).await;
    let open = open_segment(&camera, at(20));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    let between = async |from, to| {
        catalog.segments_between(camera.id, MAIN, at(from), at(to), 10).await.expect("are read")
    };
    assert_eq!(between(15, 30).await, [before[1].clone(), open.clone()]);
    assert_eq!(between(20, 30).await, [open]);
    assert_eq!(between(10, 20).await, [before[1].clone()]);
    assert_eq!(between(20, 20).await, []);
    catalog.mark_deleting(&[before[0].id, before[1].id]).await.expect("are marked");
    assert_eq!(between(0, 20).await, []);
}

async fn a_limit_gives_the_first_segments(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let all = recorded(&catalog, &camera, 0, 20, 10).await;
    let some = catalog.segments_between(camera.id, MAIN, at(15), at(500), 4).await.expect("are read");
    assert_eq!(some, all[1..5]);
}

async fn streams_and_cameras_are_apart(database: TestDatabase) {
    let catalog = database.open().await;
    let (front, back) = (added(&catalog, "front").await, added(&catalog, "back").await);
    recorded(&catalog, &front, 0, 2, 10).await;
    for (camera, stream) in [(&front, StreamName::Sub), (&back, MAIN)] {
        let timeline = catalog.timeline(camera.id, stream, at(0), at(100), at(100)).await.expect("is read");
        assert_eq!(timeline, nightjar_model::Timeline::default());
    }
}

async fn an_empty_window_is_empty(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 2, 10).await;
    assert_eq!(segments[0].state, SegmentState::Finished);
    for (from, to) in [(5, 5), (9, 3)] {
        let timeline = catalog.timeline(camera.id, MAIN, at(from), at(to), at(100)).await.expect("is read");
        assert!(timeline.spans.is_empty() && timeline.gaps.is_empty());
    }
}
