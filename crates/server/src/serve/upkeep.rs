//! The recorder's housekeeping: recovery, uploads, retention, room on the volume, the reconciler.

use std::time::Duration;

use anyhow::{Context, Result};
use nightjar_recorder::{
    Footage, PressureConfig, ReconcileConfig, RetentionConfig, Room, UploadConfig, recover_at_start,
    run_pressure, run_purges, run_reconciler, run_retention, run_uploads,
};
use nightjar_storage::BucketState;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;

/// How often to try again to make a bucket that could not be reached at the start.
const BUCKET_RETRY: Duration = Duration::from_secs(30);

/// The housekeeping tasks.
pub(super) struct Upkeep {
    tasks: TaskTracker,
    stop: CancellationToken,
    room: watch::Sender<Room>,
}

/// Finishes what a crash left unfinished, before anything new is written.
pub(super) async fn recover(footage: &Footage) -> Result<()> {
    let report = recover_at_start(footage).await.context("can't recover what was being recorded")?;
    if report.recovered + report.empty + report.failed > 0 {
        tracing::info!(
            recovered = report.recovered,
            empty = report.empty,
            failed = report.failed,
            "segments that were open at the last stop"
        );
    }
    Ok(())
}

impl Upkeep {
    /// Starts all of it.
    pub(super) fn start(config: &Config, footage: &Footage) -> Self {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let room = watch::Sender::new(Room::Available);
        let pressure = run_pressure(footage.clone(), pressure(config), room.clone(), stop.clone());
        tasks.spawn(pressure);
        tasks.spawn(run_retention(footage.clone(), retention(config), stop.clone()));
        tasks.spawn(run_purges(footage.clone(), stop.clone()));
        tasks.spawn(run_reconciler(footage.clone(), reconcile(config), stop.clone()));
        if footage.remote.is_some() {
            let (footage, upload, stop) = (footage.clone(), upload(config), stop.clone());
            tasks.spawn(async move {
                if make_bucket(&footage, &stop).await {
                    run_uploads(footage, upload, stop).await;
                }
            });
        }
        Self { tasks, stop, room }
    }

    /// Whether there is room for footage.
    pub(super) fn room(&self) -> watch::Receiver<Room> {
        self.room.subscribe()
    }

    /// Stops all of it; uploads under way may go on for `limit`.
    pub(super) async fn stop(self, limit: Duration) {
        self.stop.cancel();
        self.tasks.close();
        // Uploads bound themselves by the same limit; this is for what hangs in the system.
        if tokio::time::timeout(limit + Duration::from_secs(5), self.tasks.wait()).await.is_err() {
            tracing::warn!("housekeeping did not end in time");
        }
    }
}

/// Sees that there is a bucket; false when stopped before that.
async fn make_bucket(footage: &Footage, stop: &CancellationToken) -> bool {
    let Some(remote) = &footage.remote else { return false };
    let bucket = &remote.config().bucket;
    loop {
        match remote.ensure_bucket().await {
            Ok(BucketState::Created) => tracing::info!(bucket, "made the bucket"),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(bucket, %error, "the bucket can't be used; footage waits on the disk");
                footage.status.update_storage(|status| status.bucket_ok = Some(false));
                tokio::select! {
                    () = stop.cancelled() => return false,
                    () = tokio::time::sleep(BUCKET_RETRY) => continue,
                }
            }
        }
        footage.status.update_storage(|status| status.bucket_ok = Some(true));
        return true;
    }
}

fn pressure(config: &Config) -> PressureConfig {
    let high = f64::from(config.recording.max_disk_percent) / 100.0;
    PressureConfig {
        high,
        low: high - 0.02,
        // Between `high` and here room is being made; from here on there is none.
        full: high + (1.0 - high) * 0.7,
        resume: high + (1.0 - high) * 0.5,
        max_bytes: config.recording.spool_max_bytes,
        ..PressureConfig::default()
    }
}

fn retention(config: &Config) -> RetentionConfig {
    RetentionConfig { local_retention: config.recording.local_retention, ..RetentionConfig::default() }
}

fn reconcile(config: &Config) -> ReconcileConfig {
    ReconcileConfig { upload: config.storage.is_some(), ..ReconcileConfig::default() }
}

fn upload(config: &Config) -> UploadConfig {
    UploadConfig {
        max_concurrent: config.upload.max_concurrent,
        retry_first: config.upload.retry_backoff,
        alert_after: config.upload.alert_after,
        finish_within: config.service.drain,
        ..UploadConfig::default()
    }
}
