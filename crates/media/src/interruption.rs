//! Why a stream has no media right now.

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
