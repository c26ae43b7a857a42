//! The upload worker: takes what is due, a few at a time, for as long as the process lives.

use std::collections::HashMap;

use metrics::{counter, gauge, histogram};
use nightjar_catalog::CatalogError;
use nightjar_model::{CameraId, Segment, SegmentState};
use nightjar_storage::{RemoteTier, StorageError};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::UploadConfig;
use super::job::{Attempt, attempt};
use super::schedule::retry_delay;
use super::take_back::take_back;
use crate::footage::{Footage, FootageError};

/// Uploads what the queue holds until `stop`; then lets what is under way finish, for a bounded
/// time. What is not done is in the queue at the next start. Without a bucket it just waits.
pub async fn run_uploads(footage: Footage, config: UploadConfig, stop: CancellationToken) {
    let Some(remote) = footage.remote.clone() else {
        return stop.cancelled().await;
    };
    let mut worker = Worker {
        footage,
        remote,
        config,
        running: JoinSet::new(),
        camera_labels: HashMap::new(),
        bucket: Bucket::Unknown,
        catalog_fails: false,
    };
    tokio::select! {
        () = worker.ensure_bucket() => {}
        () = stop.cancelled() => return,
    }
    loop {
        worker.turn().await;
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(ended) = worker.running.join_next() => worker.ended(ended).await,
            () = tokio::time::sleep(worker.config.poll) => {}
        }
    }
    worker.drain().await;
}

struct Worker {
    footage: Footage,
    remote: RemoteTier,
    config: UploadConfig,
    running: JoinSet<Attempt>,
    camera_labels: HashMap<CameraId, String>,
    bucket: Bucket,
    catalog_fails: bool,
}

/// What the last request told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bucket {
    Unknown,
    Good,
    /// One upload at a time tries whether it is back, instead of all of them.
    Bad,
}

impl Worker {
    /// Starts what is due and posts how the queue stands.
    async fn turn(&mut self) {
        let started = self.start_due().await;
        let posted = self.post_status().await;
        match started.and(posted) {
            Ok(()) => self.catalog_fails = false,
            Err(error) if !std::mem::replace(&mut self.catalog_fails, true) => {
                tracing::warn!(%error, "can't read the upload queue; trying again");
            }
            Err(_) => {}
        }
    }

