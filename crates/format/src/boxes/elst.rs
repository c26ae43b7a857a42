//! `edts` with `elst`, the edit list (ISO/IEC 14496-12 §8.6.5, §8.6.6).

use super::Writer;

/// Where a track lies in the presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Edit {
    /// Nothing is shown for this long at first, in ticks of the movie.
    pub(crate) delay: u64,
    /// Composition time that is shown first, in ticks of the track.
    pub(crate) media_time: u64,
    /// How long it is shown, in ticks of the movie.
    pub(crate) duration: u64,
}

/// Writes nothing if the track is shown from its beginning without delay.
pub(crate) fn write(w: &mut Writer, edit: &Edit) {
    if edit.delay == 0 && edit.media_time == 0 {
        return;
    }
    let wide = edit.delay.max(edit.media_time).max(edit.duration) > u64::from(u32::MAX >> 1);
    w.boxed(*b"edts", |w| {
        w.full(*b"elst", u8::from(wide), 0, |w| {
            w.u32(if edit.delay > 0 { 2 } else { 1 });
            if edit.delay > 0 {
                w.sized(edit.delay, wide);
                // Media time −1: an empty edit.
                if wide {
                    w.u64(u64::MAX)
                } else {
                    w.u32(u32::MAX)
                }
                w.u32(0x0001_0000);
            }
            w.sized(edit.duration, wide);
            w.sized(edit.media_time, wide);
            w.u32(0x0001_0000);
        });
    });
}
