//! The segment file while it is written, and its end.
//!
//! Layout: `ftyp`, a reserved box of 16 bytes, the init section, a `uuid` box, then fragments.
//! At the end a `moov` with sample tables is appended, and the reserved box becomes the header
//! of one `mdat` around all that lies between (docs/adr/0002-segment-file-layout.md).

mod table;
mod tracks;

use std::sync::Arc;

use bytes::Bytes;
use nightjar_codec::codec_string;
use nightjar_media::{Fragment, InitSection, TrackRun, WallTime};

use crate::boxes::moov::Movie;
use crate::boxes::{Writer, ftyp, mdat, segment_uuid};
use crate::index::IndexBuilder;
use crate::init::init_hash;
use crate::sequence::{Sequence, edits};
use tracks::TrackTables;

/// What the file says about itself, in its `uuid` box: enough to rebuild its catalog row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentMeta {
    /// Key of its row.
    pub segment_id: [u8; 16],
    /// The gapless run of segments that it belongs to.
    pub recording_id: [u8; 16],
    /// Key of the camera's row.
    pub camera_id: [u8; 16],
    /// Key of the tenant's row.
    pub org_id: [u8; 16],
    /// The camera's readable key; at most 255 bytes, as the other texts.
    pub camera_key: String,
    /// `main` or `sub`.
    pub stream: String,
    /// The node that wrote it.
    pub node: String,
    /// Wall-clock time of its first frame.
    pub start: WallTime,
}

/// What is to be written to end a segment: `tail` at the end, sync, `patch` at `patch_offset`, sync.
#[derive(Debug, Clone)]
pub struct SegmentEnd {
    /// The `moov` with sample tables, for the end of the file.
    pub tail: Bytes,
    /// Where the reserved box lies.
    pub patch_offset: u64,
    /// The header of the large `mdat` that takes its place.
    pub patch: [u8; 16],
    /// For the catalog.
    pub summary: SegmentSummary,
}

/// A segment in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentSummary {
    /// Wall-clock time of its first frame.
    pub start: WallTime,
    /// Wall-clock time at which its last frame ends.
    pub end: WallTime,
    /// Decode time of its first sample (`tfdt`), in ticks of `timescale`.
    pub media_start: u64,
    /// Duration in ticks of `timescale`.
    pub media_duration: u64,
    /// Ticks a second of the first track.
    pub timescale: u32,
    /// Samples of the first track.
    pub frames: u32,
    /// RFC 6381 codec strings, comma-separated.
    pub codecs: String,
    /// Width in luma samples; 0 without video.
    pub width: u32,
    /// Height in luma samples; 0 without video.
    pub height: u32,
    /// Where the init section lies.
    pub init_offset: u32,
    /// Its length.
    pub init_len: u32,
    /// First 8 bytes of the BLAKE3 of the init section, big-endian.
    pub init_hash: i64,
    /// Size of the file: so far, or with its tail in [`SegmentEnd`].
    pub bytes: u64,
    /// Where the first fragment begins, and with it the first entry.
    pub first_offset: u64,
    /// (bytes, duration) of consecutive ranges that each begin at a random access point.
    pub entries: Vec<(u32, u32)>,
}

/// Keeps what the end of a segment needs while it is written: at most 6 bytes a sample.
#[derive(Debug)]
pub struct SegmentBuilder {
    init: Arc<InitSection>,
    start: WallTime,
    end: WallTime,
    /// Length of the file so far.
    len: u64,
    patch_offset: u64,
    init_offset: u64,
    first_offset: u64,
    tracks: Vec<TrackTables>,
    index: IndexBuilder,
}

impl SegmentBuilder {
    /// Starts a segment; the bytes are the head of the file, to be written at offset 0.
    pub fn start(meta: &SegmentMeta, init: Arc<InitSection>) -> (Self, Bytes) {
        let mut w = Writer::with_capacity(init.bytes.len() + 512);
        ftyp::write(&mut w);
        let patch_offset = w.len() as u64;
        mdat::write_reserved(&mut w);
        let init_offset = w.len() as u64;
        w.bytes(&init.bytes);
        segment_uuid::write(&mut w, meta);
        let head: Bytes = w.into_bytes().into();
        (Self::at(meta.start, init, patch_offset, init_offset, head.len() as u64), head)
    }

