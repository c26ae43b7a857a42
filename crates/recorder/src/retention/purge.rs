//! Carrying out what somebody asked to be deleted, a batch at a time.

use std::time::Duration;

use nightjar_model::Purge;
use tokio_util::sync::CancellationToken;

use super::deletion::{Reason, Round, resume_deletions};
use crate::footage::{Footage, Result};
use crate::retry_delay;

/// Segments that are dealt with in one go.
const BATCH: u32 = 200;
/// Between two batches, so that others write.
const BETWEEN_BATCHES: Duration = Duration::from_millis(20);
/// A file that was begun just before its camera was deleted is in the catalog within this time.
const SETTLE: Duration = Duration::from_secs(5);
/// How often it looks for what another node was asked.
const INTERVAL: Duration = Duration::from_secs(30);
/// The first pause after something could not be deleted; it doubles, up to five minutes.
const RETRY: Duration = Duration::from_secs(1);

/// Carries out the deletions that somebody asked for until `stop`. What is left then is taken up
/// again by the next start.
pub async fn run_purges(footage: Footage, stop: CancellationToken) {
    let mut changes = footage.catalog.changes();
    let mut rounds_with_rest = 0;
    loop {
        changes.mark_unchanged();
        let carried_out = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            carried_out = carry_out_purges(&footage) => carried_out,
        };
        rounds_with_rest = match carried_out {
            Ok(true) => 0,
            Ok(false) => rounds_with_rest + 1,
            Err(error) => {
                tracing::warn!(%error, "footage that is to be deleted could not be; trying again");
                rounds_with_rest + 1
            }
        };
        let pause = if rounds_with_rest == 0 { INTERVAL } else { retry_delay(RETRY, rounds_with_rest) };
        tokio::select! {
            () = stop.cancelled() => return,
            // Whoever has a handle on the catalog keeps the sender.
            Ok(()) = changes.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// One round; false if something is left: the bucket is away, another node has the file, or a file
/// is not finished yet.
pub async fn carry_out_purges(footage: &Footage) -> Result<bool> {
    let running = footage.catalog.running_purges().await?;
    if running.is_empty() {
        return Ok(true);
    }
    let mut round = Round::new(footage);
    for purge in &running {
        delete_covered(footage, purge, &mut round).await?;
    }
    // Those that were marked before, with what failed just now.
    resume_deletions(footage).await?;
    let mut all = true;
    let now = footage.now();
    for purge in &running {
        if purge.to.is_none() && now < purge.requested_at + SETTLE {
            all = false;
            continue;
        }
        match footage.catalog.finish_purge(purge, now).await? {
            Some(done) => {
                let (camera, segments) = (footage.camera_label(done.camera_id).await, done.segments);
                tracing::info!(camera, segments, bytes = done.bytes, "deleted the footage that was to go");
            }
            None => all = false,
        }
    }
    Ok(all)
}

async fn delete_covered(footage: &Footage, purge: &Purge, round: &mut Round<'_>) -> Result<()> {
    loop {
        // What was chosen is marked, so it is not chosen again, deleted or not.
        let covered = footage.catalog.purgeable(purge, BATCH).await?;
        if covered.is_empty() {
            return Ok(());
        }
        round.delete(&covered, Reason::Purge(purge.id)).await?;
        tokio::time::sleep(BETWEEN_BATCHES).await;
    }
}
