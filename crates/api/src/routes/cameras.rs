//! Cameras, as they should be and as they are.

pub(super) mod configs;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod footage;
mod input;
pub(super) mod list;
pub(super) mod probe;
pub(super) mod show;
pub(super) mod status;
pub(super) mod tags;
pub(super) mod texts;
pub(super) mod update;

use nightjar_catalog::CatalogError;
use nightjar_model::{
    Camera as DomainCamera, CameraId, CameraStatus as PostedStatus, ErrorCode, RecordingState as DomainState,
    WallTime, redact_url,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::enums::{AudioPolicy, Driver, GapCause, ManagedBy, Mode, Transport, api_enum};
use crate::error::ApiError;
use crate::state::ApiState;
use crate::time::Timestamp;

/// A camera. Its credentials are never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Camera {
    id: Uuid,
    /// Readable id; paths take it as well.
    #[schema(example = "front-door")]
    key: String,
    name: String,
    /// Whether anything is done with it at all.
    enabled: bool,
    /// The group it is in.
    group_id: Option<Uuid>,
    tags: Vec<String>,
    /// Who made it; empty: not known.
    company: String,
    /// What the maker calls it; empty: not known.
    model: String,
    serial_number: Option<String>,
    /// Where it is: site or building.
    location: String,
    /// Where it is there: floor, door, pole.
    place: String,
    /// Version of its software, where it is known.
    firmware: Option<String>,
    /// How it is talked to.
    driver: Driver,
    source: CameraSource,
    mode: Mode,
    /// Started (`true`) or stopped (`false`) by hand; overrides `mode`. Null: as `mode` says.
    manual: Option<bool>,
    audio: AudioPolicy,
    /// Seconds of a recorded file.
    segment_seconds: u32,
    /// Footage older than this is deleted; null: kept until space is needed.
    retention_seconds: Option<u64>,
    /// Oldest footage is deleted when the camera has more; null: no such limit.
    retention_bytes: Option<u64>,
    managed_by: ManagedBy,
    /// When recording was first switched on: from here on every second is accounted for.
    recording_since: Option<Timestamp>,
    /// Counts changes; also the `ETag`.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    status: CameraStatus,
}

/// Where a camera's streams come from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraSource {
    /// Address of the main stream, without credentials.
    #[schema(example = "rtsp://192.0.2.10/main")]
    main_url: String,
    /// Address of the sub stream, without credentials.
    sub_url: Option<String>,
    transport: Transport,
    /// Whether a user name or password is set.
    has_credentials: bool,
}

/// What is going on with a camera's main stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraStatus {
    camera_id: Uuid,
    /// Whether media is arriving.
    connected: bool,
    recording_state: RecordingState,
    /// Whether it should be recorded now.
    wants_recording: bool,
    /// Why it is not recorded although it should be; null otherwise.
    gap_cause: Option<GapCause>,
    /// Since when `recording_state` and `gap_cause` have been what they are; null before the
    /// recorder has looked at the camera.
    since: Option<Timestamp>,
    /// For a person: why it is not recording; empty while it is.
    details: String,
    /// When the newest frame was taken.
    last_frame: Option<Timestamp>,
    /// Frames a second, measured.
    fps: f32,
    /// Bits a second, measured.
    bitrate: u64,
    width: Option<u32>,
    height: Option<u32>,
    /// Codec names, as `h264`, `aac`.
    codecs: Vec<String>,
    /// The file being written.
    open_segment: Option<Uuid>,
    /// Successful connections after the first.
    reconnects: u64,
    /// Whether the camera takes its password only in the clear (Basic), where others can read it.
    password_in_clear: bool,
}

api_enum! {
    /// What the recorder is doing.
    pub(crate) RecordingState = StateOnly {
        /// Every frame goes to disk.
        Recording => "recording",
        /// It should be recorded, but is not.
        Gap => "gap",
        /// It should not be recorded.
        Off => "off",
    }
}

/// The state without its cause.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StateOnly {
    Recording,
    Gap,
    Off,
}

impl From<DomainState> for StateOnly {
    fn from(state: DomainState) -> Self {
        match state {
            DomainState::Recording => Self::Recording,
            DomainState::Gap(_) => Self::Gap,
            DomainState::Off => Self::Off,
        }
    }
}

