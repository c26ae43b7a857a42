//! Taking back an upload whose outcome is not known.

use nightjar_model::Segment;
use nightjar_storage::{ObjectInfo, RemoteTier, StorageError};

/// Deletes the object of a segment that is not called stored, if there is one: the bucket may have
/// taken it and its answer been lost, or the process have died before it was noted. What lies there
/// with another checksum is not this segment's.
pub(crate) async fn take_back(bucket: &RemoteTier, segment: &Segment) -> Result<(), StorageError> {
    let is_ours =
        |info: ObjectInfo| info.blake3.is_none() || segment.blake3.is_none() || info.blake3 == segment.blake3;
    let deletes = match bucket.head(&segment.key).await {
        Ok(info) => info.is_some_and(is_ours),
        // A key that may not list the bucket is not told that there is no such object.
        Err(StorageError::Refused { .. }) => true,
        Err(error) => return Err(error),
    };
    if deletes { bucket.delete(&segment.key).await } else { Ok(()) }
}
