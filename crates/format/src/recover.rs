//! Finishing a segment whose writer died.

use std::collections::VecDeque;
use std::io;

use nightjar_media::{Codec, WallTime};

use crate::boxes::{BoxHeader, mdat};
use crate::read_at::read_up_to;
use crate::scan::{FragmentInfo, FragmentScanner};
use crate::{ReadAt, SegmentBuilder, SegmentMeta};

/// Why a file can not be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// Not a segment of ours, or not even its head was written.
    #[error("not a segment file: {0}")]
    NotASegment(String),
    /// The file could not be read.
    #[error("reading a segment failed")]
    Io(#[from] io::Error),
}

/// What is in a segment file, finished or not.
#[derive(Debug)]
pub struct Recovered {
    /// What the file says about itself.
    pub meta: SegmentMeta,
    /// As it was after the last complete fragment: `builder.finish()` ends the file.
    pub builder: SegmentBuilder,
    /// Everything behind this offset is to be cut off before the end is written.
    pub valid_len: u64,
    /// Wall-clock time at which its last complete fragment ends.
    pub last_end: WallTime,
    /// Whether the file is complete as it is: nothing is to be cut off or written.
    pub already_finished: bool,
}

/// Reads a segment file back from its own fragments.
///
/// After a loss of power the file may be as long as it was, but its last blocks may never have
/// been written: fragments at the end that have zeros where NAL units should be are left out.
pub fn recover(file: &dyn ReadAt) -> Result<Recovered, RecoverError> {
    let mut scanner = FragmentScanner::open(file)?;
    let mut builder = SegmentBuilder::at(
        scanner.meta().start,
        scanner.init().clone(),
        scanner.patch_offset(),
        scanner.init_range().0,
        scanner.first_offset(),
    );
    // Only the last ones can be damaged: the others need not be kept.
    let mut newest = VecDeque::with_capacity(LOOK_BACK + 1);
    while let Some(fragment) = scanner.next(file)? {
        newest.push_back(fragment);
        if newest.len() > LOOK_BACK
            && let Some(old) = newest.pop_front()
        {
            builder.append_scanned(&old);
        }
    }
    let already_finished = is_finished(file, scanner.patch_offset(), scanner.position())?;
    let intact = if already_finished { newest.len() } else { intact_prefix(file, &scanner, &newest)? };
    newest.iter().take(intact).for_each(|fragment| builder.append_scanned(fragment));
    Ok(Recovered {
        meta: scanner.meta().clone(),
        valid_len: builder.len(),
        last_end: builder.end(),
        already_finished,
        builder,
    })
}

/// Whether the reserved box is the header of an `mdat` up to `end`, and a `moov` from there to
/// the end of the file follows.
fn is_finished(file: &dyn ReadAt, patch_offset: u64, end: u64) -> io::Result<bool> {
    let patch = read_up_to(file, patch_offset, mdat::RESERVED_LEN as usize)?;
    if patch != mdat::wide_header(end - patch_offset) {
        return Ok(false);
    }
    let tail = BoxHeader::parse(&read_up_to(file, end, BoxHeader::MAX_LEN)?);
    Ok(tail.is_some_and(|tail| {
        tail.kind == *b"moov" && Some(tail.size) == file.size().ok().map(|size| size - end)
    }))
}

/// Fragments up to the first damaged one among the last. What was written long ago is durable:
/// it is enough to look back until several in a row are sound.
fn intact_prefix(
    file: &dyn ReadAt,
    scanner: &FragmentScanner,
    newest: &VecDeque<FragmentInfo>,
) -> io::Result<usize> {
    let mut intact = newest.len();
    let mut sound = 0;
    for (index, fragment) in newest.iter().enumerate().rev() {
        if is_damaged(file, scanner, fragment)? {
            (intact, sound) = (index, 0);
        } else {
            sound += 1;
        }
        if sound == SOUND_IN_A_ROW {
            break;
        }
    }
    Ok(intact)
}

/// Fragments that may be in memory only: more than what is written between two syncs.
const LOOK_BACK: usize = 64;
/// After so many sound fragments no damaged one is expected before them.
const SOUND_IN_A_ROW: u32 = 8;

/// Whether a picture of the fragment has zeros where a NAL unit should begin, as in blocks that
/// were never written. Sound has no such structure, but lies in the same blocks.
fn is_damaged(file: &dyn ReadAt, scanner: &FragmentScanner, fragment: &FragmentInfo) -> io::Result<bool> {
    for run in &fragment.tracks {
        let codec = scanner.init().track(run.track).map(|track| track.codec.codec());
        if !matches!(codec, Some(Codec::H264 | Codec::H265)) {
            continue;
        }
        let mut offset = fragment.offset + u64::from(run.data_offset);
        for sample in &run.samples {
            let end = offset + u64::from(sample.size);
            while offset + 4 <= end {
                let head = read_up_to(file, offset, 5.min((end - offset) as usize))?;
                // A length and the first byte of the unit: never all zero.
                if head.iter().all(|&byte| byte == 0) {
                    return Ok(true);
                }
                let length = head.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
                offset += 4 + u64::from(length);
            }
            offset = end;
        }
    }
    Ok(false)
}
