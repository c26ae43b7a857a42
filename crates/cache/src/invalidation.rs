//! The news that something has changed, for those who keep a copy of it.

use parking_lot::Mutex;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::{Key, KeyPrefix};

/// News that wait for a slow listener; one that falls further behind is told [`Invalidation::All`].
const WAITING: usize = 1_024;

/// What is no longer so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Invalidation {
    /// What is under this key.
    Key(String),
    /// What is under all keys that begin so.
    Prefix(String),
    /// Anything may be: news were missed.
    All,
}

impl Invalidation {
    /// Whether it is about this key.
    pub fn covers(&self, key: &Key) -> bool {
        match self {
            Self::Key(changed) => changed == key.as_str(),
            Self::Prefix(prefix) => key.as_str().starts_with(prefix.as_str()),
            Self::All => true,
        }
    }

    /// As it goes over the wire.
    pub(crate) fn encode(&self) -> String {
        match self {
            Self::Key(key) => format!("key {key}"),
            Self::Prefix(prefix) => format!("prefix {prefix}"),
            Self::All => "all".to_owned(),
        }
    }

    /// From the wire; what is not understood, say from a newer node, may be about anything.
    pub(crate) fn decode(text: &str) -> Self {
        match text.split_once(' ') {
            Some(("key", key)) => Self::Key(key.to_owned()),
            Some(("prefix", prefix)) => Self::Prefix(prefix.to_owned()),
            _ => Self::All,
        }
    }
}

impl From<&Key> for Invalidation {
    fn from(key: &Key) -> Self {
        Self::Key(key.as_str().to_owned())
    }
}

impl From<&KeyPrefix> for Invalidation {
    fn from(prefix: &KeyPrefix) -> Self {
        Self::Prefix(prefix.as_str().to_owned())
    }
}

/// The news, as they come; this node's own too.
#[derive(Debug)]
pub struct Invalidations {
    receiver: broadcast::Receiver<Invalidation>,
}

impl Invalidations {
    /// The next; none when the cache is gone. After falling behind, [`Invalidation::All`] stands
    /// for what was missed.
    pub async fn next(&mut self) -> Option<Invalidation> {
        match self.receiver.recv().await {
            Ok(news) => Some(news),
            Err(RecvError::Lagged(_)) => Some(Invalidation::All),
            Err(RecvError::Closed) => None,
        }
    }
}

/// Drops what it is told; false when there is nothing left that it could drop from.
type Dropper = Box<dyn Fn(&Invalidation) -> bool + Send + Sync>;

/// Tells everybody in this process.
pub(crate) struct Notices {
    sender: broadcast::Sender<Invalidation>,
    droppers: Mutex<Vec<Dropper>>,
}

impl Notices {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(WAITING), droppers: Mutex::default() }
    }

    pub(crate) fn subscribe(&self) -> Invalidations {
        Invalidations { receiver: self.sender.subscribe() }
    }

    /// From now on, calls `dropper` with all news, at once and before anybody else hears them.
    pub(crate) fn register(&self, dropper: Dropper) {
        self.droppers.lock().push(dropper);
    }

    pub(crate) fn tell(&self, news: &Invalidation) {
        self.droppers.lock().retain(|dropper| dropper(news));
        // Fails when nobody listens.
        let _ = self.sender.send(news.clone());
    }
}

impl std::fmt::Debug for Notices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notices").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_survive_the_wire_and_what_is_not_understood_is_about_everything() {
        let key = Key::new("camera", &["7", "info"]);
        let prefix = KeyPrefix::new("camera", &["7"]);
        for news in [Invalidation::from(&key), Invalidation::from(&prefix), Invalidation::All] {
            assert_eq!(Invalidation::decode(&news.encode()), news);
            assert!(news.covers(&key));
            assert_eq!(news.covers(&Key::new("camera", &["77", "info"])), news == Invalidation::All);
        }
        assert_eq!(Invalidation::decode("tag cameras"), Invalidation::All);
    }

    #[tokio::test]
    async fn a_listener_that_falls_behind_is_told_that_anything_may_have_changed() {
        let notices = Notices::new();
        let mut listener = notices.subscribe();
        for number in 0..WAITING + 5 {
            notices.tell(&Invalidation::Key(number.to_string()));
        }
        assert_eq!(listener.next().await, Some(Invalidation::All));
        assert_eq!(listener.next().await, Some(Invalidation::Key("5".to_owned())));
    }
}
