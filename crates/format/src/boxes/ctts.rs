//! `ctts`, composition offsets (ISO/IEC 14496-12 §8.6.1.3).

use super::Writer;

/// Runs of (samples, offset), none of them negative; left out if all are zero.
pub(crate) fn write(w: &mut Writer, runs: &[(u32, i32)]) {
    if runs.iter().all(|&(_, offset)| offset == 0) {
        return;
    }
    w.full(*b"ctts", 0, 0, |w| {
        w.u32(runs.len() as u32);
        for &(count, offset) in runs {
            w.u32(count);
            w.u32(offset.cast_unsigned());
        }
    });
}
