//! `mfhd`, number of a fragment (ISO/IEC 14496-12 §8.8.5).

use super::Writer;

pub(crate) const LEN: usize = 16;

pub(crate) fn write(w: &mut Writer, sequence: u32) {
    w.full(*b"mfhd", 0, 0, |w| w.u32(sequence));
}
