//! One attempt to upload one segment.

use std::time::{Duration, Instant};

use nightjar_model::Segment;
use nightjar_storage::{RemoteTier, Stored, UploadSource};

use super::under_way::Claim;
use crate::digest::of_file;
use crate::footage::{Footage, FootageError, Result};

/// What became of an attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) segment: Segment,
    /// Failures before this attempt.
    pub(super) failures: u32,
    pub(super) took: Duration,
    pub(super) result: Result<Stored>,
    /// Until its result is noted, the upload is under way.
    _claim: Claim,
}

/// Uploads a segment and makes sure of it.
pub(super) async fn attempt(
    footage: Footage,
    remote: RemoteTier,
    segment: Segment,
    failures: u32,
    claim: Claim,
) -> Attempt {
    #[expect(clippy::disallowed_methods, reason = "a duration for the metrics")]
    let started = Instant::now();
    let result = upload(&footage, &remote, &segment).await;
    Attempt { segment, failures, took: started.elapsed(), result, _claim: claim }
}

async fn upload(footage: &Footage, remote: &RemoteTier, segment: &Segment) -> Result<Stored> {
    let key = segment.key.clone();
    let (bytes, known) = (segment.bytes, segment.blake3);
    let source = footage.on_disk(move |local| {
        let file = local.open_file(&key)?;
        // Only rows of an old recovery have no digest: then what is on disk now is what counts.
        let blake3 = match known {
            Some(digest) => digest,
            None => of_file(&file).map_err(|source| FootageError::Unreadable { key, source })?,
        };
        Ok(UploadSource { file, bytes, blake3 })
    });
    Ok(remote.upload(&segment.key, &source.await?).await?)
}
