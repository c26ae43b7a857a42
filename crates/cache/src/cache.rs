//! The cache: values, counters and news.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use nightjar_model::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failures::Tallies;
use crate::invalidation::Notices;
use crate::limiter::Windows;
use crate::memory::Memory;
use crate::remote::Remote;
use crate::{
    CacheConfig, CacheError, CacheHealth, Copies, Failures, Invalidations, Key, KeyPrefix, Limiter, meter,
};

/// The longest that anything is kept.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Values, counters and news, embedded or shared. Cloning it is cheap; the last clone dropped ends
/// its connection.
///
/// A key holds either a value or a counter. How long something lives is at least a millisecond and
/// at most a year.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

/// What all handles of one cache have in common.
#[derive(Debug)]
pub(crate) struct Inner {
    memory: Memory,
    pub(crate) windows: Windows,
    pub(crate) tallies: Tallies,
    notices: Arc<Notices>,
    pub(crate) remote: Option<Remote>,
    max_value_bytes: usize,
}

impl Cache {
    /// In this process alone.
    pub fn embedded(config: CacheConfig) -> Self {
        Self::new(config, Arc::new(Notices::new()), None)
    }

    /// Shared through the Redis (6 or newer) or Valkey server at `redis://[user:password@]host[:port][/database]`,
    /// or `rediss://` for an encrypted connection. Waits up to a second for the server, and then
    /// goes on connecting in the background: a server that is away is not an error.
    ///
    /// # Errors
    /// If the address or the prefix can not be used.
    pub async fn redis(url: &Secret, config: CacheConfig) -> Result<Self, CacheError> {
        let notices = Arc::new(Notices::new());
        let remote = Remote::start(url, &config, notices.clone()).await?;
        Ok(Self::new(config, notices, Some(remote)))
    }

    fn new(config: CacheConfig, notices: Arc<Notices>, remote: Option<Remote>) -> Self {
        let inner = Inner {
            memory: Memory::new(&config),
            windows: Windows::new(config.max_subjects),
            tallies: Tallies::new(config.max_subjects, &notices),
            notices,
            remote,
            max_value_bytes: config.max_value_bytes,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The value, if it is there and the server answers.
    pub async fn get(&self, key: &Key) -> Option<Bytes> {
        let value = match &self.inner.remote {
            None => self.inner.memory.get(key),
            Some(remote) => remote.get(key).await.unwrap_or_default(),
        };
        meter::looked_up(value.is_some());
        value
    }

    /// Keeps a value for `ttl`. A value over the bound is not kept; neither then nor if the server
    /// does not answer is an older one left in its place for longer than the server is away.
    pub async fn set(&self, key: &Key, value: impl Into<Bytes>, ttl: Duration) {
        let value = value.into();
        let ttl = bounded(ttl);
        if value.len() > self.inner.max_value_bytes {
            meter::failed("set");
            return self.discard(key).await;
        }
        match &self.inner.remote {
            None => self.inner.memory.set(key, value, ttl),
            Some(remote) => remote.set(key, value, ttl).await,
        }
    }

    /// The value, decoded; one that can not be decoded, say from another version, is not there.
    pub async fn get_json<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let text = self.get(key).await?;
        let value = serde_json::from_slice(&text).ok();
        if value.is_none() {
            meter::failed("decode");
        }
        value
    }

    /// Keeps a value as JSON; one that has no JSON is not kept.
    pub async fn set_json<T: Serialize + Sync>(&self, key: &Key, value: &T, ttl: Duration) {
        match serde_json::to_vec(value) {
            Ok(text) => self.set(key, text, ttl).await,
            Err(_) => {
                meter::failed("encode");
                self.discard(key).await;
            }
        }
    }

    /// Drops what is under `key`, and all copies of it on all nodes. If the server does not answer,
    /// it is done as soon as it does.
    pub async fn remove(&self, key: &Key) {
        self.discard(key).await;
        self.inner.notices.tell(&key.into());
    }

    /// The same for all keys that begin so. On a server this looks at all of its keys; what is not
    /// done after a second goes on in the background.
    pub async fn remove_all(&self, prefix: &KeyPrefix) {
        self.inner.memory.remove_all(prefix);
        if let Some(remote) = &self.inner.remote {
            remote.remove_all(prefix).await;
        }
        self.inner.notices.tell(&prefix.into());
    }

    /// Tells all nodes that what `key` names has changed, so that they drop their copies of it.
    /// What the cache itself holds under that key stays.
    pub async fn invalidate(&self, key: &Key) {
        if let Some(remote) = &self.inner.remote {
            remote.publish(key).await;
        }
        self.inner.notices.tell(&key.into());
    }

    /// What this and all other nodes say has changed, from now on.
    pub fn invalidations(&self) -> Invalidations {
        self.inner.notices.subscribe()
    }

    /// A place for at most `capacity` copies, each kept for `ttl` at most and dropped when any
    /// node removes or invalidates its key.
    pub fn copies<V: Clone + Send + Sync + 'static>(&self, capacity: u64, ttl: Duration) -> Copies<V> {
        Copies::new(capacity, bounded(ttl), &self.inner.notices)
    }

    /// Counts one more under `key` and says how many it are; the count ends `ttl` after its first.
    /// While the server does not answer, this node counts for itself.
    pub async fn incr(&self, key: &Key, ttl: Duration) -> u64 {
        let ttl = bounded(ttl);
        if let Some(remote) = &self.inner.remote
            && let Ok(count) = remote.incr(key, ttl).await
        {
            return count;
        }
        self.inner.memory.incr(key, ttl)
    }

    /// Whether this is the first time within `ttl` that `key` is added: for idempotency keys and
    /// against replay. While the server does not answer, this node remembers for itself.
    pub async fn add_once(&self, key: &Key, ttl: Duration) -> bool {
        let ttl = bounded(ttl);
        if let Some(remote) = &self.inner.remote
            && let Ok(first) = remote.add_once(key, ttl).await
        {
            // What was added while the server was away is not there, but here.
            return first && !self.inner.memory.counts(key);
        }
        self.inner.memory.incr(key, ttl) == 1
    }

    /// Limits.
    pub fn limiter(&self) -> Limiter {
        Limiter::new(self.inner.clone())
    }

    /// Failures in a row.
    pub fn failures(&self) -> Failures {
        Failures::new(self.inner.clone())
    }

    /// How it is.
    pub fn health(&self) -> CacheHealth {
        self.inner.remote.as_ref().map_or(CacheHealth::Embedded, Remote::health)
    }

    async fn discard(&self, key: &Key) {
        self.inner.memory.remove(key);
        if let Some(remote) = &self.inner.remote {
            remote.remove(key).await;
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner.remote {
            None => f.write_str("Cache(embedded)"),
            Some(remote) => write!(f, "Cache({})", remote.shown()),
        }
    }
}

fn bounded(ttl: Duration) -> Duration {
    ttl.clamp(Duration::from_millis(1), LONGEST)
}
