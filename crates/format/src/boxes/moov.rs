//! `moov`, the movie (ISO/IEC 14496-12 §8.2.1).

use nightjar_media::{TrackParameters, WallTime};

use super::trak::{self, Track};
use super::{Malformed, Writer, children, mvex, mvhd};

/// Seconds from 1904 to 1970.
const EPOCH_1904: i64 = 2_082_844_800;

/// What is written of a movie.
#[derive(Debug)]
pub(crate) struct Movie<'a> {
    /// When it was recorded; none in an init section.
    pub(crate) created: Option<WallTime>,
    pub(crate) timescale: u32,
    pub(crate) tracks: Vec<Track<'a>>,
    /// Whether fragments follow.
    pub(crate) fragmented: bool,
    /// Whether chunk offsets need 64 bits.
    pub(crate) wide_offsets: bool,
}

impl Movie<'_> {
    pub(crate) fn write(&self, w: &mut Writer) {
        let creation = self
            .created
            .map_or(0, |time| u64::try_from(time.micros().div_euclid(1_000_000) + EPOCH_1904).unwrap_or(0));
        let duration = self.tracks.iter().map(|track| track.edit.delay + track.edit.duration).max();
        let next_id = self.tracks.iter().map(|track| track.parameters.id.0).max().unwrap_or(0);
        w.boxed(*b"moov", |w| {
            mvhd::write(w, creation, self.timescale, duration.unwrap_or(0), next_id.saturating_add(1));
            self.tracks.iter().for_each(|track| track.write(w, creation, self.wide_offsets));
            if self.fragmented {
                mvex::write(w, self.tracks.iter().map(|track| track.parameters));
            }
        });
    }

    /// Room that the written box needs, at least.
    pub(crate) fn written_len(&self) -> usize {
        self.tracks.iter().map(|track| track.tables.written_len() + 1024).sum::<usize>() + 256
    }
}

/// The tracks of an init section's `moov`.
pub(crate) fn parse(body: &[u8]) -> Result<Vec<TrackParameters>, Malformed> {
    children(body).filter(|(kind, _)| kind == b"trak").map(|(_, trak)| trak::parse(trak)).collect()
}
