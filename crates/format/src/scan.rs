//! The fragments of a segment file, read one after the other, also while it grows.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use nightjar_media::{InitSection, TrackRun, WallTime};

use crate::boxes::prft::ProducerTime;
use crate::boxes::{BoxHeader, find, ftyp_len, mdat, moof, segment_uuid};
use crate::init::parse_init;
use crate::read_at::read_up_to;
use crate::{ReadAt, RecoverError, SegmentMeta};

/// No head and no `moof` of ours comes near this.
const MAX_HEADER_BYTES: u64 = 4 << 20;
/// Enough for the headers of most fragments, so that each costs one read.
const READ_AHEAD: usize = 4096;

/// Walks the fragments of a file. Holds no file: each call is given it, so that a scanner can be
/// kept while the file grows.
#[derive(Debug, Clone)]
pub struct FragmentScanner {
    meta: SegmentMeta,
    init: Arc<InitSection>,
    patch_offset: u64,
    init_offset: u64,
    first_offset: u64,
    position: u64,
    /// The newest wall-clock time with its decode time of the first track.
    clock: (WallTime, u64),
    /// Decode time at which the last fragment ended.
    decode_time: u64,
}

/// A complete fragment in a file.
#[derive(Debug, Clone)]
pub struct FragmentInfo {
    /// Where it begins (with its `prft`, if it has one).
    pub offset: u64,
    /// Its length.
    pub len: u64,
    /// Decode time of its first sample, in ticks of the first track.
    pub decode_time: u64,
    /// Duration in ticks of the first track.
    pub duration: u64,
    /// Whether its first video sample is a random access point (audio only: always).
    pub starts_with_rap: bool,
    /// Wall-clock time of its first sample: from the last `prft` and media time.
    pub start: WallTime,
    /// Wall-clock time at which it ends.
    pub end: WallTime,
    /// The samples of each track; offsets are counted from `offset`.
    pub tracks: Vec<TrackRun>,
}

impl FragmentScanner {
    /// Reads the head of the file.
    pub fn open(file: &dyn ReadAt) -> Result<Self, RecoverError> {
        let patch_offset = ftyp_len();
        let init_offset = patch_offset + mdat::RESERVED_LEN;
        let not = |why: &str| RecoverError::NotASegment(why.to_owned());
        let mut head = read_up_to(file, 0, READ_AHEAD)?;
        let mut position = init_offset;
        // `ftyp` and `moov` of the init section, then `uuid`.
        for (kind, name) in [(b"ftyp", "ftyp"), (b"moov", "moov"), (b"uuid", "uuid")] {
            let truncated = || not(&format!("its head ends before `{name}` is complete"));
            let at = usize::try_from(position).unwrap_or(usize::MAX);
            let header = BoxHeader::parse(head.get(at..).unwrap_or_default()).ok_or_else(truncated)?;
            if header.kind != *kind || header.size > MAX_HEADER_BYTES {
                return Err(not(&format!("`{name}` is missing")));
            }
            position += header.size;
            if position + BoxHeader::MAX_LEN as u64 > head.len() as u64 {
                head = read_up_to(file, 0, position as usize + READ_AHEAD)?;
            }
            if position > head.len() as u64 {
                return Err(truncated());
            }
        }
        let outer = BoxHeader::parse(&head).filter(|header| header.kind == *b"ftyp");
        if outer.is_none_or(|header| header.size != patch_offset) {
            return Err(not("it does not begin with our `ftyp`"));
        }
        Self::from_head(&head[..position as usize], patch_offset, init_offset)
    }

    fn from_head(head: &[u8], patch_offset: u64, init_offset: u64) -> Result<Self, RecoverError> {
        let not = |error: String| RecoverError::NotASegment(error);
        let own = &head[init_offset as usize..];
        let body = find(own, *b"uuid").map_err(|error| not(error.to_string()))?;
        let meta = segment_uuid::parse(body).map_err(|error| not(error.to_string()))?;
        let uuid_len = body.len() + 8;
        let init_bytes = Bytes::copy_from_slice(&own[..own.len() - uuid_len]);
        let init = parse_init(&init_bytes).map_err(|error| not(error.to_string()))?;
        let first_offset = head.len() as u64;
        Ok(Self {
            clock: (meta.start, 0),
            meta,
            init: Arc::new(init),
            patch_offset,
            init_offset,
            first_offset,
            position: first_offset,
            decode_time: 0,
        })
    }

