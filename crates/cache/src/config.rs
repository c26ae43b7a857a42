//! What a cache is made with.

use std::time::Duration;

/// Bounds of a cache.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// Bytes that the embedded form keeps of values, keys included; the least used go first.
    pub capacity_bytes: u64,
    /// Subjects whose counters this process keeps, of each kind (once, limits, failures); the ones
    /// not seen for longest go first. The shared form has them too, for when the server is away.
    pub max_subjects: u64,
    /// The largest value; a larger one is not kept.
    pub max_value_bytes: usize,
    /// What every key and channel on the server begins with: up to 64 of `A-Z a-z 0-9 _ - . :`.
    pub prefix: String,
    /// How long one command to the server may take.
    pub timeout: Duration,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            capacity_bytes: 64 << 20,
            max_subjects: 100_000,
            max_value_bytes: 1 << 20,
            prefix: "nightjar:".to_owned(),
            timeout: Duration::from_millis(100),
        }
    }
}
