//! Why something can't be played.

use std::time::Duration;

use nightjar_catalog::CatalogError;
use nightjar_model::WallTime;
use nightjar_storage::StorageError;

/// Why something can't be played.
#[derive(Debug, thiserror::Error)]
pub enum PlaybackError {
    /// There is no such session, or not any more.
    #[error("there is no such playback session")]
    NoSuchSession,
    /// As many sessions as there may be.
    #[error("there are {limit} playback sessions already")]
    TooManySessions {
        /// How many there may be.
        limit: usize,
    },
    /// The session was extended for as long as is allowed.
    #[error("the session is as old as a session may become")]
    SessionTooOld,
    /// The range ends before it begins, or is empty.
    #[error("`to` must be later than `from`")]
    EmptyRange,
    /// The range is longer than is allowed.
    #[error("the range must not be longer than {} hours", .max.as_secs() / 3600)]
    RangeTooLong {
        /// The longest range.
        max: Duration,
    },
    /// The range begins in the future.
    #[error("`from` must not be in the future")]
    InTheFuture,
    /// There is no footage in the range.
    #[error("nothing was recorded in this range")]
    NothingRecorded {
        /// The end of the newest footage before the range, if any is near.
        before: Option<WallTime>,
    },
    /// The playlist has no such entry.
    #[error("the playlist has no such entry")]
    NoSuchEntry,
    /// The bytes are neither on the disk nor in the bucket.
    #[error("the footage of segment {segment} is not available")]
    NotAvailable {
        /// The segment.
        segment: String,
        /// What was said.
        source: Option<StorageError>,
    },
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Disk or bucket failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A stored file is not what it should be.
    #[error("the footage could not be read: {0}")]
    Footage(String),
}
