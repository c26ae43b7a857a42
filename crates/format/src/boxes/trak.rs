//! `trak`, one track (ISO/IEC 14496-12 §8.3.1), down to its sample tables.

use nightjar_media::{MediaKind, Timescale, TrackId, TrackParameters};

use super::elst::{self, Edit};
use super::stbl::SampleTables;
use super::{Malformed, Writer, find, hdlr, mdhd, stsd, tkhd};

/// What is written of a track.
#[derive(Debug)]
pub(crate) struct Track<'a> {
    pub(crate) parameters: &'a TrackParameters,
    /// Sample entries; more than one if the decoder's configuration changes.
    pub(crate) entries: Vec<Vec<u8>>,
    /// Sum of the samples' durations, in ticks of the track.
    pub(crate) media_duration: u64,
    pub(crate) edit: Edit,
    pub(crate) tables: SampleTables,
}

impl Track<'_> {
    /// `creation` in seconds since 1904.
    pub(crate) fn write(&self, w: &mut Writer, creation: u64, wide_offsets: bool) {
        let kind = self.parameters.codec.kind();
        w.boxed(*b"trak", |w| {
            tkhd::write(w, self.parameters, creation, self.edit.delay + self.edit.duration);
            elst::write(w, &self.edit);
            w.boxed(*b"mdia", |w| {
                mdhd::write(w, creation, self.parameters.timescale.hz(), self.media_duration);
                hdlr::write(w, kind);
                w.boxed(*b"minf", |w| {
                    match kind {
                        MediaKind::Video => w.full(*b"vmhd", 0, 1, |w| w.zeros(8)),
                        MediaKind::Audio => w.full(*b"smhd", 0, 0, |w| w.zeros(4)),
                    }
                    write_dinf(w);
                    self.tables.write(w, &self.entries, wide_offsets);
                });
            });
        });
    }
}

/// `dinf`: the media is in this file.
fn write_dinf(w: &mut Writer) {
    w.boxed(*b"dinf", |w| {
        w.full(*b"dref", 0, 0, |w| {
            w.u32(1);
            w.full(*b"url ", 0, 1, |_| {});
        });
    });
}

/// The track that an init section describes.
pub(crate) fn parse(body: &[u8]) -> Result<TrackParameters, Malformed> {
    let id = tkhd::parse_track_id(find(body, *b"tkhd")?)?;
    let mdia = find(body, *b"mdia")?;
    let hz = mdhd::parse_timescale(find(mdia, *b"mdhd")?)?;
    let timescale = Timescale::new(hz).ok_or_else(|| Malformed::new("mdhd has timescale 0"))?;
    let stbl = find(find(mdia, *b"minf")?, *b"stbl")?;
    let codec = stsd::parse(find(stbl, *b"stsd")?, timescale)?;
    Ok(TrackParameters { id: TrackId(id), timescale, codec })
}
