//! Uploads: finished segments go into the bucket, and are called stored when it confirms them.
//!
//! The queue is in the catalog, so a restart loses nothing. Belongs here: which upload runs when,
//! and what becomes of its result. Does not belong here: how an upload is made and confirmed
//! (`storage`), when local copies go (`retention`).

mod job;
mod schedule;
mod take_back;
mod under_way;
mod worker;

use std::time::Duration;

pub use schedule::retry_delay;
pub(crate) use take_back::take_back;
pub use under_way::Uploading;
pub use worker::run_uploads;

/// How uploads are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadConfig {
    /// How many at once. Each holds one part (8 MiB) in memory.
    pub max_concurrent: usize,
    /// How often the queue is looked at while nothing happens.
    pub poll: Duration,
    /// Delay after the first failure of a segment; see [`retry_delay`].
    pub retry_first: Duration,
    /// After how many failures of one segment somebody should look.
    pub alert_after: u32,
    /// How long uploads that are under way may go on when the process stops.
    pub finish_within: Duration,
}

impl Default for UploadConfig {
    fn default() -> Self {
        Self {
            max_concurrent: 4,
            poll: Duration::from_secs(1),
            retry_first: Duration::from_secs(5),
            alert_after: 5,
            finish_within: Duration::from_secs(20),
        }
    }
}
