//! Why a stream has no media right now.

use std::fmt;

use crate::WallTime;

/// A hole in a stream, told in order with its media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interruption {
    /// Since when: the end of the last frame, or the moment the source was started.
    pub since: WallTime,
    /// Why.
    pub cause: InterruptionCause,
    /// For a person, without any credential.
    pub details: String,
}

/// The causes that a source can know. The ledger adds those that only the recorder knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InterruptionCause {
    /// No connection, or it was lost.
    Unreachable,
    /// The camera refused our credentials.
    AuthFailed,
    /// Connected, but no media arrived within the watchdog's time.
    Stalled,
    /// Media arrives, but nothing that decoding could start from.
    NoKeyFrame,
    /// The codec or its parameters changed.
    CodecChange,
    /// Media time or the wall clock jumped.
    ClockStep,
    /// Nobody wants the stream, so it is not pulled.
    NotWanted,
}

impl fmt::Display for InterruptionCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "unreachable",
            Self::AuthFailed => "auth_failed",
            Self::Stalled => "stalled",
            Self::NoKeyFrame => "no_key_frame",
            Self::CodecChange => "codec_change",
            Self::ClockStep => "clock_step",
            Self::NotWanted => "not_wanted",
        })
    }
}
