//! Whatever happens, the ledger tiles, and queries give what a plain loop over all rows gives.

use nightjar_catalog::{Catalog, verify};
use nightjar_media::WallTime;
use nightjar_model::{Camera, GapCause, OrgId, Slo, StreamName, Timeline};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at};
use crate::model::{Happening, Order, Recorder, Row, happenings};

const MAIN: StreamName = StreamName::Main;
const CASES: usize = 60;

on_both!(any_sequence_of_changes_tiles_and_reads_back);

async fn any_sequence_of_changes_tiles_and_reads_back(database: TestDatabase) {
    let catalog = database.open().await;
    let windows = prop::collection::vec((-100..20_000i64, 0..10_000i64), 6);
    let mut runner = TestRunner::new(Config::default());
    for case in 0..CASES {
        let camera = added(&catalog, &format!("camera-{case}")).await;
        let happenings = happenings().new_tree(&mut runner).expect("generates").current();
        let windows = windows.new_tree(&mut runner).expect("generates").current();
        let recorder = play(&catalog, &camera, &happenings).await;
        let told = format!("{happenings:?}");
        compare_ledger(&catalog, &camera, &recorder, &told).await;
        for (from, length) in windows {
            compare_window(&catalog, &camera, &recorder, (at(from), at(from + length)), &told).await;
        }
    }
}

async fn play(catalog: &Catalog, camera: &Camera, happenings: &[Happening]) -> Recorder {
    let mut recorder = Recorder::start(camera);
    for happening in happenings.iter().chain([&Happening::Flush { twice: false }]) {
        for order in recorder.happen(happening) {
            match order {
                Order::Write(writes) => catalog.apply(&writes).await.expect("is written"),
                Order::Forget(ids, cause) => {
                    catalog.mark_deleting(&ids).await.expect("are marked");
                    catalog.forget_segments(&ids, cause, "").await.expect("are forgotten");
                }
            }
        }
    }
    recorder
}

async fn compare_ledger(catalog: &Catalog, camera: &Camera, recorder: &Recorder, told: &str) {
    let mut rows = Vec::new();
    loop {
        let after = rows.last().map(nightjar_catalog::LedgerRow::cursor);
        let page = catalog.ledger_rows(camera.id, MAIN, after, 7).await.expect("are read");
        let last = page.len() < 7;
        rows.extend(page);
        if last {
            break;
        }
    }
    assert_eq!(verify::tiling(rows, at(0), recorder.now, 0), [], "{told}");

    let covered = recorder.rows.last().map(|row| match row {
        Row::Missing { start, end, .. } => end.unwrap_or(*start),
        Row::Footage { end, .. } => *end,
    });
    assert_eq!(catalog.last_covered(camera.id, MAIN).await, Ok(covered), "{told}");
    let open = recorder.rows.iter().find_map(|row| match row {
        Row::Missing { start, end: None, cause } => Some((*start, *cause)),
        _ => None,
    });
    let found = catalog.open_gap(camera.id, MAIN).await.expect("is read");
    assert_eq!(found.map(|gap| (gap.start, gap.cause)), open, "{told}");

    let footage = recorder.rows.iter().filter_map(|row| match row {
        Row::Footage { bytes, .. } => Some(*bytes),
        Row::Missing { .. } => None,
    });
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read");
    let usage = usage.iter().find(|usage| usage.camera_id == camera.id).expect("is there");
    let expected = (footage.clone().count() as u64, footage.sum::<u64>());
    assert_eq!((usage.segments, usage.bytes), expected, "{told}");
}

async fn compare_window(
    catalog: &Catalog,
    camera: &Camera,
    recorder: &Recorder,
    (from, to): (WallTime, WallTime),
    told: &str,
) {
    let timeline = catalog.timeline(camera.id, MAIN, from, to, recorder.now).await.expect("is read");
    let context = format!("{from:?}..{to:?} of {told}");
    assert_eq!(shown(&timeline), plain_timeline(recorder, from, to), "{context}");
    let slo = catalog.slo(camera.id, MAIN, from, to, recorder.now).await.expect("is measured");
    assert_eq!(slo, plain_slo(recorder, from, to), "{context}");

    let segments = catalog.segments_between(camera.id, MAIN, from, to, 1_000).await.expect("are read");
    let found: Vec<_> = segments.iter().map(|segment| segment.id).collect();
    let expected: Vec<_> = recorder
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Footage { id, start, end, .. } if *start < to && (*end > from || *start >= from) => {
                Some(*id)
            }
            _ => None,
        })
        .collect();
    assert_eq!(found, expected, "{context}");
}

/// Spans and gaps without what the simple ledger does not have.
type Shown = (Vec<(WallTime, WallTime, u32, u64, bool)>, Vec<(WallTime, WallTime, GapCause)>);

fn shown(timeline: &Timeline) -> Shown {
    let spans = timeline.spans.iter().map(|s| (s.start, s.end, s.segments, s.bytes, s.open)).collect();
    let gaps = timeline.gaps.iter().map(|g| (g.start, g.end.expect("is clipped"), g.cause)).collect();
    (spans, joined(gaps))
}

fn plain_timeline(recorder: &Recorder, from: WallTime, to: WallTime) -> Shown {
    let mut spans: Vec<(WallTime, WallTime, u32, u64, bool)> = Vec::new();
    let mut gaps = Vec::new();
    let mut last_recording = None;
    for row in &recorder.rows {
        let (start, end) = (row.start().max(from), row.end(recorder.now).min(to));
        if start >= end {
            continue;
        }
        match row {
            Row::Missing { cause, .. } => gaps.push((start, end, *cause)),
            Row::Footage { recording, open, bytes, .. } => {
                match spans.last_mut() {
                    Some(span) if span.1 == start && last_recording == Some(*recording) => {
                        *span = (span.0, end, span.2 + 1, span.3 + bytes, *open);
                    }
                    _ => spans.push((start, end, 1, *bytes, *open)),
                }
                last_recording = Some(*recording);
            }
        }
    }
    (spans, joined(gaps))
}

/// Whether two gaps of one cause are one row or two depends on when they were written.
fn joined(gaps: Vec<(WallTime, WallTime, GapCause)>) -> Vec<(WallTime, WallTime, GapCause)> {
    let mut joined: Vec<(WallTime, WallTime, GapCause)> = Vec::new();
    for gap in gaps {
        match joined.last_mut() {
            Some(last) if last.1 == gap.0 && last.2 == gap.2 => last.1 = gap.1,
            _ => joined.push(gap),
        }
    }
    joined
}

fn plain_slo(recorder: &Recorder, from: WallTime, to: WallTime) -> Slo {
    let mut slo = Slo { recorded_micros: 0, lost_micros: 0 };
    for row in &recorder.rows {
        let micros = row.end(recorder.now).min(to).micros_since(row.start().max(from)).max(0);
        match row {
            Row::Footage { .. } => slo.recorded_micros += micros,
            Row::Missing { cause, .. } if cause.is_loss() => slo.lost_micros += micros,
            Row::Missing { .. } => {}
        }
    }
    slo
}