    /// At the first fragment of a file whose head was written before.
    pub(crate) fn at(
        start: WallTime,
        init: Arc<InitSection>,
        patch_offset: u64,
        init_offset: u64,
        first_offset: u64,
    ) -> Self {
        let tracks = init.tracks.iter().map(|track| TrackTables::new(track.id)).collect();
        let index = IndexBuilder::new(init.timescale().hz());
        let len = first_offset;
        Self { init, start, end: start, len, patch_offset, init_offset, first_offset, tracks, index }
    }

    /// Notes a fragment of the same init section whose `chunks` are written at [`Self::len`], the
    /// end of the file so far.
    pub fn append(&mut self, fragment: &Fragment) {
        self.append_runs(fragment.len as u64, fragment.duration, fragment.starts_with_rap, &fragment.tracks);
        self.end = fragment.end;
    }

    pub(crate) fn append_scanned(&mut self, fragment: &crate::scan::FragmentInfo) {
        self.append_runs(fragment.len, fragment.duration, fragment.starts_with_rap, &fragment.tracks);
        self.end = fragment.end;
    }

    /// Length of the file so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether no fragment was appended yet.
    pub fn is_empty(&self) -> bool {
        self.len == self.first_offset
    }

    /// The init section of all its fragments.
    pub fn init(&self) -> &Arc<InitSection> {
        &self.init
    }

    /// Wall-clock time at which its last fragment ends.
    pub fn end(&self) -> WallTime {
        self.end
    }

    /// The numbers so far; the last of `entries` may still grow.
    pub fn summary(&self) -> SegmentSummary {
        let lead = self.tracks.first().map(|track| &track.sequence);
        let (width, height) =
            self.init.tracks.iter().find_map(|track| track.codec.dimensions()).unwrap_or_default();
        let codecs: Vec<String> = self.init.tracks.iter().map(|track| codec_string(&track.codec)).collect();
        SegmentSummary {
            start: self.start,
            end: self.end,
            media_start: lead.map_or(0, Sequence::first_decode_time),
            media_duration: lead.map_or(0, Sequence::ticks),
            timescale: self.init.timescale().hz(),
            frames: lead.map_or(0, Sequence::samples),
            codecs: codecs.join(","),
            width,
            height,
            // The head of a file is far below 4 GiB.
            init_offset: self.init_offset as u32,
            init_len: self.init.bytes.len() as u32,
            init_hash: init_hash(&self.init),
            bytes: self.len,
            first_offset: self.first_offset,
            entries: self.index.clone().finish(),
        }
    }

    /// The end of the file. Pure: may be called again.
    pub fn finish(&self) -> SegmentEnd {
        let timescale = self.init.timescale();
        let scales = self.init.tracks.iter().map(|track| track.timescale);
        let edits = edits(self.tracks.iter().map(|track| &track.sequence).zip(scales), timescale);
        let mut boxes = Vec::with_capacity(self.tracks.len());
        for ((tables, parameters), edit) in self.tracks.iter().zip(&self.init.tracks).zip(edits) {
            boxes.push(tables.to_box(parameters, edit));
        }
        let movie = Movie {
            created: Some(self.start),
            timescale: timescale.hz(),
            tracks: boxes,
            fragmented: false,
            wide_offsets: self.len > u64::from(u32::MAX),
        };
        let mut w = Writer::with_capacity(movie.written_len());
        movie.write(&mut w);
        let tail: Bytes = w.into_bytes().into();
        let mut summary = self.summary();
        summary.bytes += tail.len() as u64;
        SegmentEnd {
            tail,
            patch_offset: self.patch_offset,
            patch: mdat::wide_header(self.len - self.patch_offset),
            summary,
        }
    }

    /// Bytes of memory that the sample tables take.
    pub fn table_bytes(&self) -> usize {
        self.tracks.iter().map(TrackTables::bytes).sum()
    }

    fn append_runs(&mut self, len: u64, duration: u64, starts_with_rap: bool, runs: &[TrackRun]) {
        for run in runs {
            if let Some(track) = self.tracks.iter_mut().find(|track| track.id() == run.track) {
                track.append(self.len + u64::from(run.data_offset), run);
            }
        }
        self.index.push(len, duration, starts_with_rap);
        self.len += len;
    }
}
