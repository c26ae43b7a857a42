//! Frame rate and bit rate of a stream, measured on what is published.

use std::time::{Duration, Instant};

use nightjar_media::{Fragment, MediaKind};

const WINDOW: Duration = Duration::from_secs(5);

/// Measures over windows of about five seconds.
#[derive(Debug)]
pub(crate) struct Meter {
    since: Instant,
    frames: u64,
    bytes: u64,
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rates {
    pub(crate) fps: f32,
    pub(crate) bitrate: u64,
}

impl Meter {
    pub(crate) fn new(now: Instant) -> Self {
        Self { since: now, frames: 0, bytes: 0 }
    }

    /// Counts a fragment; gives the rates of a window that ends with it.
    pub(crate) fn count(&mut self, fragment: &Fragment, now: Instant) -> Option<Rates> {
        self.bytes += fragment.len as u64;
        for run in fragment.tracks.iter() {
            let video = fragment.init.track(run.track).is_some_and(|t| t.codec.kind() == MediaKind::Video);
            self.frames += if video { run.samples.len() as u64 } else { 0 };
        }
        let passed = now.saturating_duration_since(self.since);
        if passed < WINDOW {
            return None;
        }
        let secs = passed.as_secs_f64();
        let rates = Rates {
            fps: (self.frames as f64 / secs) as f32,
            bitrate: (self.bytes as f64 * 8.0 / secs) as u64,
        };
        *self = Self::new(now);
        Some(rates)
    }
}
