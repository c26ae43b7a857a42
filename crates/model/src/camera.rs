//! A configured device.

mod address;
mod check;
mod config;
mod driver;

use serde::{Deserialize, Serialize};
use url::Url;

pub use address::main_address;
pub use check::{FieldFault, InvalidTags, address_fault, normalize_tags};
pub use config::{CameraConfig, CameraConfigType};
pub use driver::Driver;

use crate::{CameraId, CameraKey, GroupId, OrgId, Secret};
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
    /// The group it is in: what accounts can be limited to.
    pub group_id: Option<GroupId>,
    /// Words that it is found by: trimmed, sorted, each once. See [`address_fault, normalize_tags`].
    pub tags: Vec<String>,
    /// Who made it; empty: not known.
    pub company: String,
    /// What the maker calls it; empty: not known.
    pub model: String,
    /// Unique within the tenant, where it is known.
    pub serial_number: Option<String>,
    /// Where it is: site or building.
    pub location: String,
    /// Where it is there: floor, door, pole.
    pub place: String,
    /// Version of its software, where it is known.
    pub firmware: Option<String>,
    /// How it is talked to.
    pub driver: Driver,
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
    /// Counts changes: what `If-Match` compares. `manual` and `recording_since` are not among them.
    pub version: i64,
    /// When it was added.
    pub created_at: WallTime,
    /// When it was last changed.
    pub updated_at: WallTime,
}

impl Camera {
    /// Seconds of a segment, unless something else is asked for.
    pub const SEGMENT_SECS: u32 = 900;

    /// A new camera of the API, named by its key, that is recorded always and kept until space is
    /// needed.
    pub fn new(id: CameraId, org_id: OrgId, key: CameraKey, source: CameraSource, now: WallTime) -> Self {
        Self {
            id,
            org_id,
            name: key.as_str().to_owned(),
            key,
            group_id: None,
            tags: Vec::new(),
            company: String::new(),
            model: String::new(),
            serial_number: None,
            location: String::new(),
            place: String::new(),
            firmware: None,
            driver: Driver::default(),
            source,
            enabled: true,
            mode: Mode::default(),
            manual: None,
            audio: AudioPolicy::default(),
            segment_secs: Self::SEGMENT_SECS,
            retention_secs: None,
            retention_bytes: None,
            managed_by: ManagedBy::Api,
            recording_since: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Its `camera_id` in metrics: the key, which is unique only within an organization.
    pub fn metrics_label(&self) -> String {
        if self.org_id == OrgId::DEFAULT {
            self.key.to_string()
        } else {
            format!("{}@{}", self.key, self.org_id)
        }
    }

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

impl CameraSource {
    /// A source without credentials, out of one address.
    pub fn new(main_url: Url) -> Self {
        Self { main_url, sub_url: None, username: None, password: None, transport: RtspTransport::default() }
    }
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
