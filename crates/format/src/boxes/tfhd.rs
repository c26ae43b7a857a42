//! `tfhd`, defaults of a track's fragment (ISO/IEC 14496-12 §8.8.7).

use super::trun::SampleFlags;
use super::{Fields, Malformed, Writer};

pub(crate) const LEN: usize = 20;

const DEFAULT_SAMPLE_FLAGS: u32 = 0x00_0020;
const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;

pub(crate) fn write(w: &mut Writer, track: u32, default: SampleFlags) {
    w.full(*b"tfhd", 0, DEFAULT_BASE_IS_MOOF | DEFAULT_SAMPLE_FLAGS, |w| {
        w.u32(track);
        w.u32(default.0);
    });
}

/// Track and default flags, as we write them: nothing else is understood.
pub(crate) fn parse(body: &[u8]) -> Result<(u32, SampleFlags), Malformed> {
    let mut fields = Fields::new(body);
    let (_, flags) = fields.version_flags()?;
    if flags != DEFAULT_BASE_IS_MOOF | DEFAULT_SAMPLE_FLAGS {
        return Err(Malformed::new(format!("tfhd has the flags {flags:#x}")));
    }
    Ok((fields.u32()?, SampleFlags(fields.u32()?)))
}
