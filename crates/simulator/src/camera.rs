//! A camera: its clock, its streams, its faults and who is connected to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nightjar_protocol::rtsp::Access;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::clip::{Clip, ClipSpec, VIDEO_HZ};
use crate::connection::Connection;
use crate::effects::{ActiveFaults, Effects};
use crate::log::{CameraLog, SessionRecord};

/// A running camera.
#[derive(Debug)]
pub(crate) struct Camera {
    pub(crate) name: String,
    pub(crate) main: Stream,
    pub(crate) sub: Option<Stream>,
    pub(crate) access: Access,
    pub(crate) wrap_after: Option<Duration>,
    /// When frame 0 was due.
    pub(crate) epoch: Instant,
    pub(crate) faults: Mutex<ActiveFaults>,
    pub(crate) effects: watch::Sender<Effects>,
    pub(crate) connections: Mutex<Vec<Arc<Connection>>>,
    records: Mutex<Vec<(Arc<SessionRecord>, Arc<Connection>)>>,
}

/// One of a camera's streams.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) name: &'static str,
    pub(crate) spec: ClipSpec,
    clip: Mutex<Arc<Clip>>,
}

/// A frame of an endless clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) round: u64,
    pub(crate) index: usize,
}

impl Stream {
    pub(crate) fn new(name: &'static str, spec: ClipSpec, clip: Arc<Clip>) -> Self {
        Self { name, spec, clip: Mutex::new(clip) }
    }

    pub(crate) fn clip(&self) -> Arc<Clip> {
        Arc::clone(&self.clip.lock())
    }

    pub(crate) fn set_clip(&self, clip: Arc<Clip>) {
        *self.clip.lock() = clip;
    }
}

impl Camera {
    pub(crate) fn new(config: &crate::SimCamera, main: Stream, sub: Option<Stream>, now: Instant) -> Self {
        Self {
            name: config.name.clone(),
            main,
            sub,
            access: config.access.clone(),
            wrap_after: config.wrap_after,
            epoch: now.checked_sub(config.phase).unwrap_or(now),
            faults: Mutex::default(),
            effects: watch::Sender::new(Effects::default()),
            connections: Mutex::default(),
            records: Mutex::default(),
        }
    }

    pub(crate) fn stream(&self, name: &str) -> Option<&Stream> {
        [Some(&self.main), self.sub.as_ref()].into_iter().flatten().find(|stream| stream.name == name)
    }

    pub(crate) fn effects(&self) -> Effects {
        *self.effects.borrow()
    }

    /// Makes known what the active faults come to.
    pub(crate) fn publish_effects(&self) {
        let effects = self.faults.lock().effects();
        self.effects.send_replace(effects);
    }

    /// Closes all connections, with a reset or in order.
    pub(crate) fn close_connections(&self, reset: bool) {
        for connection in self.connections.lock().iter() {
            connection.close(reset);
        }
    }

    pub(crate) fn add_record(&self, record: Arc<SessionRecord>, connection: Arc<Connection>) {
        self.records.lock().push((record, connection));
    }

    pub(crate) fn log(&self) -> CameraLog {
        let records = self.records.lock();
        let read = |(record, connection): &(Arc<SessionRecord>, Arc<Connection>)| {
            record.read(connection.outbox.flushed())
        };
        CameraLog { sessions: records.iter().map(read).collect() }
    }

    /// Ticks of 90 kHz from the epoch until `now`.
    pub(crate) fn ticks(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.epoch);
        passed.as_secs() * VIDEO_HZ + u64::from(passed.subsec_nanos()) * VIDEO_HZ / 1_000_000_000
    }

    /// When this many ticks of 90 kHz have passed since the epoch.
    pub(crate) fn instant(&self, ticks: u64) -> Instant {
        let nanos = (ticks % VIDEO_HZ) * 1_000_000_000 / VIDEO_HZ;
        self.epoch + Duration::from_secs(ticks / VIDEO_HZ) + Duration::from_nanos(nanos)
    }
}

impl Position {
    /// The first frame that is due at or after `ticks`; with `key`, the first key frame.
    pub(crate) fn at_or_after(clip: &Clip, ticks: u64, key: bool) -> Self {
        let mut position = Self { round: ticks / clip.round_ticks, index: 0 };
        // A clip begins with a key frame, so this ends in the next round at the latest.
        while position.ticks(clip) < ticks || (key && !clip.frames[position.index].is_key) {
            position = position.next(clip);
        }
        position
    }

    pub(crate) fn next(self, clip: &Clip) -> Self {
        if self.index + 1 < clip.frames.len() {
            Self { index: self.index + 1, ..self }
        } else {
            Self { round: self.round + 1, index: 0 }
        }
    }

    /// When it is due, in ticks of 90 kHz since the epoch.
    pub(crate) fn ticks(self, clip: &Clip) -> u64 {
        self.round * clip.round_ticks + clip.frames[self.index].dts
    }

    /// The absolute number.
    pub(crate) fn number(self, clip: &Clip) -> u64 {
        self.round * clip.frames.len() as u64 + u64::from(clip.frames[self.index].number)
    }
}
