//! Retention: what is too old or too much for its camera is deleted, and local copies of what
//! is safely in the bucket go after their time.
//!
//! Belongs here: what to delete when, and deletion in the order that survives a crash at any
//! point. Does not belong here: what is deleted because the volume is full (`pressure`).

mod deletion;
mod local_copy;
mod purge;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use nightjar_model::{Camera, GapCause, Segment};
use tokio_util::sync::CancellationToken;

pub use deletion::{Deleted, delete_segments, resume_deletions};
pub(crate) use deletion::{Reason, Round};
pub(crate) use local_copy::{Trust, drop_local_copy};
pub use purge::{carry_out_purges, run_purges};

use crate::footage::{Footage, Result};

/// Segments that are dealt with in one go.
const BATCH: u32 = 200;

/// When retention acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionConfig {
    /// How often it looks.
    pub interval: Duration,
    /// How long the local copy stays after the bucket has confirmed the segment.
    pub local_retention: Duration,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { interval: Duration::from_secs(60), local_retention: Duration::from_secs(3600) }
    }
}

/// Keeps to the cameras' limits until `stop`.
pub async fn run_retention(footage: Footage, config: RetentionConfig, stop: CancellationToken) {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            kept = keep_limits(&footage, &config) => if let Err(error) = kept {
                tracing::warn!(%error, "retention could not do its work; trying again");
            },
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(config.interval) => {}
        }
    }
}

/// One round: deletions that were cut off, then age, then size, then local copies.
pub async fn keep_limits(footage: &Footage, config: &RetentionConfig) -> Result<()> {
    resume_deletions(footage).await?;
    // The footage of deleted cameras goes as their settings said.
    let cameras = footage.catalog.every_camera_with_deleted().await?;
    for camera in &cameras {
        delete_old(footage, camera).await?;
    }
    if cameras.iter().any(|camera| camera.retention_bytes.is_some()) {
        delete_surplus(footage, &cameras).await?;
    }
    drop_due_copies(footage, config.local_retention).await
}

async fn delete_old(footage: &Footage, camera: &Camera) -> Result<()> {
    let Some(seconds) = camera.retention_secs else { return Ok(()) };
    let before = footage.now() - Duration::from_secs(seconds);
    let details = format!("older than {}", in_words(seconds));
    loop {
        let old = footage.catalog.oldest_finished(camera.id, Some(before), BATCH).await?;
        let full_batch = old.len() == BATCH as usize;
        let deleted = delete_segments(footage, &old, GapCause::Retention, &details).await?;
        if deleted.segments > 0 {
            tracing::info!(camera = %camera.key, segments = deleted.segments, bytes = deleted.bytes, details, "deleted");
        }
        // A batch of which nothing could be deleted would come back for ever.
        if !full_batch || deleted.segments == 0 {
            return Ok(());
        }
    }
}

async fn delete_surplus(footage: &Footage, cameras: &[Camera]) -> Result<()> {
    let mut used = HashMap::new();
    for org in cameras.iter().map(|camera| camera.org_id).collect::<HashSet<_>>() {
        let usage = footage.catalog.usage(org).await?;
        used.extend(usage.iter().map(|usage| (usage.camera_id, usage.bytes)));
    }
    for camera in cameras {
        let Some(limit) = camera.retention_bytes else { continue };
        let used = used.get(&camera.id).copied().unwrap_or(0);
        let mut surplus = used.saturating_sub(limit);
        let details = format!("more than {limit} bytes");
        while surplus > 0 {
            let oldest = footage.catalog.oldest_finished(camera.id, None, BATCH).await?;
            let chosen = enough(oldest, surplus);
            let deleted = delete_segments(footage, &chosen, GapCause::Retention, &details).await?;
            if deleted.segments == 0 {
                break;
            }
            tracing::info!(camera = %camera.key, segments = deleted.segments, bytes = deleted.bytes, details, "deleted");
            surplus = surplus.saturating_sub(deleted.bytes);
        }
    }
    Ok(())
}

async fn drop_due_copies(footage: &Footage, local_retention: Duration) -> Result<()> {
    if footage.remote.is_none() {
        return Ok(());
    }
    let mut round = Round::new(footage);
    loop {
        let before = footage.now() - local_retention;
        let due = footage.catalog.local_copies_due(&footage.node, before, BATCH).await?;
        let mut dropped = 0;
        for segment in &due {
            match drop_local_copy(&mut round, segment, Trust::AskBucket).await {
                Ok(true) => dropped += 1,
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(key = segment.key, %error, "a local copy stays for now");
                    return Ok(());
                }
            }
        }
        if due.len() < BATCH as usize || dropped == 0 {
            return Ok(());
        }
    }
}

/// The first of `segments` that together have at least so many bytes.
pub(crate) fn enough(segments: Vec<Segment>, bytes: u64) -> Vec<Segment> {
    let mut sum = 0;
    let needed = |segment: &Segment| {
        let more = sum < bytes;
        sum += segment.bytes;
        more
    };
    segments.into_iter().take_while(needed).collect()
}

/// A length of time as people say it.
fn in_words(seconds: u64) -> String {
    for (unit, name) in [(86_400, "days"), (3600, "hours"), (60, "minutes")] {
        if seconds >= unit && seconds.is_multiple_of(unit) {
            return format!("{} {name}", seconds / unit);
        }
    }
    format!("{seconds} seconds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_in_the_largest_unit_that_fits() {
        assert_eq!(in_words(30 * 86_400), "30 days");
        assert_eq!(in_words(36 * 3600), "36 hours");
        assert_eq!(in_words(90), "90 seconds");
    }
}
