//! The recorder's metric families. Handles are kept, so that a fragment costs no look-up.

use std::collections::HashMap;

use metrics::{Counter, counter};
use nightjar_model::{Camera, CameraId};
use parking_lot::Mutex;

/// Counters by camera.
#[derive(Default)]
pub(crate) struct RecorderMetrics {
    cameras: Mutex<HashMap<CameraId, PerCamera>>,
}

impl std::fmt::Debug for RecorderMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecorderMetrics").finish_non_exhaustive()
    }
}

struct PerCamera {
    bytes: Counter,
    segments: Counter,
    lagged: Counter,
    write_errors: Counter,
}

impl RecorderMetrics {
    /// Bytes of a fragment that was written.
    pub(crate) fn bytes(&self, camera: &Camera, bytes: usize) {
        self.with(camera, |per| per.bytes.increment(bytes as u64));
    }

    /// A segment that ended.
    pub(crate) fn segment(&self, camera: &Camera) {
        self.with(camera, |per| per.segments.increment(1));
    }

    /// Fragments that were left out because the disk was too slow.
    pub(crate) fn lagged(&self, camera: &Camera, fragments: u64) {
        self.with(camera, |per| per.lagged.increment(fragments));
    }

    /// A write that failed.
    pub(crate) fn write_failed(&self, camera: &Camera) {
        self.with(camera, |per| per.write_errors.increment(1));
    }

    fn with(&self, camera: &Camera, count: impl FnOnce(&PerCamera)) {
        let mut cameras = self.cameras.lock();
        count(cameras.entry(camera.id).or_insert_with(|| PerCamera::new(camera)));
    }
}

impl PerCamera {
    fn new(camera: &Camera) -> Self {
        let id = || camera.metrics_label();
        Self {
            bytes: counter!("camera_recording_bytes_total", "camera_id" => id()),
            segments: counter!("camera_segments_recorded_total", "camera_id" => id()),
            lagged: counter!("nightjar_camera_fragments_dropped_total", "camera_id" => id()),
            write_errors: counter!("nightjar_camera_write_errors_total", "camera_id" => id()),
        }
    }
}
