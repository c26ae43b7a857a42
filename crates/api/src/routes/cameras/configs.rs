//! What cameras themselves are set to: as it is wanted, in versions.

pub(in crate::routes) mod list;
pub(in crate::routes) mod put;
pub(in crate::routes) mod show;

use nightjar_model::{CameraConfig, CameraConfigType, ErrorCode};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::enums::{api_enum, not_one_of};
use crate::error::ApiError;
use crate::redact::redacted;
use crate::time::Timestamp;

/// No driver changes settings yet, so nothing is applied: why, for a person.
const NOT_APPLIED: &str = "Nightjar has no driver yet that changes settings of this kind of camera: these are kept as \
    what is wanted, and the camera has not been told.";

api_enum! {
    /// A part of a camera's own settings.
    pub(crate) ConfigType = CameraConfigType {
        /// The picture: brightness, exposure, day and night, which way up.
        Image => "image",
        /// The encoder of each stream: codec, size, frame rate, bit rate.
        Encoding => "encoding",
        /// What is written into the picture: name, time, logo.
        Osd => "osd",
        /// Microphone and loudspeaker.
        Audio => "audio",
        /// What it detects, and what it does then: motion, people, siren.
        Alarm => "alarm",
        /// Infrared and white light, status lamp.
        Light => "light",
        /// Presets, patrols, guard position.
        Ptz => "ptz",
        /// Addresses, ports, Wi-Fi.
        Network => "network",
        /// Clock, time zone, time server.
        Time => "time",
        /// What it sends by itself: push, e-mail, FTP.
        Notification => "notification",
        /// What it records onto a card of its own.
        Recording => "recording",
    }
}

/// One part of a camera's own settings, as it is wanted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraSettings {
    camera_id: Uuid,
    r#type: ConfigType,
    /// Counts the changes of this part, from 1; also the `ETag`.
    version: i64,
    /// What it is to be set to, as the camera's driver understands it. Without `camera:write`,
    /// passwords, keys and the like are `***`.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// When this version was made.
    created_at: Timestamp,
    /// The account that made it.
    created_by: Option<Uuid>,
    /// Whether the camera is set like this. False: it is only what is wanted.
    applied: bool,
    /// When it was set like this; null while it is not.
    applied_at: Option<Timestamp>,
    /// For a person: why it is not; null if it is.
    not_applied_because: Option<&'static str>,
    /// The last versions, the newest first: 20 are kept.
    versions: Vec<ConfigVersion>,
}

/// A version that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfigVersion {
    version: i64,
    created_at: Timestamp,
    /// The account that made it.
    created_by: Option<Uuid>,
}

impl CameraSettings {
    /// `shown` of `versions`, which are the newest first; secrets are for who may change them.
    fn new(
        config_type: ConfigType,
        shown: &CameraConfig,
        versions: &[CameraConfig],
        with_secrets: bool,
    ) -> Self {
        let data = if with_secrets { shown.data.clone() } else { redacted(&shown.data) };
        let version = |config: &CameraConfig| ConfigVersion {
            version: config.version,
            created_at: Timestamp(config.created_at),
            created_by: config.created_by.map(|user| user.0),
        };
        Self {
            camera_id: shown.camera_id.0,
            r#type: config_type,
            version: shown.version,
            data: data.as_object().cloned().unwrap_or_default(),
            created_at: Timestamp(shown.created_at),
            created_by: shown.created_by.map(|user| user.0),
            applied: false,
            applied_at: None,
            not_applied_because: Some(NOT_APPLIED),
            versions: versions.iter().map(version).collect(),
        }
    }
}

/// The name of the path as a part of the settings; what is none can't exist.
fn config_type(asked: &str) -> Result<ConfigType, ApiError> {
    asked.parse().map_err(|_| {
        let reason = not_one_of(asked, ConfigType::NAMES);
        ApiError::field(ErrorCode::CameraConfigNotFound, "type", reason)
    })
}
