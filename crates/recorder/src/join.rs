//! Neighbours of one recording share an instant: a segment ends where the next one starts. What is
//! restored from a file ends where the file's own clock says, which is not quite the same.

use nightjar_catalog::{LedgerCursor, LedgerItem, LedgerRow};
use nightjar_media::WallTime;
use nightjar_model::{CameraId, Segment, SegmentId, StreamName};

use crate::footage::{Footage, Result};

/// Up to this much is neither a hole nor an overlap but the same instant.
const SAME_INSTANT_MICROS: i64 = 100_000;
/// Rows that are looked at behind a segment: its recording goes on with one of the next ones.
const NEXT: u32 = 4;

/// Joins a restored segment to the one that its recording goes on with, if there is one.
pub(crate) async fn join_to_next(
    footage: &Footage,
    camera: CameraId,
    stream: StreamName,
    segment: &Segment,
) -> Result<()> {
    let from = LedgerCursor { start: segment.start, id: segment.id.0 };
    for row in footage.catalog.ledger_rows(camera, stream, Some(from), NEXT).await? {
        if matches!(row.item, LedgerItem::Segment { .. }) {
            join(footage, segment.id, segment.end, &row).await?;
            break;
        }
    }
    Ok(())
}

/// Moves the end of a segment to the start of `next`, if that is another segment of its recording
/// and the two differ by no more than the imprecision of their clocks. Says whether it did.
pub(crate) async fn join(footage: &Footage, id: SegmentId, end: WallTime, next: &LedgerRow) -> Result<bool> {
    let LedgerItem::Segment { id: next_id, .. } = next.item else { return Ok(false) };
    if next.start == end || next.start.micros_since(end).abs() > SAME_INSTANT_MICROS {
        return Ok(false);
    }
    let (segment, after) =
        (footage.catalog.segment_by_id(id).await?, footage.catalog.segment_by_id(next_id).await?);
    let (Some(mut segment), Some(after)) = (segment, after) else { return Ok(false) };
    if segment.recording_id != after.recording_id {
        return Ok(false);
    }
    let Some(index) = footage.catalog.indexes(&[id]).await?.remove(&id) else { return Ok(false) };
    segment.end = next.start;
    footage.catalog.insert_restored(&[(segment, index)], &[]).await?;
    Ok(true)
}
