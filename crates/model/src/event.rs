//! Events: what happened, to which camera, and how serious it is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use nightjar_media::WallTime;
use serde_json::{Map, Value};

use crate::{CameraId, EventId, OrgId, UnknownWord, UserId};

/// Something that happened. What lasts has a start and an end and is one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Key of the row. Ids sort by the events' starts.
    pub id: EventId,
    /// The tenant.
    pub org_id: OrgId,
    /// The camera; none: it concerns the installation.
    pub camera_id: Option<CameraId>,
    /// What happened.
    pub event_type: EventType,
    /// How serious it is.
    pub severity: Severity,
    /// When it happened, or began.
    pub start: WallTime,
    /// When it ended; none while it lasts, and for what does not last.
    pub end: Option<WallTime>,
    /// What else is known, without secrets.
    pub metadata: Map<String, Value>,
    /// Who has seen it first; none: nobody yet.
    pub acknowledged: Option<Acknowledgement>,
}

/// That somebody has seen an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// When.
    pub at: WallTime,
    /// Who.
    pub by: UserId,
}

/// An event as it is reported, before it has an id.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The tenant.
    pub org_id: OrgId,
    /// The camera; none: it concerns the installation.
    pub camera_id: Option<CameraId>,
    /// What happened.
    pub event_type: EventType,
    /// How serious it is.
    pub severity: Severity,
    /// When it happened, or began.
    pub start: WallTime,
    /// What else is known, without secrets.
    pub metadata: Map<String, Value>,
}

impl NewEvent {
    /// An event of the installation.
    pub fn new(org_id: OrgId, event_type: EventType, severity: Severity, start: WallTime) -> Self {
        Self { org_id, camera_id: None, event_type, severity, start, metadata: Map::new() }
    }

    /// It is a camera's.
    #[must_use]
    pub fn of(self, camera: CameraId) -> Self {
        Self { camera_id: Some(camera), ..self }
    }

    /// With one more thing that is known.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.to_owned(), value.into());
        self
    }

    /// With its id.
    pub fn with_id(self, id: EventId) -> Event {
        Event {
            id,
            org_id: self.org_id,
            camera_id: self.camera_id,
            event_type: self.event_type,
            severity: self.severity,
            start: self.start,
            end: None,
            metadata: self.metadata,
            acknowledged: None,
        }
    }
}

/// What happened: 1 to 64 of `a-z 0-9 _`, beginning with a letter. Drivers of devices bring their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType(Cow<'static, str>);

/// Why a text is no type of event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a type like `motion_detected`: up to 64 small letters, digits and `_`")]
pub struct InvalidEventType;

/// Declares the types that Nightjar itself knows.
macro_rules! known_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        impl EventType {
            $($(#[$doc])* pub const $name: Self = Self(Cow::Borrowed($text));)+

            /// Those that Nightjar itself knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

known_types! {
    /// Something moves; lasts.
    MOTION_DETECTED = "motion_detected",
    /// A person.
    AI_PERSON = "ai_person",
    /// A vehicle.
    AI_VEHICLE = "ai_vehicle",
    /// A pet.
    AI_PET = "ai_pet",
    /// A face.
    AI_FACE = "ai_face",
    /// A parcel.
    AI_PACKAGE = "ai_package",
    /// A loud or known sound.
    AUDIO_ALARM = "audio_alarm",
    /// Somebody rings.
    DOORBELL = "doorbell",
    /// Recording has begun.
    RECORDING_START = "recording_start",
    /// Recording has ended, as it was meant to.
    RECORDING_STOP = "recording_stop",
    /// A camera is not recorded although it should be; lasts.
    RECORDING_GAP = "recording_gap",
    /// Media arrives from a camera.
    CAMERA_ONLINE = "camera_online",
    /// No media arrives any more.
    CAMERA_OFFLINE = "camera_offline",
    /// Media arrives, but badly.
    STREAM_DEGRADED = "stream_degraded",
    /// There is no room for footage; lasts.
    STORAGE_FULL = "storage_full",
    /// Footage can't be uploaded; lasts.
    UPLOAD_FAILED = "upload_failed",
    /// Somebody guesses passwords.
    LOGIN_FAILED_BURST = "login_failed_burst",
    /// Two have the same refresh token; the sign-in has ended.
    REFRESH_TOKEN_REUSED = "refresh_token_reused",
}

impl EventType {
    /// The type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventType {
    type Err = InvalidEventType;

    fn from_str(text: &str) -> Result<Self, InvalidEventType> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let valid = (1..=64).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(plain);
        if valid { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(InvalidEventType) }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How serious an event is; the greater the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Somebody should look at it.
    Warning,
    /// Somebody must do something.
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for Severity {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str() == text);
        found.ok_or_else(|| UnknownWord(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_plain_word() {
        for known in EventType::KNOWN {
            assert_eq!(known.as_str().parse().as_ref(), Ok(known));
        }
        assert_eq!(
            "line_crossing_2".parse::<EventType>().map(|it| it.to_string()),
            Ok("line_crossing_2".into())
        );
        for wrong in ["", "Motion", "motion detected", "_x", "2x", "ä", "a-b", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<EventType>(), Err(InvalidEventType), "{wrong}");
        }
    }

    #[test]
    fn severities_are_ordered_and_read_back() {
        assert!(Severity::ALL.is_sorted());
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(severity));
        }
    }
}
