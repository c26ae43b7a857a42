//! Whether each camera's ledger accounts for every instant.

use nightjar_catalog::verify::{TilingChecker, TilingFault, TilingFaultKind};
use nightjar_catalog::{LedgerItem, LedgerRow};
use nightjar_media::WallTime;
use nightjar_model::{Camera, GapCause, StreamName};

use super::report::{Problem, Progress, Stage, VerifyReport};
use super::{COMMIT_LAG, PAGE};
use crate::footage::{Footage, Result};

pub(super) async fn check(
    footage: &Footage,
    tolerance_micros: i64,
    report: &mut VerifyReport,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    let cameras = footage.catalog.every_camera().await?;
    let mut late = Vec::new();
    for (done, camera) in cameras.iter().enumerate() {
        progress(Progress { stage: Stage::Ledger, done: done as u64, total: Some(cameras.len() as u64) });
        // Taken before the rows are read: what is recorded meanwhile is no hole.
        let now = footage.now();
        let found = check_stream(footage, camera, now, tolerance_micros).await?;
        report.cameras += 1;
        if found.faults.iter().any(is_at_the_end) {
            late.push((camera, now));
        } else {
            found.tell(camera, report);
        }
    }
    if !late.is_empty() {
        tokio::time::sleep(COMMIT_LAG).await;
    }
    for (camera, now) in late {
        check_stream(footage, camera, now, tolerance_micros).await?.tell(camera, report);
    }
    Ok(())
}

/// A hole up to the present may only be what is recorded and not yet committed.
fn is_at_the_end(fault: &TilingFault) -> bool {
    fault.kind == TilingFaultKind::Hole && fault.rows.1.is_none()
}

/// What is wrong with one stream's ledger.
#[derive(Default)]
struct Found {
    faults: Vec<TilingFault>,
    gaps: u64,
}

impl Found {
    fn tell(self, camera: &Camera, report: &mut VerifyReport) {
        report.gaps += self.gaps;
        for fault in self.faults {
            report.add(Problem::Tiling {
                camera: camera.key.to_string(),
                stream: StreamName::Main,
                fault: Box::new(fault),
            });
        }
    }
}

async fn check_stream(
    footage: &Footage,
    camera: &Camera,
    now: WallTime,
    tolerance_micros: i64,
) -> Result<Found> {
    let mut found = Found::default();
    let Some(since) = camera.recording_since else { return Ok(found) };
    let mut checker = TilingChecker::new(since, tolerance_micros);
    let (mut faults, mut steps): (Vec<TilingFault>, Vec<(WallTime, WallTime)>) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = footage.catalog.ledger_rows(camera.id, StreamName::Main, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.cursor());
        let full = page.len() == PAGE as usize;
        for row in page {
            found.gaps += u64::from(matches!(row.item, LedgerItem::Gap { .. }));
            steps.extend(step_back(&row));
            faults.extend(checker.push(row));
        }
        if !full {
            break;
        }
    }
    faults.extend(checker.finish(now));
    faults.retain(|fault| !is_explained(fault, &steps, tolerance_micros));
    found.faults = faults;
    Ok(found)
}

/// The time that was recorded twice because the clock stepped back: the ledger says so with a
/// gap that ends before it starts.
fn step_back(row: &LedgerRow) -> Option<(WallTime, WallTime)> {
    let is_step = matches!(row.item, LedgerItem::Gap { cause: GapCause::ClockStep, .. });
    let end = row.end.filter(|end| is_step && *end < row.start)?;
    Some((end, row.start))
}

/// Whether a fault is just what a step of the clock looks like.
fn is_explained(fault: &TilingFault, steps: &[(WallTime, WallTime)], tolerance_micros: i64) -> bool {
    fault.kind != TilingFaultKind::Hole
        && steps.iter().any(|(from, to)| {
            fault.start.plus_micros(tolerance_micros) >= *from
                && fault.end <= to.plus_micros(tolerance_micros)
        })
}
