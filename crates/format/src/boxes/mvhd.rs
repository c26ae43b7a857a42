//! `mvhd`, overall information of a movie (ISO/IEC 14496-12 §8.2.2).

use super::Writer;
use super::writer::UNITY_MATRIX;

/// `creation` in seconds since 1904, `duration` in ticks of `timescale`.
pub(crate) fn write(w: &mut Writer, creation: u64, timescale: u32, duration: u64, next_track_id: u32) {
    let wide = creation.max(duration) > u64::from(u32::MAX);
    w.full(*b"mvhd", u8::from(wide), 0, |w| {
        w.sized(creation, wide);
        w.sized(creation, wide);
        w.u32(timescale);
        w.sized(duration, wide);
        w.u32(0x0001_0000);
        w.u16(0x0100);
        w.zeros(2 + 8);
        UNITY_MATRIX.iter().for_each(|&value| w.u32(value));
        w.zeros(24);
        w.u32(next_track_id);
    });
}
