//! What can go wrong with bytes, said so that a person can act on it.

use std::io;
use std::path::{Path, PathBuf};

/// Why an operation on a tier failed. The text names the file or object and never a credential.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A file or folder could not be used.
    #[error("can't {action} {}: {source}", path.display())]
    Local {
        /// What was tried, as in "can't … it".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A key that could leave its tier, or that no tier takes.
    #[error("`{0}` is not a valid key")]
    InvalidKey(String),
    /// The volume's marker file can't be read.
    #[error("{} is not a volume marker: {reason}", path.display())]
    BadMarker {
        /// The marker file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such file or object.
    #[error("`{0}` does not exist")]
    NotFound(String),
    /// The local file is not what the catalog says it is, so it was not uploaded.
    #[error("the local file of `{key}` is not what was recorded: {reason}")]
    SourceChanged {
        /// Key of the segment.
        key: String,
        /// How it differs.
        reason: String,
    },
    /// The bucket holds something else than what was sent.
    #[error("the bucket does not hold what was sent as `{key}`: {reason}")]
    Unconfirmed {
        /// Key of the object.
        key: String,
        /// How it differs.
        reason: String,
    },
    /// The bucket holds something else under this key, which is not replaced.
    #[error(
        "the bucket holds another file as `{0}`, which is not replaced; move that object away to let this one be stored"
    )]
    Taken(String),
    /// The bucket's settings are wrong; trying again does not help.
    #[error("{0}")]
    Settings(String),
    /// The server refused the credentials or the operation.
    #[error("the storage server refused to {action}: {reason}")]
    Refused {
        /// What was tried.
        action: String,
        /// What it said, and what to do.
        reason: String,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{0}`: create it, or let Nightjar's key do so")]
    NoBucket(String),
    /// The server can't be reached, is too slow, or failed.
    #[error("can't {action}: {reason}")]
    Unavailable {
        /// What was tried.
        action: String,
        /// What happened.
        reason: String,
    },
}

impl StorageError {
    pub(crate) fn local(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Local { action, path: path.to_owned(), source }
    }

    /// The system's word for it, for a local file.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Local { source, .. } => Some(source.kind()),
            _ => None,
        }
    }

    /// Whether it says that the file or object does not exist.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::NotFound(_) => true,
            Self::Local { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether it says that the local file can't be what was recorded, so that trying the same
    /// upload again is pointless.
    pub fn is_source_fault(&self) -> bool {
        match self {
            Self::SourceChanged { .. } => true,
            Self::Local { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether it says that the volume has no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Local { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}

impl From<StorageError> for io::Error {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Local { source, .. } => source,
            other if other.is_not_found() => Self::new(io::ErrorKind::NotFound, other),
            other => Self::other(other),
        }
    }
}
