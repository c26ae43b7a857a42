//! The init section: `ftyp` and `moov` of a run of fragments.

use bytes::Bytes;
use nightjar_media::{InitSection, MediaKind, TrackParameters};

use crate::boxes::elst::Edit;
use crate::boxes::moov::{self, Movie};
use crate::boxes::stbl::SampleTables;
use crate::boxes::trak::Track;
use crate::boxes::{BoxHeader, Writer, find, ftyp, stsd};

/// Why there can be no init section for these tracks, or why bytes are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// There is nothing to describe.
    #[error("a stream without tracks can not be written")]
    NoTracks,
    /// MP4 players take no such sound: transcode it first, or leave it out.
    #[error("{0} can not be carried in MP4")]
    UnsupportedCodec(&'static str),
    /// The bytes are no init section that we wrote, or the parameters are not of their codec.
    #[error("not an init section: {0}")]
    Malformed(String),
}

/// Makes the init section of `tracks`; the video track is put first.
pub fn build_init(mut tracks: Vec<TrackParameters>) -> Result<InitSection, InitError> {
    tracks.sort_by_key(|track| (track.codec.kind() != MediaKind::Video, track.id));
    let Some(first) = tracks.first() else { return Err(InitError::NoTracks) };
    let timescale = first.timescale.hz();
    let boxes = tracks.iter().map(empty_track).collect::<Result<Vec<_>, _>>()?;
    let movie = Movie { created: None, timescale, tracks: boxes, fragmented: true, wide_offsets: false };
    let mut w = Writer::with_capacity(movie.written_len());
    ftyp::write(&mut w);
    let ftyp_len = w.len();
    movie.write(&mut w);
    drop(movie);
    Ok(InitSection { tracks, bytes: w.into_bytes().into(), ftyp_len })
}

fn empty_track(parameters: &TrackParameters) -> Result<Track<'_>, InitError> {
    Ok(Track {
        parameters,
        entries: vec![stsd::sample_entry(&parameters.codec)?],
        media_duration: 0,
        edit: Edit::default(),
        tables: SampleTables::default(),
    })
}

/// Reads an init section (`ftyp` and `moov`, nothing else) back.
pub fn parse_init(bytes: &Bytes) -> Result<InitSection, InitError> {
    let malformed = |why: &str| InitError::Malformed(why.to_owned());
    let ftyp = BoxHeader::parse(bytes).filter(|header| header.kind == *b"ftyp");
    let ftyp_len = ftyp.and_then(|header| usize::try_from(header.size).ok());
    let ftyp_len = ftyp_len.ok_or_else(|| malformed("it does not begin with ftyp"))?;
    let rest = bytes.get(ftyp_len..).ok_or_else(|| malformed("ftyp is truncated"))?;
    let moov = find(rest, *b"moov").map_err(|error| InitError::Malformed(error.to_string()))?;
    let tracks = moov::parse(moov).map_err(|error| InitError::Malformed(error.to_string()))?;
    if tracks.is_empty() {
        return Err(malformed("it has no tracks"));
    }
    Ok(InitSection { tracks, bytes: bytes.clone(), ftyp_len })
}

/// First 8 bytes of the BLAKE3 of an init section, big-endian: equal means the same decoders.
pub fn init_hash(init: &InitSection) -> i64 {
    let hash = blake3::hash(&init.bytes);
    let first = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
    i64::from_be_bytes(*first)
}
