//! Sends the entries of the audit trail elsewhere: to a syslog receiver, or into a bucket.
//!
//! - Entries of an organization are sent in the order of its chain, each at least once.
//! - What was sent is remembered in the catalog, so a restart goes on where the last process ended; what
//!   was not confirmed then is sent again. Receivers know an entry again by organization and `seq`.
//! - Nothing waits for the receiver: entries stay in the trail, and one batch at a time is in memory.
//!
//! Belongs here: formats, transports and the place in the chain. Does not belong here: the trail itself
//! (`audit`), configuration (`server`).

mod bucket;
mod exporter;
mod line;
mod syslog;

pub use bucket::BucketTarget;
pub use exporter::{Exporter, Target};
pub use syslog::{SyslogAddress, SyslogTarget};

/// Why entries could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The entries could not be read, or the place not be kept.
    #[error("the audit trail can't be read: {0}")]
    Catalog(#[from] nightjar_catalog::CatalogError),
    /// The syslog receiver does not take them.
    #[error("the syslog receiver {address} can't be reached: {cause}")]
    Syslog {
        /// As it was configured.
        address: String,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// The bucket does not take them.
    #[error(transparent)]
    Bucket(#[from] nightjar_storage::StorageError),
}

type Result<T, E = ExportError> = std::result::Result<T, E>;
