//! `stts`, decoding times (ISO/IEC 14496-12 §8.6.1.2).

use super::Writer;

/// Runs of (samples, duration).
pub(crate) fn write(w: &mut Writer, runs: &[(u32, u32)]) {
    w.full(*b"stts", 0, 0, |w| {
        w.u32(runs.len() as u32);
        for &(count, duration) in runs {
            w.u32(count);
            w.u32(duration);
        }
    });
}
