//! What a camera itself is set to.

use nightjar_media::WallTime;
use serde_json::Value;

use crate::{CameraId, UserId};

/// The parts of a camera's own settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraConfigType {
    /// The picture: brightness, exposure, day and night, which way up.
    Image,
    /// The encoder of each stream: codec, size, frame rate, bit rate.
    Encoding,
    /// What is written into the picture: name, time, logo.
    Osd,
    /// Microphone and loudspeaker.
    Audio,
    /// What it detects, and what it does then: motion, people, siren.
    Alarm,
    /// Infrared and white light, status lamp.
    Light,
    /// Presets, patrols, guard position.
    Ptz,
    /// Addresses, ports, Wi-Fi.
    Network,
    /// Clock, time zone, time server.
    Time,
    /// What it sends by itself: push, e-mail, FTP.
    Notification,
    /// What it records onto a card of its own.
    Recording,
}

impl CameraConfigType {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Image,
        Self::Encoding,
        Self::Osd,
        Self::Audio,
        Self::Alarm,
        Self::Light,
        Self::Ptz,
        Self::Network,
        Self::Time,
        Self::Notification,
        Self::Recording,
    ];

    /// Its name in the API and in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Encoding => "encoding",
            Self::Osd => "osd",
            Self::Audio => "audio",
            Self::Alarm => "alarm",
            Self::Light => "light",
            Self::Ptz => "ptz",
            Self::Network => "network",
            Self::Time => "time",
            Self::Notification => "notification",
            Self::Recording => "recording",
        }
    }
}

/// One version of one part of a camera's own settings: its picture, its encoder, its alarms.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraConfig {
    /// The camera.
    pub camera_id: CameraId,
    /// Which part: the name of a [`CameraConfigType`].
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
