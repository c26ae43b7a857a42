//! What is wrong with single files.

/// Files that are named one by one; of the others only the number is kept.
const NAMED: usize = 1_000;

/// A file or an object that was not restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its key, or the folder that could not be read.
    pub key: String,
    /// What is wrong with it, for a person.
    pub reason: String,
}

/// All that was not restored; the first thousand by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOutFiles {
    count: u64,
    named: Vec<LeftOut>,
}

impl LeftOutFiles {
    pub(super) fn add(&mut self, key: &str, reason: String) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(LeftOut { key: key.to_owned(), reason });
        }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    pub fn named(&self) -> &[LeftOut] {
        &self.named
    }
}
