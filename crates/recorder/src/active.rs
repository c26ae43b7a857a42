//! The segment that is being written.
//!
//! Only whole fragments are ever left in the file: a write that fails is cut off again.

use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::Arc;

use bytes::Bytes;
use nightjar_format::{SegmentBuilder, SegmentHasher, SegmentMeta, SegmentSummary};
use nightjar_media::{Fragment, InitSection, WallTime};
use nightjar_model::{Camera, Location, NodeId, RecordingId, Segment, SegmentId, SegmentState, StreamName};
use nightjar_storage::{LocalTier, StorageError};

use crate::KeyTemplate;
use crate::finish::FinishJob;

/// Linux takes at most this many buffers in one call (`IOV_MAX`).
const MAX_BUFFERS: usize = 1024;

/// An open file with everything that is needed to finish it.
#[derive(Debug)]
pub(crate) struct ActiveSegment {
    /// The row as it will be written; `end`, `bytes` and the rest grow with the file.
    pub(crate) row: Segment,
    /// Where the next segment begins at the earliest.
    pub(crate) boundary: WallTime,
    init: Arc<InitSection>,
    run: u64,
    builder: SegmentBuilder,
    hasher: SegmentHasher,
    file: File,
}

/// What a new segment is made from.
pub(crate) struct Opening<'a> {
    pub(crate) camera: &'a Camera,
    pub(crate) stream: StreamName,
    pub(crate) node: &'a NodeId,
    pub(crate) template: &'a KeyTemplate,
    pub(crate) recording_id: RecordingId,
    pub(crate) segment_id: SegmentId,
    /// Where the span begins, by the ledger.
    pub(crate) start: WallTime,
    /// Whether that time is recorded already: the clock was set back.
    pub(crate) again: bool,
    pub(crate) boundary: WallTime,
    pub(crate) first: &'a Fragment,
}

/// Why a segment could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("the disk is full")]
    Full,
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Failed(format!("can't write: {error}")),
        }
    }
}

impl From<StorageError> for WriteError {
    fn from(error: StorageError) -> Self {
        if error.is_full() { Self::Full } else { Self::Failed(error.to_string()) }
    }
}

impl ActiveSegment {
    /// Creates the file and writes its head and first fragment.
    pub(crate) fn open(tier: &LocalTier, opening: &Opening<'_>) -> Result<Self, WriteError> {
        let (key, file) = create_file(tier, opening)?;
        let meta = SegmentMeta {
            segment_id: opening.segment_id.0.into_bytes(),
            recording_id: opening.recording_id.0.into_bytes(),
            camera_id: opening.camera.id.0.into_bytes(),
            org_id: opening.camera.org_id.0.into_bytes(),
            camera_key: opening.camera.key.to_string(),
            stream: opening.stream.to_string(),
            node: opening.node.0.clone(),
            start: opening.start,
        };
        let init = opening.first.init.clone();
        let (builder, head) = SegmentBuilder::start(&meta, init.clone());
        let mut active = Self {
            row: row(opening, key),
            boundary: opening.boundary,
            init,
            run: opening.first.run,
            builder,
            hasher: SegmentHasher::new(),
            file,
        };
        // In one call, so that a crash leaves an empty file or one with a fragment in it.
        let chunks: Vec<Bytes> = std::iter::once(head).chain(opening.first.chunks.iter().cloned()).collect();
        let written = active.write(&chunks).map(|()| active.note(opening.first));
        if let Err(error) = written {
            // Nothing of it is in the ledger, so nothing of it may stay.
            if let Err(left) = tier.delete(&active.row.key) {
                tracing::warn!(key = active.row.key, error = %left, "can't remove an empty segment");
            }
            return Err(error);
        }
        let summary = active.builder.summary();
        describe(&mut active.row, summary);
        Ok(active)
    }

    /// Whether a fragment goes on where this segment is, without a break of any kind.
    pub(crate) fn continues_with(&self, fragment: &Fragment) -> bool {
        fragment.run == self.run && Arc::ptr_eq(&fragment.init, &self.init)
    }

    /// Appends a whole fragment, or nothing.
    pub(crate) fn append(&mut self, fragment: &Fragment) -> Result<(), WriteError> {
        self.write(&fragment.chunks)?;
        self.note(fragment);
        Ok(())
    }

    /// A fragment is in the file.
    fn note(&mut self, fragment: &Fragment) {
        self.builder.append(fragment);
        self.row.end = fragment.end.max(self.row.start);
        self.row.media_duration += fragment.duration;
        self.row.frames += video_frames(fragment);
    }

