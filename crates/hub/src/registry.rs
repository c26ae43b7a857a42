//! All streams of the process.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::{GopLimits, Stream};

/// Which stream: a camera's id as bytes, and the stream's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// The camera's UUID.
    pub camera: [u8; 16],
    /// `main` or `sub`.
    pub stream: &'static str,
}

/// The registry of streams. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Hub {
    streams: Arc<Mutex<HashMap<StreamKey, Stream>>>,
    limits: GopLimits,
}

impl Hub {
    /// An empty hub whose streams cache GOPs within `limits`.
    pub fn new(limits: GopLimits) -> Self {
        Self { streams: Arc::default(), limits }
    }

    /// The stream of that key, made on first use.
    pub fn stream(&self, key: StreamKey) -> Stream {
        self.streams.lock().entry(key).or_insert_with(|| Stream::new(self.limits)).clone()
    }

    /// Forgets a stream. Whoever still holds it keeps a stream that nobody else can find.
    pub fn remove(&self, key: StreamKey) {
        self.streams.lock().remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_one_stream() {
        let hub = Hub::default();
        let key = StreamKey { camera: [1; 16], stream: "main" };
        let subscriber = hub.stream(key).subscribe(crate::Start::Live, crate::QueueLimits::default());
        assert!(hub.stream(key).is_wanted());
        drop(subscriber);
        assert!(!hub.stream(key).is_wanted());
    }
}
