//! `ftyp`, file type (ISO/IEC 14496-12 §4.3).

use super::Writer;

/// Its length.
pub(crate) const LEN: u64 = 28;

/// `iso6` for signed composition offsets and `tfdt`; `mp41` and `isom` for older players of the
/// finished file.
pub(crate) fn write(w: &mut Writer) {
    w.boxed(*b"ftyp", |w| {
        w.bytes(b"isom");
        w.u32(0x200);
        for brand in [b"isom", b"iso6", b"mp41"] {
            w.bytes(brand);
        }
    });
}
