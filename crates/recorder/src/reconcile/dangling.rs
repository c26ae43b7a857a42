//! Rows whose file is missing.

use nightjar_model::{GapCause, Location, Segment, SegmentState};

use super::ReconcileReport;
use crate::footage::{Footage, Result};

/// Looks again at a row whose file was not seen as it should be, and deals with it.
pub(super) async fn settle_dangling(
    footage: &Footage,
    row: &Segment,
    report: &mut ReconcileReport,
) -> Result<()> {
    // The list is minutes old: what was finished, uploaded or deleted since then is in order.
    let Some(row) = footage.catalog.segment(row.org_id, row.id).await? else { return Ok(()) };
    if row.state != SegmentState::Finished || !footage.is_here(&row) {
        return Ok(());
    }
    let key = row.key.clone();
    match footage.on_disk(move |local| Ok(local.size(&key)?)).await? {
        Some(bytes) if bytes == row.bytes => Ok(()),
        Some(bytes) => {
            report.wrong_size += 1;
            tracing::error!(
                key = row.key,
                bytes,
                expected = row.bytes,
                "a segment's file has the wrong size"
            );
            Ok(())
        }
        None => {
            report.dangling += 1;
            missing(footage, &row, report).await
        }
    }
}

async fn missing(footage: &Footage, row: &Segment, report: &mut ReconcileReport) -> Result<()> {
    if !is_right_volume(footage, row).await? {
        tracing::error!(key = row.key, "a segment's file is missing, and the volume may be the wrong one");
        return Ok(());
    }
    if row.location.remote {
        tracing::warn!(key = row.key, "the local copy of a segment is missing; it is in the bucket");
        let location = Location { local: false, remote: true };
        return Ok(footage.catalog.set_location(row.id, location).await?);
    }
    tracing::error!(key = row.key, "a segment's file is missing: its time is a gap now");
    report.forgotten += 1;
    let details = "the file was removed from the disk";
    Ok(footage.catalog.forget_segments(&[row.id], GapCause::Deleted, details).await?)
}

/// Whether this is surely the volume that the file was written to: it still shows the marker
/// that it was opened with, and had it before the segment began. A volume that took the place of
/// another one, or an empty mount point, was marked later than that.
async fn is_right_volume(footage: &Footage, row: &Segment) -> Result<bool> {
    let same = footage.on_disk(|local| Ok(local.is_same_volume())).await?;
    Ok(same && footage.local.marker().created() <= row.start)
}
