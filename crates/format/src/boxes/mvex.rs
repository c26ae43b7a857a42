//! `mvex` with `trex`: fragments follow (ISO/IEC 14496-12 §8.8.1, §8.8.3).

use nightjar_media::TrackParameters;

use super::Writer;

/// One `trex` a track; fragments say everything else themselves.
pub(crate) fn write<'a>(w: &mut Writer, tracks: impl Iterator<Item = &'a TrackParameters>) {
    w.boxed(*b"mvex", |w| {
        for track in tracks {
            w.full(*b"trex", 0, 0, |w| {
                w.u32(track.id.0);
                w.u32(1);
                w.zeros(12);
            });
        }
    });
}
