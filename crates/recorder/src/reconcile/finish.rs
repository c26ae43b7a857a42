//! Finishing a segment file that nobody writes any more, and reading one back.
//!
//! The end of a file is made by the same function whether its writer lives or died.

use std::os::unix::fs::FileExt;

use nightjar_format::{ReadAt, SegmentMeta, SegmentSummary, recover};
use nightjar_media::WallTime;
use nightjar_model::{
    CameraId, IndexEntry, Location, NodeId, OrgId, RecordingId, Segment, SegmentId, SegmentIndex,
    SegmentState, StreamName,
};
use nightjar_storage::LocalTier;
use uuid::Uuid;

use crate::active::describe;
use crate::footage::{FootageError, Readable, Result};

/// What a file turned out to be.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A segment with something in it.
    Segment(Box<Restored>),
    /// The beginning of one, without a single fragment.
    Empty,
}

/// A segment as its file tells of it.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) meta: SegmentMeta,
    pub(crate) summary: SegmentSummary,
    /// When its last fragment ends.
    pub(crate) end: WallTime,
    /// Size of the file.
    pub(crate) bytes: u64,
    /// Whether the file is complete as it is.
    pub(crate) finished: bool,
    /// What `bytes` of the file are good, if it is not finished.
    valid_len: u64,
    tail: Option<nightjar_format::SegmentEnd>,
}

/// Reads a segment; changes nothing.
pub(crate) fn read_segment(file: &dyn ReadAt, key: &str) -> Result<Outcome> {
    let wrong = |source| FootageError::NotASegment { key: key.to_owned(), source };
    let bytes = file.size().map_err(|error| wrong(error.into()))?;
    let recovered = recover(file).map_err(wrong)?;
    if recovered.builder.is_empty() {
        return Ok(Outcome::Empty);
    }
    let end = recovered.builder.finish();
    let mut restored = Restored {
        meta: recovered.meta,
        summary: end.summary.clone(),
        end: recovered.last_end,
        bytes,
        finished: recovered.already_finished,
        valid_len: recovered.valid_len,
        tail: None,
    };
    if !restored.finished {
        restored.bytes = restored.valid_len + end.tail.len() as u64;
        restored.tail = Some(end);
    }
    Ok(Outcome::Segment(Box::new(restored)))
}

/// Reads the segment of `key` and finishes its file if it is not: cut to the last whole
/// fragment, tables written, synced, header patched, synced. A crash at any point leaves a file
/// of which the same is true again.
pub(crate) fn finish_file(local: &LocalTier, key: &str) -> Result<Outcome> {
    let mut outcome = read_segment(&Readable(local.open_file(key)?), key)?;
    let Outcome::Segment(restored) = &mut outcome else { return Ok(outcome) };
    let Some(end) = restored.tail.take() else { return Ok(outcome) };
    let file = local.open_for_repair(key)?;
    let finished = file
        .set_len(restored.valid_len)
        .and_then(|()| file.write_all_at(&end.tail, restored.valid_len))
        .and_then(|()| file.sync_all())
        .and_then(|()| file.write_all_at(&end.patch, end.patch_offset))
        .and_then(|()| file.sync_all());
    finished.map_err(|source| FootageError::Finish { key: key.to_owned(), source })?;
    restored.finished = true;
    Ok(outcome)
}

impl Restored {
    /// Key of its row.
    pub(crate) fn id(&self) -> SegmentId {
        SegmentId(Uuid::from_bytes(self.meta.segment_id))
    }

    /// Which stream it is of; none if the file was written by something newer.
    pub(crate) fn stream(&self) -> Option<StreamName> {
        self.meta.stream.parse().ok()
    }

    /// How it is cut for HLS.
    pub(crate) fn index(&self) -> SegmentIndex {
        let entries = self.summary.entries.iter();
        SegmentIndex {
            first_offset: self.summary.first_offset,
            entries: entries.map(|&(bytes, duration)| IndexEntry { bytes, duration }).collect(),
        }
    }

    /// Brings a row up to what the file says. Its start stays: the ledger knows it better when
    /// the camera's clock and ours disagreed.
    pub(crate) fn update(&self, row: &mut Segment) {
        describe(row, self.summary.clone());
        row.end = self.end.max(row.start);
        row.bytes = self.bytes;
        row.state = SegmentState::Finished;
    }

    /// A new row, for a camera that may have another id by now.
    pub(crate) fn row(
        &self,
        org_id: OrgId,
        camera_id: CameraId,
        stream: StreamName,
        key: &str,
        location: Location,
        node: NodeId,
    ) -> Segment {
        let mut row = Segment {
            id: self.id(),
            org_id,
            camera_id,
            stream,
            recording_id: RecordingId(Uuid::from_bytes(self.meta.recording_id)),
            key: key.to_owned(),
            start: self.meta.start,
            end: self.end,
            media_start: 0,
            media_duration: 0,
            timescale: 0,
            bytes: self.bytes,
            init_offset: 0,
            init_len: 0,
            init_hash: 0,
            frames: 0,
            codecs: String::new(),
            width: 0,
            height: 0,
            blake3: None,
            state: SegmentState::Finished,
            location,
            node,
        };
        self.update(&mut row);
        row
    }
}
