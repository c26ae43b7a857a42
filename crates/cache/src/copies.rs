//! Decoded values that a node keeps for itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;

use crate::invalidation::Notices;
use crate::memory::drop_prefix;
use crate::{Invalidation, Key};

/// Copies of what is true elsewhere, in this process, each for a short while at most. They are
/// dropped at once when this node says that the truth has changed, and as fast as the news travel
/// when another one does; while no news can come, the short while is what bounds a copy's age.
#[derive(Clone)]
pub struct Copies<V> {
    values: Cache<String, V>,
    news: Arc<AtomicU64>,
}

/// That somebody began to read the truth.
#[derive(Debug, Clone, Copy)]
pub struct Reading(u64);

impl<V: Clone + Send + Sync + 'static> Copies<V> {
    pub(crate) fn new(capacity: u64, ttl: Duration, notices: &Notices) -> Self {
        let values = Cache::builder().max_capacity(capacity).time_to_live(ttl).build();
        let copies = Self { values: values.clone(), news: Arc::default() };
        let count = Arc::downgrade(&copies.news);
        notices.register(Box::new(move |news| {
            let Some(count) = count.upgrade() else { return false };
            // Counted first: who reads the old truth now and stores it late is noticed.
            count.fetch_add(1, Ordering::SeqCst);
            match news {
                Invalidation::Key(key) => values.invalidate(key.as_str()),
                Invalidation::Prefix(prefix) => drop_prefix(&values, prefix),
                Invalidation::All => values.invalidate_all(),
            }
            true
        }));
        copies
    }

    /// The copy, if there is one.
    pub fn get(&self, key: &Key) -> Option<V> {
        self.values.get(key.as_str())
    }

    /// Says that the truth is about to be read, for [`Copies::put`].
    pub fn begin(&self) -> Reading {
        Reading(self.news.load(Ordering::SeqCst))
    }

    /// Keeps a copy of what was read since `reading`, unless there were news in the meantime:
    /// then what was read may be old already.
    pub fn put(&self, key: &Key, value: V, reading: Reading) {
        if self.begin().0 != reading.0 {
            return;
        }
        self.values.insert(key.as_str().to_owned(), value);
        if self.begin().0 != reading.0 {
            self.values.invalidate(key.as_str());
        }
    }

    /// The copy, or what `read` says, of which a copy is then kept.
    pub async fn get_or_read<E, F>(&self, key: &Key, read: F) -> Result<V, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        if let Some(copy) = self.get(key) {
            return Ok(copy);
        }
        let reading = self.begin();
        let value = read.await?;
        self.put(key, value.clone(), reading);
        Ok(value)
    }

    /// Keeps no copy of this any more, in this process only.
    pub fn drop_copy(&self, key: &Key) {
        self.values.invalidate(key.as_str());
    }
}

// Without what is copied: it may be a secret.
impl<V> fmt::Debug for Copies<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copies").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_the_news_is_not_kept() {
        let notices = Notices::new();
        let copies = Copies::new(10, Duration::from_secs(60), &notices);
        let key = Key::new("user", &["1"]);
        let reading = copies.begin();
        notices.tell(&Invalidation::from(&key));
        copies.put(&key, "old", reading);
        assert_eq!(copies.get(&key), None);
        copies.put(&key, "new", copies.begin());
        assert_eq!(copies.get(&key), Some("new"));
    }

    #[test]
    fn nothing_is_kept_of_copies_that_are_gone() {
        let notices = Notices::new();
        let copies = Copies::<u8>::new(10, Duration::from_secs(60), &notices);
        let watched = copies.values.clone();
        drop(copies);
        notices.tell(&Invalidation::All);
        watched.insert("k".to_owned(), 1);
        notices.tell(&Invalidation::All);
        assert!(watched.get("k").is_some(), "nobody is called any more");
    }
}
