//! `stco` or `co64`, where the chunks are (ISO/IEC 14496-12 §8.7.5).

use super::Writer;

/// In 64 bits only if `wide`.
pub(crate) fn write(w: &mut Writer, offsets: &[u64], wide: bool) {
    w.full(if wide { *b"co64" } else { *b"stco" }, 0, 0, |w| {
        w.u32(offsets.len() as u32);
        offsets.iter().for_each(|&offset| w.sized(offset, wide));
    });
}
