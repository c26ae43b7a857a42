//! Recorded files, and a camera's timeline.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;
pub(super) mod signed_url;
pub(super) mod timeline;

use std::collections::HashMap;

use nightjar_model::{Caller, CameraId, Segment};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::enums::{SegmentState, StreamName};
use crate::error::ApiError;
use crate::path;
use crate::state::ApiState;
use crate::time::Timestamp;

/// One recorded file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Recording {
    /// Its id; the same as that of the segment under `/storage/segments`.
    id: Uuid,
    camera_id: Uuid,
    #[schema(example = "front-door")]
    camera_key: String,
    camera_name: String,
    stream: StreamName,
    /// The gapless run of files that it belongs to.
    recording_id: Uuid,
    start: Timestamp,
    /// While it is being written: as far as is durable.
    end: Timestamp,
    duration_seconds: f64,
    bytes: u64,
    /// Pictures in it.
    frames: u32,
    /// RFC 6381 codec strings, separated by commas.
    #[schema(example = "avc1.64001f,mp4a.40.2")]
    codecs: String,
    /// Null without pictures.
    width: Option<u32>,
    /// Null without pictures.
    height: Option<u32>,
    state: SegmentState,
}

/// Keys and names of cameras, for lists.
pub(crate) struct CameraNames(HashMap<CameraId, (String, String)>);

impl CameraNames {
    pub(crate) async fn load(state: &ApiState, caller: &Caller) -> Result<Self, ApiError> {
        let cameras = path::recorded_cameras(state, caller).await?;
        Ok(Self(cameras.into_iter().map(|c| (c.id, (c.key.to_string(), c.name))).collect()))
    }

    /// Whether the camera is among them.
    pub(crate) fn holds(&self, id: CameraId) -> bool {
        self.0.contains_key(&id)
    }

    /// Key and name; empty for a camera that was deleted in the meantime.
    pub(crate) fn of(&self, id: CameraId) -> (String, String) {
        self.0.get(&id).cloned().unwrap_or_default()
    }
}

impl Recording {
    pub(crate) fn new(segment: &Segment, names: &CameraNames) -> Self {
        let (camera_key, camera_name) = names.of(segment.camera_id);
        Self {
            id: segment.id.0,
            camera_id: segment.camera_id.0,
            camera_key,
            camera_name,
            stream: segment.stream.into(),
            recording_id: segment.recording_id.0,
            start: Timestamp(segment.start),
            end: Timestamp(segment.end),
            duration_seconds: seconds(segment.end.micros_since(segment.start)),
            bytes: segment.bytes,
            frames: segment.frames,
            codecs: segment.codecs.clone(),
            width: (segment.width > 0).then_some(segment.width),
            height: (segment.height > 0).then_some(segment.height),
            state: segment.state.into(),
        }
    }
}

/// Microseconds as seconds.
pub(crate) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
