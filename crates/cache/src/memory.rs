//! The embedded form: values and counters in this process.

use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::{CacheConfig, Key, KeyPrefix};

/// What an entry costs beside its key and value, about.
const OVERHEAD: usize = 128;

/// Values bounded in bytes, counters bounded in number: neither can push the other out.
#[derive(Debug)]
pub(crate) struct Memory {
    values: Cache<String, Held<Bytes>>,
    counters: Cache<String, Held<u64>>,
}

/// Something until its end. The end is kept with it, because an entry past its end is still
/// there until the cache has cleared up.
#[derive(Debug, Clone)]
struct Held<T> {
    what: T,
    until: Instant,
}

impl Memory {
    pub(crate) fn new(config: &CacheConfig) -> Self {
        let weight = |key: &String, held: &Held<Bytes>| {
            u32::try_from(key.len() + held.what.len() + OVERHEAD).unwrap_or(u32::MAX)
        };
        let values = Cache::builder()
            .max_capacity(config.capacity_bytes)
            .weigher(weight)
            .expire_after(AtItsEnd)
            .build();
        let counters = Cache::builder()
            .max_capacity(config.max_subjects)
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(AtItsEnd)
            .build();
        Self { values, counters }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Bytes> {
        let held = self.values.get(key.as_str())?;
        (held.until > instant()).then_some(held.what)
    }

    pub(crate) fn set(&self, key: &Key, value: Bytes, ttl: Duration) {
        self.values.insert(key.as_str().to_owned(), Held { what: value, until: instant() + ttl });
    }

    pub(crate) fn remove(&self, key: &Key) {
        self.values.invalidate(key.as_str());
        self.counters.invalidate(key.as_str());
    }

    pub(crate) fn remove_all(&self, prefix: &KeyPrefix) {
        drop_prefix(&self.values, prefix.as_str());
        drop_prefix(&self.counters, prefix.as_str());
    }

    /// Whether something was counted under `key`.
    pub(crate) fn counts(&self, key: &Key) -> bool {
        self.counters.get(key.as_str()).is_some_and(|held| held.until > instant())
    }

    pub(crate) fn incr(&self, key: &Key, ttl: Duration) -> u64 {
        let now = instant();
        let entry = self.counters.entry_by_ref(key.as_str()).and_upsert_with(|old| match old {
            Some(old) if old.value().until > now => {
                let Held { what, until } = old.into_value();
                Held { what: what.saturating_add(1), until }
            }
            _ => Held { what: 1, until: now + ttl },
        });
        entry.into_value().what
    }
}

/// Drops what begins with `prefix`. This walks over everything, which is right for something that
/// happens when a person changes a camera, not with every frame.
pub(crate) fn drop_prefix<V: Clone + Send + Sync + 'static>(cache: &Cache<String, V>, prefix: &str) {
    for (key, _) in cache {
        if key.starts_with(prefix) {
            cache.invalidate(key.as_str());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the end of a cached value; nobody decides anything by it")]
fn instant() -> Instant {
    Instant::now()
}

#[derive(Debug)]
struct AtItsEnd;

impl<T> Expiry<String, Held<T>> for AtItsEnd {
    fn expire_after_create(&self, _: &String, held: &Held<T>, created: Instant) -> Option<Duration> {
        Some(held.until.saturating_duration_since(created))
    }

    fn expire_after_update(
        &self,
        _: &String,
        held: &Held<T>,
        updated: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(held.until.saturating_duration_since(updated))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_in_bytes_and_in_subjects() {
        let config = CacheConfig { capacity_bytes: 1 << 20, max_subjects: 100, ..CacheConfig::default() };
        let memory = Memory::new(&config);
        for number in 0..10_000u32 {
            let key = Key::new("k", &[&number.to_string()]);
            memory.set(&key, Bytes::from(vec![0; 1_000]), Duration::from_secs(60));
            assert_eq!(memory.incr(&key, Duration::from_secs(60)), 1, "a newcomer is counted");
            assert_eq!(memory.incr(&key, Duration::from_secs(60)), 2, "a newcomer is counted");
        }
        memory.values.run_pending_tasks();
        memory.counters.run_pending_tasks();
        assert!(memory.values.weighted_size() <= 1 << 20);
        assert!(memory.counters.entry_count() <= 100);
    }
}
