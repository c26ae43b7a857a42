//! `mdhd`, media header (ISO/IEC 14496-12 §8.4.2).

use super::{Fields, Malformed, Writer};

/// `creation` in seconds since 1904, `duration` in ticks of `timescale`.
pub(crate) fn write(w: &mut Writer, creation: u64, timescale: u32, duration: u64) {
    let wide = creation.max(duration) > u64::from(u32::MAX);
    w.full(*b"mdhd", u8::from(wide), 0, |w| {
        w.sized(creation, wide);
        w.sized(creation, wide);
        w.u32(timescale);
        w.sized(duration, wide);
        // Language `und`.
        w.u16(0x55c4);
        w.u16(0);
    });
}

/// The timescale.
pub(crate) fn parse_timescale(body: &[u8]) -> Result<u32, Malformed> {
    let mut fields = Fields::new(body);
    let (version, _) = fields.version_flags()?;
    fields.take(if version == 1 { 16 } else { 8 })?;
    fields.u32()
}
