//! What a camera itself is set to.

use nightjar_media::WallTime;
use serde_json::Value;

use crate::{CameraId, UserId};

/// One version of one part of a camera's own settings: its picture, its encoder, its alarms.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraConfig {
    /// The camera.
    pub camera_id: CameraId,
    /// Which part: `image`, `encoding`, `alarm`, `network`…
    pub config_type: String,
    /// Counts the part's changes, from 1: what `If-Match` compares.
    pub version: i64,
    /// The settings, as the camera's driver understands them.
    pub data: Value,
    /// When this version was made.
    pub created_at: WallTime,
    /// By whom; none: by Nightjar.
    pub created_by: Option<UserId>,
}
