//! `stss`, sync samples (ISO/IEC 14496-12 §8.6.2).

use super::Writer;

/// Numbers of the sync samples, from 1.
pub(crate) fn write(w: &mut Writer, numbers: &[u32]) {
    w.full(*b"stss", 0, 0, |w| {
        w.u32(numbers.len() as u32);
        numbers.iter().for_each(|&number| w.u32(number));
    });
}
