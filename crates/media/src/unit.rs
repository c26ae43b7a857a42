//! The access unit: what goes through the hub.

use std::time::Instant;

use bytes::Bytes;

use crate::{TrackId, WallTime};

/// The coded data of one picture or of one audio frame, in decoding order within its track.
/// Immutable once published; a clone shares the bytes.
#[derive(Debug, Clone)]
pub struct AccessUnit {
    /// The track it belongs to.
    pub track: TrackId,
    /// Decoding time in ticks of the track, strictly increasing within a run of the stream.
    pub dts: i64,
    /// Presentation time in ticks of the track; may be before `dts` only by what the muxer's
    /// signed composition offsets can carry.
    pub pts: i64,
    /// Wall-clock time of the instant `dts`, set once at ingest.
    pub wall: WallTime,
    /// When its last byte arrived.
    pub received: Instant,
    /// Whether decoding can start here (a random access point; always true for audio).
    pub is_sync: bool,
    /// Video: NAL units, each with a 4-byte big-endian length in front; audio: one raw frame.
    pub data: Bytes,
}
