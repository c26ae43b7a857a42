//! Removal of the local copy of a segment that is in the bucket.

use nightjar_model::{Location, Segment};

use super::deletion::Round;
use crate::footage::{FootageError, Result};

/// Whose word counts that a segment is in the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The bucket's: it is asked, and without an answer the copy stays.
    AskBucket,
    /// The catalog's, unless the bucket says otherwise: for when the room is needed now.
    Catalog,
}

/// Removes the local copy of a segment that is in the bucket. False if the bucket does not have
/// it after all: then it is queued for upload again, and the copy stays.
///
/// The row changes first: a crash after that leaves a file that nobody needs, which the
/// reconciler removes, and never a row that promises a file.
pub(crate) async fn drop_local_copy(round: &mut Round<'_>, segment: &Segment, trust: Trust) -> Result<bool> {
    let footage = round.footage;
    if !is_stored(round, segment, trust).await? {
        if footage.remote.is_some() {
            tracing::error!(key = segment.key, "the bucket has lost a segment; uploading it again");
            footage.catalog.set_location(segment.id, Location { local: true, remote: false }).await?;
            footage.catalog.enqueue_upload(segment.id, footage.now()).await?;
        }
        return Ok(false);
    }
    footage.catalog.set_location(segment.id, Location { local: false, remote: true }).await?;
    let key = segment.key.clone();
    footage.on_disk(move |tier| tier.delete(&key).map_err(FootageError::from)).await?;
    Ok(true)
}

async fn is_stored(round: &mut Round<'_>, segment: &Segment, trust: Trust) -> Result<bool> {
    let Some(bucket) = &round.footage.remote else { return Ok(false) };
    if trust == Trust::Catalog && round.bucket_is_away() {
        return Ok(true);
    }
    match round.note(bucket.head(&segment.key).await) {
        Ok(info) => Ok(info.is_some_and(|info| {
            info.bytes == segment.bytes && (segment.blake3.is_none() || info.blake3 == segment.blake3)
        })),
        Err(_) if trust == Trust::Catalog => Ok(true),
        Err(error) => Err(error.into()),
    }
}
