//! What is going on now: written by supervisors and the recorder, read by the API and `/metrics`.
//!
//! Not desired state (that is in the catalog) and not history (that is in the ledger).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use nightjar_media::WallTime;

use crate::{CameraId, GapCause, SegmentId};

/// A camera's main stream, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraStatus {
    /// Whether media is arriving.
    pub connected: bool,
    /// What the recorder is doing.
    pub state: RecordingState,
    /// Since when it has been in `state`.
    pub since: WallTime,
    /// For a person: why it is not recording; empty while it is.
    pub details: String,
    /// Wall-clock time of the newest frame.
    pub last_frame: Option<WallTime>,
    /// Frames a second, measured over the last seconds.
    pub fps: f32,
    /// Bits a second, measured over the last seconds.
    pub bitrate: u64,
    /// Width and height, once known.
    pub dimensions: Option<(u32, u32)>,
    /// Codec names, as `h264`, `aac`.
    pub codecs: Vec<&'static str>,
    /// The segment being written.
    pub open_segment: Option<SegmentId>,
    /// Successful connections after the first.
    pub reconnects: u64,
    /// Whether the camera gets its password in the clear (Basic).
    pub password_in_clear: bool,
}

/// What the recorder is doing with a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordingState {
    /// Every frame goes to disk.
    Recording,
    /// It should be recorded, but is not: a gap is open.
    Gap(GapCause),
    /// It should not be recorded.
    Off,
}

/// The node's footage storage, as it is now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StorageStatus {
    /// Size of the spool volume.
    pub volume_bytes: u64,
    /// Room left on it.
    pub free_bytes: u64,
    /// Segments that wait for their upload.
    pub uploads_pending: u64,
    /// How many of them have failed at least once.
    pub uploads_failing: u64,
    /// Whether the last upload or probe of the bucket went well; none without a bucket.
    pub bucket_ok: Option<bool>,
}

/// The board on which everybody posts and reads. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct StatusBoard {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    cameras: RwLock<HashMap<CameraId, Arc<CameraStatus>>>,
    storage: RwLock<StorageStatus>,
}

impl StatusBoard {
    /// The status of one camera, if it was ever posted. It is the same one (`Arc::ptr_eq`) until it changes.
    pub fn camera(&self, id: CameraId) -> Option<Arc<CameraStatus>> {
        self.inner.cameras.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Shows each camera's status, without copying it. `look` must be quick: whoever posts waits.
    pub fn each_camera(&self, mut look: impl FnMut(CameraId, &CameraStatus)) {
        let cameras = self.inner.cameras.read().unwrap_or_else(PoisonError::into_inner);
        cameras.iter().for_each(|(id, status)| look(*id, status));
    }

    /// Posts or changes a camera's status; `change` gets the old one, or a fresh `Off` at `now`.
    pub fn update_camera(&self, id: CameraId, now: WallTime, change: impl FnOnce(&mut CameraStatus)) {
        let mut cameras = self.inner.cameras.write().unwrap_or_else(PoisonError::into_inner);
        let status = cameras.entry(id).or_insert_with(|| Arc::new(CameraStatus::off(now)));
        change(Arc::make_mut(status));
    }

    /// Takes a camera off the board.
    pub fn remove_camera(&self, id: CameraId) {
        self.inner.cameras.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// The storage status.
    pub fn storage(&self) -> StorageStatus {
        self.inner.storage.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the storage status.
    pub fn update_storage(&self, change: impl FnOnce(&mut StorageStatus)) {
        change(&mut self.inner.storage.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl CameraStatus {
    /// A camera that nothing is done with.
    pub fn off(now: WallTime) -> Self {
        Self {
            connected: false,
            state: RecordingState::Off,
            since: now,
            details: String::new(),
            last_frame: None,
            fps: 0.0,
            bitrate: 0,
            dimensions: None,
            codecs: Vec::new(),
            open_segment: None,
            reconnects: 0,
            password_in_clear: false,
        }
    }
}
