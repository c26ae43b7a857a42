//! How the cache is.

use nightjar_media::WallTime;

/// How the cache is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheHealth {
    /// In this process: nothing can be away.
    Embedded,
    /// The server answers.
    Healthy,
    /// The server does not: values are missed, limits are counted by this node alone.
    Degraded {
        /// Since when.
        since: WallTime,
        /// Why, without the address or anything secret.
        reason: String,
    },
}
