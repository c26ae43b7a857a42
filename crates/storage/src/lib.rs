//! Bytes: footage on a local disk and in an S3 bucket.
//!
//! Belongs here: where a key's bytes lie, and whether they are really there. Does not belong
//! here: when anything is uploaded or deleted, and what the catalog says of it (`recorder`);
//! what the bytes mean (`format`).
//!
//! The local side blocks: call it from a blocking task. The remote side is async.

mod error;
mod key;
mod local;
mod lock;
mod private;
mod remote;

pub use error::StorageError;
pub use key::validate_key;
pub use local::{
    BLOCK_BYTES, DiskUsage, LocalEntry, LocalFile, LocalTier, MARKER_NAME, MadePrivate, TEMPORARY_SUFFIX,
    VolumeMarker,
};
pub use lock::{LOCK_NAME, Lock, LockError, LockHolder, LockOwner};
pub use private::{create_private_folder, make_private, private_file};
pub use remote::{
    BucketState, Listed, ObjectInfo, ObjectReader, ObjectSummary, Proof, RemoteConfig, RemoteTier, Stored,
    UploadSource,
};

/// Result of this crate's operations.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;
