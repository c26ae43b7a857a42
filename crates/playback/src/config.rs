//! Limits of playback.

use std::time::Duration;

/// How playback behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaybackConfig {
    /// How long a session lives unless it is extended, and by how much it is extended.
    pub session_ttl: Duration,
    /// How long a session can be kept alive by extending it.
    pub session_max_age: Duration,
    /// Sessions at a time.
    pub max_sessions: usize,
    /// Of one user; who starts more loses the one that would end first.
    pub max_sessions_per_user: usize,
    /// Longest range of a session.
    pub max_range: Duration,
    /// How long the signed address of a download works.
    pub token_ttl: Duration,
    /// How players get what is only in the bucket.
    pub remote: RemoteDelivery,
    /// Downloads of a range that may be prepared at the same time.
    pub concurrent_plans: usize,
}

impl Default for PlaybackConfig {
    fn default() -> Self {
        Self {
            session_ttl: Duration::from_secs(3600),
            session_max_age: Duration::from_secs(24 * 3600),
            max_sessions: 1000,
            max_sessions_per_user: 50,
            max_range: Duration::from_secs(24 * 3600),
            token_ttl: Duration::from_secs(15 * 60),
            remote: RemoteDelivery::Redirect,
            concurrent_plans: 2,
        }
    }
}

/// How players get what is only in the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RemoteDelivery {
    /// They are sent to a presigned address of the bucket: its bytes do not pass through here,
    /// but the players must be able to reach it.
    #[default]
    Redirect,
    /// Its bytes pass through here.
    Proxy,
}
