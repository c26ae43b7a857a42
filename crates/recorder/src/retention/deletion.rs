//! Deletion of segments: row marked → object deleted → row gone and a gap in its place.
//!
//! A crash between any two steps leaves a marked row, which the next round takes up again; each
//! step can be repeated.

use nightjar_model::{GapCause, Location, Segment, SegmentId, SegmentState};

use crate::footage::{Footage, FootageError, Result};

/// Marked rows that are taken up in one go.
const BATCH: u32 = 200;

/// What a deletion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deleted {
    /// Segments that are gone.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Deletes segments with all their copies and records their time as a gap. A segment whose copy
/// can't be deleted now (the bucket is gone, another node has the file) stays marked, and goes
/// with a later round; it is not counted.
pub async fn delete_segments(
    footage: &Footage,
    segments: &[Segment],
    cause: GapCause,
    details: &str,
) -> Result<Deleted> {
    if segments.is_empty() {
        return Ok(Deleted::default());
    }
    let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id).collect();
    footage.catalog.mark_deleting(&ids).await?;
    let mut gone = Vec::new();
    let mut deleted = Deleted::default();
    for segment in segments {
        // Read again: an upload may have ended between the choice and the mark. One that ends
        // after the mark sees it, and takes its object back.
        let Some(marked) = footage.catalog.segment(segment.org_id, segment.id).await? else { continue };
        if marked.state == SegmentState::Deleting && delete_copies(footage, &marked).await {
            deleted.segments += 1;
            deleted.bytes += marked.bytes;
            gone.push(marked.id);
        }
    }
    if !gone.is_empty() {
        footage.catalog.forget_segments(&gone, cause, details).await?;
    }
    Ok(deleted)
}

/// Takes deletions up again that were cut off by a crash or a dead bucket.
pub async fn resume_deletions(footage: &Footage) -> Result<Deleted> {
    let mut sum = Deleted::default();
    loop {
        let marked = footage.catalog.deleting(BATCH).await?;
        let deleted = delete_segments(footage, &marked, GapCause::Retention, "deleted").await?;
        sum.segments += deleted.segments;
        sum.bytes += deleted.bytes;
        if deleted.segments == 0 || marked.len() < BATCH as usize {
            return Ok(sum);
        }
    }
}

/// Deletes all copies; false, with a log entry, if one remains.
async fn delete_copies(footage: &Footage, segment: &Segment) -> bool {
    match try_delete_copies(footage, segment).await {
        Ok(all) => all,
        Err(error) => {
            tracing::warn!(key = segment.key, %error, "a segment could not be deleted; trying again later");
            false
        }
    }
}

async fn try_delete_copies(footage: &Footage, segment: &Segment) -> Result<bool> {
    let Location { local, remote } = segment.location;
    if local && segment.node != footage.node {
        // Its own node deletes it.
        return Ok(false);
    }
    if local {
        let key = segment.key.clone();
        footage.on_disk(move |tier| tier.delete(&key).map_err(FootageError::from)).await?;
    }
    if !remote {
        return Ok(true);
    }
    if local {
        // The bucket may be gone for long, and the room on the disk is needed now.
        footage.catalog.set_location(segment.id, Location { local: false, remote }).await?;
    }
    let Some(bucket) = &footage.remote else {
        tracing::warn!(key = segment.key, "a segment in a bucket stays, because no bucket is configured");
        return Ok(false);
    };
    bucket.delete(&segment.key).await?;
    Ok(true)
}
