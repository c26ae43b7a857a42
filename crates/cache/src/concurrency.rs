//! So many at once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// Counts what is under way for each subject. Local to the process: what is under way elsewhere
/// would have to be taken back when a node dies, and a node's own sockets and memory are what this
/// protects.
#[derive(Debug, Clone)]
pub struct Concurrency {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    max_subjects: usize,
    running: Mutex<HashMap<String, u32>>,
}

/// One that is under way; dropping it ends it.
#[derive(Debug)]
#[must_use = "dropping it says that it is done"]
pub struct Permit {
    shared: Arc<Shared>,
    subject: String,
}

impl Concurrency {
    /// For at most `max_subjects` subjects with something under way at the same time.
    pub fn new(max_subjects: usize) -> Self {
        Self { shared: Arc::new(Shared { max_subjects, running: Mutex::default() }) }
    }

    /// One more for `subject`, of which at most `max` may be under way; none when that many are,
    /// or when there is no room for another subject.
    pub fn enter(&self, subject: &str, max: u32) -> Option<Permit> {
        let mut running = self.shared.running.lock();
        let subjects = running.len();
        if let Some(count) = running.get_mut(subject) {
            if *count >= max {
                return None;
            }
            *count += 1;
        } else if max == 0 || subjects >= self.shared.max_subjects {
            return None;
        } else {
            running.insert(subject.to_owned(), 1);
        }
        Some(Permit { shared: self.shared.clone(), subject: subject.to_owned() })
    }

    /// How many are under way for `subject`.
    pub fn running(&self, subject: &str) -> u32 {
        self.shared.running.lock().get(subject).copied().unwrap_or(0)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut running = self.shared.running.lock();
        if let Some(count) = running.get_mut(&self.subject) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.subject);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_so_many_at_once_and_each_makes_room_when_it_ends() {
        let limit = Concurrency::new(10);
        let first = limit.enter("u", 2).expect("room");
        let second = limit.enter("u", 2).expect("room");
        assert!(limit.enter("u", 2).is_none());
        assert!(limit.enter("v", 2).is_some(), "others are not concerned");
        drop(first);
        assert!(limit.enter("u", 2).is_some());
        drop(second);
        assert_eq!(limit.running("u"), 0);
        assert!(limit.shared.running.lock().is_empty(), "nothing is kept of those who are done");
    }

    #[test]
    fn the_number_of_subjects_has_a_bound() {
        let limit = Concurrency::new(2);
        let _permits = [limit.enter("a", 5), limit.enter("b", 5)];
        assert!(limit.enter("c", 5).is_none());
        assert!(limit.enter("a", 5).is_some());
        assert!(limit.enter("d", 0).is_none());
    }
}
