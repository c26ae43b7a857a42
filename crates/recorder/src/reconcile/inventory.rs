//! Sets of millions of keys in little memory.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Keys with a number each, 16 bytes a key: of a key only a 64-bit hash is kept. Two of ten
/// million keys collide once in 370,000 such sets; what would then be overlooked is found by the
/// next process, or never mattered: nothing is deleted on the word of a set alone.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    entries: Vec<(u64, u64)>,
    sorted: bool,
}

impl KeySet {
    /// Adds a key.
    pub(crate) fn push(&mut self, key: &str, value: u64) {
        self.entries.push((hash(key), value));
        self.sorted = false;
    }

    /// To be called after the last key and before the first look-up.
    pub(crate) fn seal(&mut self) {
        self.entries.sort_unstable();
        self.sorted = true;
    }

    /// The number of a key, if it is in the set.
    pub(crate) fn get(&self, key: &str) -> Option<u64> {
        debug_assert!(self.sorted || self.entries.is_empty(), "a set is sealed before it is asked");
        let hash = hash(key);
        let found = self.entries.binary_search_by_key(&hash, |entry| entry.0).ok()?;
        Some(self.entries[found].1)
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_with_their_numbers() {
        let mut set = KeySet::default();
        for number in 0..1000 {
            set.push(&format!("cam/{number}.mp4"), number);
        }
        set.seal();
        assert_eq!(set.len(), 1000);
        assert_eq!(set.get("cam/500.mp4"), Some(500));
        assert_eq!(set.get("cam/1000.mp4"), None);
    }
}
