//! A range over several segments as one ordinary MP4, made of byte ranges of the stored files.
//!
//! Belongs here: which bytes, and the `moov` that describes them. The headers of the fragments
//! in between are copied along: the sample tables simply do not point at them.

mod output;

use bytes::Bytes;
use nightjar_media::WallTime;

use crate::boxes::moov::Movie;
use crate::boxes::{Writer, ftyp, mdat};
use crate::scan::{FragmentInfo, FragmentScanner};
use crate::{ReadAt, RecoverError};
use output::Output;

/// Why no file can be made.
#[derive(Debug, thiserror::Error)]
pub enum ConcatError {
    /// Nothing was recorded in the range.
    #[error("there is no footage in the range")]
    Empty,
    /// A segment could not be read.
    #[error("segment {index} of the range")]
    Segment {
        /// Which of the inputs.
        index: usize,
        /// What is wrong with it.
        source: RecoverError,
    },
}

/// A stored segment.
pub struct ConcatInput<'a> {
    /// Its bytes; only heads and fragment headers are read.
    pub file: &'a dyn ReadAt,
}

/// Bytes to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceRange {
    /// Which of the inputs.
    pub input: usize,
    /// First byte in it.
    pub offset: u64,
    /// Number of bytes.
    pub len: u64,
}

/// One MP4: `head`, then the bytes of all `ranges` in order.
#[derive(Debug, Clone)]
pub struct Concat {
    /// `ftyp`, `moov` with sample tables, and the header of `mdat`.
    pub head: Bytes,
    /// What follows it.
    pub ranges: Vec<SourceRange>,
    /// Size of the whole.
    pub total_len: u64,
    /// Wall-clock time of its first frame.
    pub start: WallTime,
    /// Wall-clock time at which its last frame ends.
    pub end: WallTime,
    /// Duration of the media in microseconds: gaps are left out.
    pub duration_micros: i64,
}

impl Concat {
    /// Plans the file for the footage from the random access point at or before `from` until `to`
    /// out of `inputs`, which are in the order of time. Whole fragments are taken, gaps left out.
    pub fn plan(inputs: &[ConcatInput<'_>], from: WallTime, to: WallTime) -> Result<Self, ConcatError> {
        let mut output = Output::default();
        let mut ranges = Vec::with_capacity(inputs.len());
        let (mut start, mut end) = (None, from);
        for (input, segment) in inputs.iter().enumerate() {
            let fail = |source| ConcatError::Segment { index: input, source };
            let mut scanner = FragmentScanner::open(segment.file).map_err(fail)?;
            let chosen = choose(&mut scanner, segment.file, from, to).map_err(fail)?;
            let (Some(first), Some(last)) = (chosen.first(), chosen.last()) else { continue };
            start = start.or(Some(first.start));
            end = last.end;
            output.begin_part(&scanner, first);
            chosen.iter().for_each(|fragment| output.append(fragment));
            ranges.push(SourceRange {
                input,
                offset: first.offset,
                len: last.offset + last.len - first.offset,
            });
        }
        let start = start.ok_or(ConcatError::Empty)?;
        let head = write_head(&output, start, ranges.iter().map(|range| range.len).sum());
        let total_len = head.len() as u64 + ranges.iter().map(|range| range.len).sum::<u64>();
        Ok(Self { head, ranges, total_len, start, end, duration_micros: output.duration_micros() })
    }
}

/// The fragments of one file from the random access point at or before `from` until `to`.
fn choose(
    scanner: &mut FragmentScanner,
    file: &dyn ReadAt,
    from: WallTime,
    to: WallTime,
) -> Result<Vec<FragmentInfo>, RecoverError> {
    let mut chosen: Vec<FragmentInfo> = Vec::new();
    while let Some(fragment) = scanner.next(file)? {
        if fragment.start >= to {
            break;
        }
        // A later one to begin with makes what was chosen before it needless.
        if fragment.starts_with_rap && fragment.start <= from {
            chosen.clear();
        }
        if fragment.starts_with_rap || !chosen.is_empty() {
            chosen.push(fragment);
        }
    }
    if chosen.last().is_none_or(|last| last.end <= from) {
        chosen.clear();
    }
    Ok(chosen)
}

fn write_head(output: &Output, start: WallTime, payload: u64) -> Bytes {
    // Offsets in the tables depend on the size of the tables, but not the other way round.
    let mut head_len = 0;
    let mut bytes = Vec::new();
    for _ in 0..2 {
        let movie = Movie {
            created: Some(start),
            timescale: output.timescale().hz(),
            tracks: output.boxes(head_len),
            fragmented: false,
            // Room for the head itself.
            wide_offsets: payload > u64::from(u32::MAX) - (1 << 30),
        };
        let mut w = Writer::with_capacity(movie.written_len() + 64);
        ftyp::write(&mut w);
        movie.write(&mut w);
        w.bytes(&mdat::wide_header(payload + mdat::RESERVED_LEN));
        bytes = w.into_bytes();
        head_len = bytes.len() as u64;
    }
    bytes.into()
}
