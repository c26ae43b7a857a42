//! `traf`, one track of a fragment (ISO/IEC 14496-12 §8.8.6).

use nightjar_media::{TrackId, TrackRun};

use super::trun::Layout;
use super::{Malformed, Writer, find, tfdt, tfhd, trun};

pub(crate) fn len(layout: Layout) -> usize {
    8 + tfhd::LEN + tfdt::LEN + layout.len()
}

/// `data_offset` counts from the first byte of the `moof`.
pub(crate) fn write(w: &mut Writer, run: &TrackRun, layout: Layout, data_offset: u32) {
    w.boxed(*b"traf", |w| {
        tfhd::write(w, run.track.0, layout.default);
        tfdt::write(w, run.decode_time);
        layout.write(w, &run.samples, data_offset);
    });
}

/// The run; its `data_offset` counts from the first byte of the `moof`.
pub(crate) fn parse(body: &[u8]) -> Result<TrackRun, Malformed> {
    let (track, default) = tfhd::parse(find(body, *b"tfhd")?)?;
    let decode_time = tfdt::parse(find(body, *b"tfdt")?)?;
    let (data_offset, samples) = trun::parse(find(body, *b"trun")?, default)?;
    Ok(TrackRun { track: TrackId(track), decode_time, data_offset, samples })
}
