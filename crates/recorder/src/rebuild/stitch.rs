//! The ledger of a stream whose segments were restored: neighbours joined, holes filled.

use nightjar_catalog::{LedgerItem, LedgerRow};
use nightjar_media::WallTime;
use nightjar_model::{CameraId, Gap, GapCause, GapId, SegmentId, StreamName};
use uuid::Uuid;

use crate::footage::{Footage, Result};

/// Rows that are read in one go.
const PAGE: u32 = 5_000;
/// A segment ends where the next one of its recording starts. Its file can tell that only to
/// the precision of its own clock, so up to this much is no hole but the same instant.
const SAME_INSTANT_MICROS: i64 = 100_000;

/// Joins what belongs together and puts gaps into the holes, up to an open one at the end.
/// Returns how many gaps.
pub(super) async fn stitch(footage: &Footage, camera: CameraId, stream: StreamName) -> Result<u64> {
    let mut gaps = 0;
    let (mut after, mut last) = (None, None::<Last>);
    loop {
        let page = footage.catalog.ledger_rows(camera, stream, after, PAGE).await?;
        let Some(end_of_page) = page.last() else { break };
        after = Some(end_of_page.cursor());
        let full = page.len() == PAGE as usize;
        let mut holes = Vec::new();
        for row in page {
            match &last {
                None => footage.catalog.set_recording_since(camera, row.start).await?,
                Some(last) if row.start != last.end && is_one_recording(footage, last, &row).await? => {
                    move_end(footage, last, row.start).await?;
                }
                Some(last) if row.start > last.end => {
                    holes.push(hole(footage, camera, stream, last.end, Some(row.start)));
                }
                Some(_) => {}
            }
            last = Some(Last::after(last, &row));
        }
        gaps += holes.len() as u64;
        footage.catalog.insert_restored(&[], &holes).await?;
        if !full {
            break;
        }
    }
    if let Some(last) = last.filter(|last| !last.open) {
        gaps += 1;
        footage.catalog.insert_restored(&[], &[hole(footage, camera, stream, last.end, None)]).await?;
    }
    Ok(gaps)
}

/// Until where the ledger reaches, and by which segment.
struct Last {
    end: WallTime,
    segment: Option<SegmentId>,
    open: bool,
}

impl Last {
    fn after(before: Option<Self>, row: &LedgerRow) -> Self {
        let end = row.end.unwrap_or(row.start);
        let own = match row.item {
            LedgerItem::Segment { id, .. } => Self { end, segment: Some(id), open: false },
            LedgerItem::Gap { .. } => Self { end, segment: None, open: row.end.is_none() },
        };
        match before {
            Some(before) if before.end > own.end => before,
            _ => own,
        }
    }
}

/// Whether a row goes on where `last` ended, but for the imprecision of their clocks.
async fn is_one_recording(footage: &Footage, last: &Last, row: &LedgerRow) -> Result<bool> {
    if row.start.micros_since(last.end).abs() > SAME_INSTANT_MICROS {
        return Ok(false);
    }
    let (Some(before), LedgerItem::Segment { id, .. }) = (last.segment, row.item) else { return Ok(false) };
    let before = footage.catalog.segment(footage.org, before).await?;
    let next = footage.catalog.segment(footage.org, id).await?;
    Ok(before.zip(next).is_some_and(|(before, next)| before.recording_id == next.recording_id))
}

async fn move_end(footage: &Footage, last: &Last, end: WallTime) -> Result<()> {
    let Some(id) = last.segment else { return Ok(()) };
    let Some(mut segment) = footage.catalog.segment(footage.org, id).await? else { return Ok(()) };
    let Some(index) = footage.catalog.indexes(&[id]).await?.remove(&id) else { return Ok(()) };
    segment.end = end;
    Ok(footage.catalog.insert_restored(&[(segment, index)], &[]).await?)
}

fn hole(
    footage: &Footage,
    camera_id: CameraId,
    stream: StreamName,
    start: WallTime,
    end: Option<WallTime>,
) -> Gap {
    Gap {
        id: GapId(Uuid::now_v7()),
        org_id: footage.org,
        camera_id,
        stream,
        start,
        end,
        cause: GapCause::NodeDown,
        details: "restored: what happened then is not known".to_owned(),
    }
}
