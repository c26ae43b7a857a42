//! The gap ledger's rows.

use std::fmt;
use std::str::FromStr;

use nightjar_media::{InterruptionCause, WallTime};
use serde::{Deserialize, Serialize};

use crate::{CameraId, GapId, OrgId, StreamName};

/// A time in which a camera was not recorded, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Key of the row.
    pub id: GapId,
    /// The tenant.
    pub org_id: OrgId,
    /// The camera.
    pub camera_id: CameraId,
    /// The stream.
    pub stream: StreamName,
    /// First instant that is missing.
    pub start: WallTime,
    /// First instant that is there again; none while the gap lasts.
    pub end: Option<WallTime>,
    /// Why.
    pub cause: GapCause,
    /// For a person, without any credential.
    pub details: String,
}

/// Why a time was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// The first connection to the camera is being made: nothing has failed yet.
    Connecting,
    /// No connection to the camera.
    CameraUnreachable,
    /// The camera refused our credentials.
    AuthFailed,
    /// Connected, but no media came.
    StreamStalled,
    /// Media came, but nothing that decoding could start from.
    NoKeyFrame,
    /// The codec or its parameters changed.
    CodecChange,
    /// Media time or the wall clock jumped.
    ClockStep,
    /// The disk did not take the bytes in time.
    DiskStalled,
    /// There was no room.
    DiskFull,
    /// The process died or its node was down.
    NodeDown,
    /// The process was stopped in order.
    ServerStopped,
    /// Recording was switched off.
    Disabled,
    /// Outside the camera's schedule.
    Schedule,
    /// Event recording, and nothing happened.
    NoMotion,
    /// Deleted by retention.
    Retention,
    /// Deleted by a person.
    Deleted,
}

impl GapCause {
    /// All causes, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::Connecting,
        Self::CameraUnreachable,
        Self::AuthFailed,
        Self::StreamStalled,
        Self::NoKeyFrame,
        Self::CodecChange,
        Self::ClockStep,
        Self::DiskStalled,
        Self::DiskFull,
        Self::NodeDown,
        Self::ServerStopped,
        Self::Disabled,
        Self::Schedule,
        Self::NoMotion,
        Self::Retention,
        Self::Deleted,
    ];

    /// The name in the catalog, the API and the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::CameraUnreachable => "camera_unreachable",
            Self::AuthFailed => "auth_failed",
            Self::StreamStalled => "stream_stalled",
            Self::NoKeyFrame => "no_key_frame",
            Self::CodecChange => "codec_change",
            Self::ClockStep => "clock_step",
            Self::DiskStalled => "disk_stalled",
            Self::DiskFull => "disk_full",
            Self::NodeDown => "node_down",
            Self::ServerStopped => "server_stopped",
            Self::Disabled => "disabled",
            Self::Schedule => "schedule",
            Self::NoMotion => "no_motion",
            Self::Retention => "retention",
            Self::Deleted => "deleted",
        }
    }

    /// Whether the camera was meant to be recorded in this time: such a gap counts against the
    /// recording SLO, the others do not. The first connection is not a loss: it lasts until the
    /// first frame or the first failure, and from a failure on the failure is the cause.
    pub fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::Connecting
                | Self::Disabled
                | Self::Schedule
                | Self::NoMotion
                | Self::Retention
                | Self::Deleted
        )
    }

    /// Whether a gap of this cause goes on when the process that opened it is gone: nobody wants
    /// footage of that time, or it is put down to the process already. Of all other causes only a
    /// living process can say that they last.
    pub fn outlives_process(self) -> bool {
        matches!(self, Self::Disabled | Self::Schedule | Self::NodeDown | Self::ServerStopped)
    }
}

impl From<InterruptionCause> for GapCause {
    fn from(cause: InterruptionCause) -> Self {
        match cause {
            InterruptionCause::Unreachable => Self::CameraUnreachable,
            InterruptionCause::AuthFailed => Self::AuthFailed,
            InterruptionCause::Stalled => Self::StreamStalled,
            InterruptionCause::NoKeyFrame => Self::NoKeyFrame,
            InterruptionCause::CodecChange => Self::CodecChange,
            InterruptionCause::ClockStep => Self::ClockStep,
            InterruptionCause::NotWanted => Self::Disabled,
        }
    }
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a gap cause")]
pub struct UnknownCause(pub String);

impl FromStr for GapCause {
    type Err = UnknownCause;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|cause| cause.as_str() == text)
            .ok_or_else(|| UnknownCause(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_reads_back_from_its_name() {
        for cause in GapCause::ALL {
            assert_eq!(cause.as_str().parse(), Ok(cause));
        }
    }
}
