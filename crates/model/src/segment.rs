//! One recorded file = one object = one catalog row.

use nightjar_media::WallTime;
use serde::{Deserialize, Serialize};

use crate::{CameraId, NodeId, OrgId, RecordingId, SegmentId, StreamName};

/// A recorded `.mp4` as the catalog knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Key of the row, and the id inside the file.
    pub id: SegmentId,
    /// The tenant.
    pub org_id: OrgId,
    /// The camera.
    pub camera_id: CameraId,
    /// The stream.
    pub stream: StreamName,
    /// The gapless run of segments that it belongs to: two neighbours with the same recording
    /// and the same `init_hash` play on without a discontinuity.
    pub recording_id: RecordingId,
    /// Object key, relative to the footage folder or the bucket.
    pub key: String,
    /// Wall-clock time of its first frame.
    pub start: WallTime,
    /// Wall-clock time at which it ends: its last frame's time plus that frame's duration. While
    /// the segment is open: as far as is known to be durable.
    pub end: WallTime,
    /// Decode time of its first sample (`tfdt`), in ticks of `timescale`.
    pub media_start: u64,
    /// Duration in ticks of `timescale`.
    pub media_duration: u64,
    /// Ticks a second of the first track.
    pub timescale: u32,
    /// Size of the file.
    pub bytes: u64,
    /// Where its init section lies in the file, for `EXT-X-MAP`.
    pub init_offset: u32,
    /// Length of its init section.
    pub init_len: u32,
    /// First 8 bytes of the BLAKE3 of the init section, big-endian: equal means the same codecs.
    pub init_hash: i64,
    /// Video frames in it.
    pub frames: u32,
    /// RFC 6381 codec strings, comma-separated, as in the `CODECS` attribute.
    pub codecs: String,
    /// Width in luma samples; 0 without video.
    pub width: u32,
    /// Height in luma samples; 0 without video.
    pub height: u32,
    /// BLAKE3 of the whole finished file; none until then.
    pub blake3: Option<[u8; 32]>,
    /// How far the recorder is with it.
    pub state: SegmentState,
    /// Where its bytes are.
    pub location: Location,
    /// The node whose disk holds the local copy.
    pub node: NodeId,
}

/// How far the recorder is with a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentState {
    /// Being written.
    Open,
    /// Complete and durable.
    Finished,
    /// About to be deleted: the object goes first, then the row.
    Deleting,
}

impl SegmentState {
    /// The name in the catalog and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Finished => "finished",
            Self::Deleting => "deleting",
        }
    }
}

/// Where a segment's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// On the local disk of its node.
    pub local: bool,
    /// In the bucket, verified by size and checksum.
    pub remote: bool,
}

/// How a finished segment is cut for HLS: consecutive byte ranges, each beginning at a random
/// access point, that together cover all its fragments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SegmentIndex {
    /// Offset of the first entry in the file; the others follow without a hole.
    pub first_offset: u64,
    /// In the order of the file.
    pub entries: Vec<IndexEntry>,
}

/// One byte range of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// Bytes.
    pub bytes: u32,
    /// Duration in ticks of the segment's timescale.
    pub duration: u32,
}

impl SegmentIndex {
    /// Compact form for the catalog: LEB128 varints, `first_offset` and then `bytes` and
    /// `duration` of each entry.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4 + self.entries.len() * 6);
        put_varint(&mut out, self.first_offset);
        for entry in &self.entries {
            put_varint(&mut out, u64::from(entry.bytes));
            put_varint(&mut out, u64::from(entry.duration));
        }
        out
    }

    /// The inverse of [`Self::encode`]; none if the bytes are no such index.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let first_offset = take_varint(&mut bytes)?;
        let mut entries = Vec::with_capacity(bytes.len() / 5);
        while !bytes.is_empty() {
            entries.push(IndexEntry {
                bytes: take_varint(&mut bytes)?.try_into().ok()?,
                duration: take_varint(&mut bytes)?.try_into().ok()?,
            });
        }
        Some(Self { first_offset, entries })
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if shift == 63 && part > 1 {
            return None;
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_index_reads_back(first_offset: u64, entries: Vec<(u32, u32)>) {
            let entries = entries.into_iter().map(|(bytes, duration)| IndexEntry { bytes, duration });
            let index = SegmentIndex { first_offset, entries: entries.collect() };
            prop_assert_eq!(SegmentIndex::decode(&index.encode()), Some(index));
        }

        #[test]
        fn garbage_is_no_panic(bytes: Vec<u8>) {
            let _ = SegmentIndex::decode(&bytes);
        }
    }
}
