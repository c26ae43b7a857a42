//! `stsz`, sample sizes (ISO/IEC 14496-12 §8.7.3).

use super::Writer;

pub(crate) fn write(w: &mut Writer, sizes: &[u32]) {
    w.full(*b"stsz", 0, 0, |w| {
        w.u32(0);
        w.u32(sizes.len() as u32);
        sizes.iter().for_each(|&size| w.u32(size));
    });
}