/// Says which value another camera has already.
fn taken(error: CatalogError) -> ApiError {
    match error {
        CatalogError::Taken("host") => {
            let reason = "is the address of another camera";
            ApiError::field(ErrorCode::CameraHostDuplicate, "source.main_url", reason)
        }
        CatalogError::Taken("serial_number") => {
            ApiError::field(ErrorCode::CameraSerialDuplicate, "serial_number", "is that of another camera")
        }
        CatalogError::Taken(_) => {
            ApiError::field(ErrorCode::Conflict, "key", "is not available: choose another, or leave it out")
        }
        CatalogError::ManagedByFile => ApiError::new(
            ErrorCode::Conflict,
            "This camera stands in the configuration file: change it there.",
        ),
        error => error.into(),
    }
}

impl Camera {
    pub(crate) fn new(camera: &DomainCamera, state: &ApiState) -> Self {
        Self::with_status(camera, state.status.camera(camera.id).as_deref())
    }

    fn with_status(camera: &DomainCamera, posted: Option<&PostedStatus>) -> Self {
        let source = &camera.source;
        Self {
            id: camera.id.0,
            key: camera.key.to_string(),
            name: camera.name.clone(),
            enabled: camera.enabled,
            group_id: camera.group_id.map(|group| group.0),
            tags: camera.tags.clone(),
            company: camera.company.clone(),
            model: camera.model.clone(),
            serial_number: camera.serial_number.clone(),
            location: camera.location.clone(),
            place: camera.place.clone(),
            firmware: camera.firmware.clone(),
            driver: camera.driver.into(),
            source: CameraSource {
                main_url: redact_url(&source.main_url),
                sub_url: source.sub_url.as_ref().map(redact_url),
                transport: source.transport.into(),
                has_credentials: source.username.is_some() || source.password.is_some(),
            },
            mode: camera.mode.into(),
            manual: camera.manual,
            audio: camera.audio.into(),
            segment_seconds: camera.segment_secs,
            retention_seconds: camera.retention_secs,
            retention_bytes: camera.retention_bytes,
            managed_by: camera.managed_by.into(),
            recording_since: camera.recording_since.map(Timestamp),
            version: camera.version,
            created_at: Timestamp(camera.created_at),
            updated_at: Timestamp(camera.updated_at),
            status: CameraStatus::posted(camera.id, camera.wants_recording(), posted),
        }
    }
}

impl CameraStatus {
    /// Leaves what only changes when something happens.
    fn clear_measurements(&mut self) {
        (self.fps, self.bitrate, self.reconnects) = (0.0, 0, 0);
        (self.last_frame, self.open_segment) = (None, None);
    }

    pub(crate) fn new(camera: &DomainCamera, state: &ApiState) -> Self {
        Self::of(camera.id, camera.wants_recording(), state)
    }

    pub(crate) fn of(id: CameraId, wants_recording: bool, state: &ApiState) -> Self {
        Self::posted(id, wants_recording, state.status.camera(id).as_deref())
    }

    fn posted(id: CameraId, wants_recording: bool, posted: Option<&PostedStatus>) -> Self {
        let unknown = PostedStatus::off(WallTime::default());
        let status = posted.unwrap_or(&unknown);
        let gap_cause = match status.state {
            DomainState::Gap(cause) => Some(cause.into()),
            DomainState::Recording | DomainState::Off => None,
        };
        Self {
            camera_id: id.0,
            connected: status.connected,
            recording_state: StateOnly::from(status.state).into(),
            wants_recording,
            gap_cause,
            since: posted.map(|status| Timestamp(status.since)),
            details: status.details.clone(),
            last_frame: status.last_frame.map(Timestamp),
            fps: status.fps,
            bitrate: status.bitrate,
            width: status.dimensions.map(|(width, _)| width),
            height: status.dimensions.map(|(_, height)| height),
            codecs: status.codecs.iter().map(ToString::to_string).collect(),
            open_segment: status.open_segment.map(|id| id.0),
            reconnects: status.reconnects,
            password_in_clear: status.password_in_clear,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether the camera does not take the credentials.
    pub(crate) fn is_refused(&self) -> bool {
        !self.connected && self.gap_cause == Some(GapCause::AuthFailed)
    }

    /// Whether it should send media and never has since the start.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.connected && self.wants_recording && self.last_frame.is_none() && !self.is_refused()
    }

    pub(crate) fn recording_state(&self) -> RecordingState {
        self.recording_state
    }
}