    /// Ends it at `end`, which the next segment starts with.
    pub(crate) fn finish(mut self, end: WallTime, upload: bool) -> FinishJob {
        self.row.end = end.max(self.row.start);
        FinishJob::new(self.row, self.builder, self.hasher, self.file, upload)
    }

    fn write(&mut self, chunks: &[Bytes]) -> Result<(), WriteError> {
        let start = self.row.bytes;
        if let Err(error) = write_all_at(&self.file, chunks, start) {
            // Past the last whole fragment there must be nothing, or recovery would have to cut.
            if let Err(left) = self.file.set_len(start) {
                tracing::warn!(key = self.row.key, error = %left, "can't cut off a partial fragment");
            }
            return Err(error.into());
        }
        for chunk in chunks {
            self.hasher.update(chunk);
            self.row.bytes += chunk.len() as u64;
        }
        Ok(())
    }
}

fn create_file(tier: &LocalTier, opening: &Opening<'_>) -> Result<(String, File), WriteError> {
    // The plain name may be that of an object whose local copy is gone.
    let again = if opening.again { format!("-{}", random_part(opening.segment_id)) } else { String::new() };
    let mut attempt = 0;
    loop {
        let suffix = if attempt == 0 { again.clone() } else { format!("{again}-{attempt}") };
        let key = opening.template.key(
            opening.camera.org_id,
            &opening.camera.key,
            opening.stream,
            opening.start,
            &suffix,
        );
        match tier.create(&key) {
            Ok(file) => return Ok((key, file)),
            Err(error) if error.io_kind() == Some(io::ErrorKind::AlreadyExists) && attempt < 10_000 => {
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The last twelve digits of an id, which are random.
fn random_part(id: SegmentId) -> String {
    id.0.simple().to_string().split_off(20)
}

/// The row as far as it is known before the first fragment.
fn row(opening: &Opening<'_>, key: String) -> Segment {
    Segment {
        id: opening.segment_id,
        org_id: opening.camera.org_id,
        camera_id: opening.camera.id,
        stream: opening.stream,
        recording_id: opening.recording_id,
        key,
        start: opening.start,
        end: opening.start,
        media_start: opening.first.decode_time,
        media_duration: 0,
        timescale: opening.first.init.timescale().hz(),
        bytes: 0,
        init_offset: 0,
        init_len: 0,
        init_hash: 0,
        frames: 0,
        codecs: String::new(),
        width: 0,
        height: 0,
        blake3: None,
        state: SegmentState::Open,
        location: Location { local: true, remote: false },
        node: opening.node.clone(),
    }
}

/// Takes over what the segment's summary says of its init section.
pub(crate) fn describe(row: &mut Segment, summary: SegmentSummary) {
    row.media_start = summary.media_start;
    row.media_duration = summary.media_duration;
    row.timescale = summary.timescale;
    row.init_offset = summary.init_offset;
    row.init_len = summary.init_len;
    row.init_hash = summary.init_hash;
    row.frames = summary.frames;
    row.codecs = summary.codecs;
    row.width = summary.width;
    row.height = summary.height;
}

fn video_frames(fragment: &Fragment) -> u32 {
    let is_video = |id| {
        fragment.init.track(id).is_some_and(|track| track.codec.kind() == nightjar_media::MediaKind::Video)
    };
    fragment.tracks.iter().filter(|run| is_video(run.track)).map(|run| run.samples.len() as u32).sum()
}

fn write_all_at(file: &File, chunks: &[Bytes], mut offset: u64) -> io::Result<()> {
    let mut slices: Vec<IoSlice<'_>> = chunks.iter().map(|chunk| IoSlice::new(chunk)).collect();
    let mut rest = &mut slices[..];
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        let most = rest.len().min(MAX_BUFFERS);
        match rustix::io::pwritev(file, &rest[..most], offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                offset += written as u64;
                IoSlice::advance_slices(&mut rest, written);
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_chunks_are_written_whole() {
        let file = tempfile::tempfile().expect("temporary file");
        let chunks: Vec<Bytes> = (0..5000u32).map(|n| Bytes::from(n.to_be_bytes().to_vec())).collect();
        write_all_at(&file, &chunks, 3).expect("written");
        assert_eq!(file.metadata().expect("metadata").len(), 3 + 20_000);
    }
}