    /// The next complete fragment; none at the end of what is there: call again when the file
    /// has grown.
    pub fn next(&mut self, file: &dyn ReadAt) -> Result<Option<FragmentInfo>, RecoverError> {
        let Some(found) = read_headers(file, self.position)? else { return Ok(None) };
        if self.position.saturating_add(found.len) > file.size()? {
            return Ok(None);
        }
        let Some(mut fragment) = self.describe(&found) else { return Ok(None) };
        fragment.tracks = found.runs;
        self.position += found.len;
        self.decode_time = fragment.decode_time + fragment.duration;
        Ok(Some(fragment))
    }

    /// What the file says about itself.
    pub fn meta(&self) -> &SegmentMeta {
        &self.meta
    }

    /// The init section.
    pub fn init(&self) -> &Arc<InitSection> {
        &self.init
    }

    /// Offset and length of the init section in the file.
    pub fn init_range(&self) -> (u64, u64) {
        (self.init_offset, self.init.bytes.len() as u64)
    }

    /// Where the next fragment is expected.
    pub fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn patch_offset(&self) -> u64 {
        self.patch_offset
    }

    pub(crate) fn first_offset(&self) -> u64 {
        self.first_offset
    }

    /// The times of a fragment; none if they are impossible.
    fn describe(&mut self, found: &Headers) -> Option<FragmentInfo> {
        let lead = self.init.tracks.first()?;
        let run = found.runs.iter().find(|run| run.track == lead.id);
        let decode_time = run.map_or(self.decode_time, |run| run.decode_time);
        let ticks = |run: &TrackRun| run.samples.iter().map(|sample| u64::from(sample.duration)).sum();
        let duration = run.map_or(0, ticks);
        // Decode times count seconds, not ages: beyond this it is damage.
        if decode_time.checked_add(duration)? > 1 << 60 {
            return None;
        }
        if self.position == self.first_offset {
            self.clock = (self.meta.start, decode_time);
        }
        if let Some(time) = found.producer_time.filter(|time| time.track == lead.id) {
            self.clock = (time.wall, time.media_time);
        }
        let (wall, media) = self.clock;
        let wall_at =
            |time: u64| wall.plus_micros(lead.timescale.to_micros(time.wrapping_sub(media).cast_signed()));
        Some(FragmentInfo {
            offset: self.position,
            len: found.len,
            decode_time,
            duration,
            starts_with_rap: run.and_then(|run| run.samples.first()).is_some_and(|sample| sample.is_sync),
            start: wall_at(decode_time),
            end: wall_at(decode_time + duration),
            tracks: Vec::new(),
        })
    }
}

/// What stands in front of a fragment's payload.
struct Headers {
    producer_time: Option<ProducerTime>,
    runs: Vec<TrackRun>,
    /// Of the whole fragment.
    len: u64,
}

/// Reads `prft`, `moof` and the header of `mdat`; none if they are not all there, or are not
/// what we write. Whether the payload is there too is not looked at.
fn read_headers(file: &dyn ReadAt, position: u64) -> io::Result<Option<Headers>> {
    let mut bytes = read_up_to(file, position, READ_AHEAD)?;
    let mut producer_time = None;
    let mut moof: Option<(usize, Vec<TrackRun>)> = None;
    let mut at = 0usize;
    loop {
        let Some(header) = BoxHeader::parse(bytes.get(at..).unwrap_or_default()) else { return Ok(None) };
        if header.kind == mdat::KIND {
            let Some((moof_at, mut runs)) = moof else { return Ok(None) };
            let payload = at as u64 + header.header_len;
            let len = at as u64 + header.size;
            return Ok(place_runs(&mut runs, moof_at, payload, len).map(|()| Headers {
                producer_time,
                runs,
                len,
            }));
        }
        if header.size > MAX_HEADER_BYTES {
            return Ok(None);
        }
        let end = at + header.size as usize;
        if end + BoxHeader::MAX_LEN > bytes.len() {
            bytes = read_up_to(file, position, end + READ_AHEAD)?;
        }
        let Some(body) = bytes.get(at + header.header_len as usize..end) else { return Ok(None) };
        match &header.kind {
            b"prft" if moof.is_none() => producer_time = ProducerTime::parse(body).ok(),
            b"moof" if moof.is_none() => match moof::parse(body) {
                Ok(runs) if !runs.is_empty() => moof = Some((at, runs)),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        }
        at = end;
    }
}

/// Makes data offsets count from the fragment's first byte; none if a run is not in the payload.
fn place_runs(runs: &mut [TrackRun], moof_at: usize, payload: u64, len: u64) -> Option<()> {
    for run in runs {
        let offset = run.data_offset.checked_add(u32::try_from(moof_at).ok()?)?;
        let bytes: u64 = run.samples.iter().map(|sample| u64::from(sample.size)).sum();
        if u64::from(offset) < payload || u64::from(offset) + bytes > len {
            return None;
        }
        run.data_offset = offset;
    }
    Some(())
}
