//! `tkhd`, information about one track (ISO/IEC 14496-12 §8.3.2).

use nightjar_media::{MediaKind, TrackParameters};

use super::writer::UNITY_MATRIX;
use super::{Fields, Malformed, Writer};

/// `creation` in seconds since 1904, `duration` in ticks of the movie.
pub(crate) fn write(w: &mut Writer, track: &TrackParameters, creation: u64, duration: u64) {
    let wide = creation.max(duration) > u64::from(u32::MAX);
    let audio = track.codec.kind() == MediaKind::Audio;
    // Enabled and in the movie.
    w.full(*b"tkhd", u8::from(wide), 3, |w| {
        w.sized(creation, wide);
        w.sized(creation, wide);
        w.u32(track.id.0);
        w.u32(0);
        w.sized(duration, wide);
        // Reserved, and the layer.
        w.zeros(8 + 2);
        w.u16(u16::from(audio));
        w.u16(if audio { 0x0100 } else { 0 });
        w.zeros(2);
        UNITY_MATRIX.iter().for_each(|&value| w.u32(value));
        let (width, height) = track.codec.dimensions().unwrap_or_default();
        w.u32(width << 16);
        w.u32(height << 16);
    });
}

/// The `track_ID`.
pub(crate) fn parse_track_id(body: &[u8]) -> Result<u32, Malformed> {
    let mut fields = Fields::new(body);
    let (version, _) = fields.version_flags()?;
    fields.take(if version == 1 { 16 } else { 8 })?;
    fields.u32()
}
