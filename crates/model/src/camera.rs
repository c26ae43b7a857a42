//! A configured device.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{CameraId, CameraKey, OrgId, Secret};
use nightjar_media::WallTime;

/// A camera as it should be: the desired state that supervisors make true.
#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    /// Key of the row.
    pub id: CameraId,
    /// The tenant.
    pub org_id: OrgId,
    /// Readable key, unique within the tenant.
    pub key: CameraKey,
    /// For people.
    pub name: String,
    /// Where its streams come from.
    pub source: CameraSource,
    /// Whether anything is done with it at all.
    pub enabled: bool,
    /// When it is recorded.
    pub mode: Mode,
    /// Started (`true`) or stopped (`false`) by hand over the API; overrides `mode` until cleared.
    pub manual: Option<bool>,
    /// What happens to G.711 sound.
    pub audio: AudioPolicy,
    /// Seconds of a segment, 10 to 86,400.
    pub segment_secs: u32,
    /// Footage older than this many seconds is deleted; none: kept until space is needed.
    pub retention_secs: Option<u64>,
    /// Oldest footage is deleted when the camera has more bytes than this.
    pub retention_bytes: Option<u64>,
    /// Who may change it.
    pub managed_by: ManagedBy,
    /// When recording was first switched on: from here on every second is accounted for.
    pub recording_since: Option<WallTime>,
}

impl Camera {
    /// Whether it should be recorded now.
    pub fn wants_recording(&self) -> bool {
        self.enabled && self.manual.unwrap_or(self.mode == Mode::Continuous)
    }
}

/// Where a camera's streams come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraSource {
    /// Address of the main stream, without credentials.
    pub main_url: Url,
    /// Address of the sub stream, without credentials.
    pub sub_url: Option<Url>,
    /// User name for the camera.
    pub username: Option<String>,
    /// Password for the camera.
    pub password: Option<Secret>,
    /// How RTP travels.
    pub transport: RtspTransport,
}

/// How RTP travels (RFC 7826 §18.54).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RtspTransport {
    /// Interleaved in the RTSP connection.
    #[default]
    Tcp,
    /// In datagrams of its own.
    Udp,
}

/// When a camera is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Always.
    #[default]
    Continuous,
    /// Never, unless started by hand.
    Off,
}

impl Mode {
    /// The name in the configuration and in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Off => "off",
        }
    }
}

/// What happens to G.711 sound, which MP4 players do not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioPolicy {
    /// Transcode it to AAC; AAC is copied.
    #[default]
    Aac,
    /// Leave all sound out.
    None,
}

impl AudioPolicy {
    /// The name in the configuration and in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::None => "none",
        }
    }
}

/// Who may change a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagedBy {
    /// The configuration file.
    File,
    /// The API.
    Api,
}

impl ManagedBy {
    /// The name in the catalog and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Api => "api",
        }
    }
}
