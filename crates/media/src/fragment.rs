//! What the fragment muxer makes once and everybody shares.

use std::sync::Arc;

use bytes::Bytes;

use crate::{Timescale, TrackId, TrackParameters, WallTime};

/// `ftyp` and `moov` of a run of fragments, with the tracks that they describe.
#[derive(Debug)]
pub struct InitSection {
    /// The tracks, in the order of their `trak` boxes; the video track, if any, comes first.
    pub tracks: Vec<TrackParameters>,
    /// `ftyp` followed by `moov` (with `mvex`), ready to be served.
    pub bytes: Bytes,
    /// How many of `bytes` are the `ftyp` box.
    pub ftyp_len: usize,
}

impl InitSection {
    /// The track with this id.
    pub fn track(&self, id: TrackId) -> Option<&TrackParameters> {
        self.tracks.iter().find(|track| track.id == id)
    }

    /// The timescale in which a fragment's own times are counted: that of the first track.
    pub fn timescale(&self) -> Timescale {
        self.tracks.first().map_or(Timescale::VIDEO, |track| track.timescale)
    }
}

/// One `moof` and its `mdat`: at most a second, never across a random access point.
///
/// `chunks` are the bytes of the fragment in order; the payload chunks are the access units'
/// own bytes, so that a fragment costs its headers and nothing more. Cloning shares everything.
#[derive(Debug, Clone)]
pub struct Fragment {
    /// The init section that the fragment needs. The same `Arc` as long as nothing changed.
    pub init: Arc<InitSection>,
    /// Number of the run of continuous media that it belongs to. A new run begins after a lost
    /// connection, a time jump or a change of codec; within a run `decode_time` is continuous.
    pub run: u64,
    /// `mfhd.sequence_number`: 1 for the first fragment of a run.
    pub sequence: u32,
    /// Wall-clock time of its first sample.
    pub start: WallTime,
    /// Wall-clock time at which it ends: that of the first sample after it, as far as known.
    pub end: WallTime,
    /// Decode time of its first sample, in ticks of the first track.
    pub decode_time: u64,
    /// Duration in ticks of the first track.
    pub duration: u64,
    /// Whether its first video sample is a random access point (audio only: always).
    pub starts_with_rap: bool,
    /// All bytes, in order: optional `prft`, `moof`, the `mdat` header, then payload.
    pub chunks: Arc<[Bytes]>,
    /// Sum of the lengths of `chunks`.
    pub len: usize,
    /// What each track has in it, in the order of the `traf` boxes.
    pub tracks: Arc<[TrackRun]>,
}

/// The samples of one track within a fragment (`traf`), contiguous in its `mdat`.
#[derive(Debug, Clone)]
pub struct TrackRun {
    /// The track.
    pub track: TrackId,
    /// `tfdt.baseMediaDecodeTime`, in ticks of the track.
    pub decode_time: u64,
    /// Where its first sample begins, in bytes from the fragment's first byte.
    pub data_offset: u32,
    /// The samples, in decoding order.
    pub samples: Vec<SampleEntry>,
}

/// One row of a `trun`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleEntry {
    /// Bytes.
    pub size: u32,
    /// Ticks until the next sample is decoded.
    pub duration: u32,
    /// Presentation time minus decoding time, in ticks.
    pub composition_offset: i32,
    /// Whether decoding can start here.
    pub is_sync: bool,
}

impl Fragment {
    /// Wall-clock length in microseconds.
    pub fn wall_micros(&self) -> i64 {
        self.end.micros_since(self.start)
    }
}