    async fn start_due(&mut self) -> Result<(), CatalogError> {
        let at_once = if self.bucket == Bucket::Bad { 1 } else { self.config.max_concurrent.max(1) };
        let room = at_once.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(());
        }
        let limit = u32::try_from(room + self.running.len()).unwrap_or(u32::MAX);
        let catalog = &self.footage.catalog;
        let due = catalog.due_uploads(&self.footage.node, self.footage.now(), limit).await?;
        for job in due {
            let Some(claim) = self.footage.uploading.claim(job.segment.id) else { continue };
            // Read again: whoever deletes it from now on sees the claim.
            let row = catalog.segment_by_id(job.segment.id).await?;
            let Some(segment) = row.filter(|row| row.state == SegmentState::Finished) else { continue };
            let (footage, remote) = (self.footage.clone(), self.remote.clone());
            self.running.spawn(attempt(footage, remote, segment, job.attempts, claim));
            if self.running.len() >= at_once {
                break;
            }
        }
        Ok(())
    }

    async fn post_status(&self) -> Result<(), CatalogError> {
        let stats = self.footage.catalog.upload_stats(&self.footage.node).await?;
        gauge!("nightjar_uploads_pending").set(stats.pending as f64);
        gauge!("nightjar_uploads_pending_bytes").set(stats.bytes as f64);
        gauge!("nightjar_uploads_failing").set(stats.failing as f64);
        self.footage.status.update_storage(|status| {
            status.uploads_pending = stats.pending;
            status.uploads_failing = stats.failing;
        });
        Ok(())
    }

    async fn ended(&mut self, ended: Result<Attempt, JoinError>) {
        let attempt = match ended {
            Ok(attempt) => attempt,
            Err(died) => {
                tracing::error!(error = %died, "an upload died; it will be tried again");
                return;
            }
        };
        let label = self.camera_label(attempt.segment.camera_id).await;
        let noted = match &attempt.result {
            Ok(_) => self.succeeded(&attempt, label).await,
            Err(error) => self.failed(&attempt, error, label).await,
        };
        // Whatever could not be noted is still queued, and done again: an upload may be repeated.
        if let Err(error) = noted {
            tracing::warn!(key = attempt.segment.key, %error, "can't note the result of an upload");
        }
    }

    async fn succeeded(&mut self, attempt: &Attempt, camera: String) -> Result<(), FootageError> {
        self.bucket_is(Bucket::Good, "");
        counter!("camera_segments_uploaded_total", "camera_id" => camera.clone()).increment(1);
        histogram!("camera_segment_upload_duration_seconds", "camera_id" => camera)
            .record(attempt.took.as_secs_f64());
        let segment = &attempt.segment;
        match self.footage.catalog.upload_succeeded(segment.id, self.footage.now()).await {
            Ok(()) | Err(CatalogError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
        self.undo_if_deleted(segment).await
    }

    /// A segment that was deleted while it was uploaded must not stay in the bucket, even if that
    /// said that it failed. If this fails too, the deletion, which has waited, does it.
    async fn undo_if_deleted(&self, segment: &Segment) -> Result<(), FootageError> {
        let row = self.footage.catalog.segment(segment.org_id, segment.id).await?;
        if row.is_none_or(|row| row.state == SegmentState::Deleting) {
            take_back(&self.remote, segment).await?;
        }
        Ok(())
    }

    async fn failed(
        &mut self,
        attempt: &Attempt,
        error: &FootageError,
        camera: String,
    ) -> Result<(), FootageError> {
        counter!("camera_upload_failures_total", "camera_id" => camera).increment(1);
        let segment = &attempt.segment;
        let failures = attempt.failures.saturating_add(1);
        let text = error.to_string();
        let of_segment = matches!(error, FootageError::Storage(error)
            if error.is_source_fault() || matches!(error, StorageError::Taken(_)));
        if of_segment {
            tracing::warn!(key = segment.key, error = text, "a segment can't be uploaded as it is");
        } else {
            tracing::debug!(key = segment.key, error = text, failures, "an upload failed");
            self.bucket_is(Bucket::Bad, &text);
        }
        if failures == self.config.alert_after {
            counter!("nightjar_upload_alerts_total").increment(1);
            tracing::warn!(
                key = segment.key,
                error = text,
                failures,
                "a segment is still not uploaded; its local file stays, and it is tried every five minutes"
            );
        }
        let next = self.footage.now() + retry_delay(self.config.retry_first, failures);
        self.footage.catalog.upload_failed(segment.id, &text, next).await?;
        self.undo_if_deleted(segment).await?;
        if matches!(error, FootageError::Storage(StorageError::NoBucket(_))) {
            self.ensure_bucket().await;
        }
        Ok(())
    }

    async fn ensure_bucket(&mut self) {
        let bucket = &self.remote.config().bucket;
        match self.remote.ensure_bucket().await {
            Ok(nightjar_storage::BucketState::Created) => tracing::info!(bucket, "created the bucket"),
            Ok(nightjar_storage::BucketState::Existed) => {}
            Err(error) => return self.bucket_is(Bucket::Bad, &error.to_string()),
        }
        self.bucket_is(Bucket::Good, "");
    }

    /// Notes how the bucket is; says so once when that changes.
    fn bucket_is(&mut self, bucket: Bucket, why: &str) {
        let before = std::mem::replace(&mut self.bucket, bucket);
        match (before, bucket) {
            (Bucket::Bad, Bucket::Good) => tracing::info!("the bucket works again"),
            (Bucket::Unknown | Bucket::Good, Bucket::Bad) => {
                tracing::warn!(
                    error = why,
                    "the bucket does not work; segments stay on disk and are uploaded later"
                );
            }
            _ => {}
        }
        self.footage.status.update_storage(|status| status.bucket_ok = Some(bucket == Bucket::Good));
    }

    async fn camera_label(&mut self, id: CameraId) -> String {
        if let Some(key) = self.camera_labels.get(&id) {
            return key.clone();
        }
        let key = self.footage.camera_label(id).await;
        self.camera_labels.insert(id, key.clone());
        key
    }

    /// Lets what is under way finish, within the time for it.
    async fn drain(mut self) {
        let limit = self.config.finish_within;
        let finish = async {
            while let Some(ended) = self.running.join_next().await {
                self.ended(ended).await;
            }
        };
        if tokio::time::timeout(limit, finish).await.is_err() {
            tracing::info!(left = self.running.len(), "uploads under way are left for the next start");
            self.running.shutdown().await;
        }
    }
}
