//! `tfdt`, decode time of a fragment's first sample (ISO/IEC 14496-12 §8.8.12).

use super::{Fields, Malformed, Writer};

pub(crate) const LEN: usize = 20;

pub(crate) fn write(w: &mut Writer, decode_time: u64) {
    w.full(*b"tfdt", 1, 0, |w| w.u64(decode_time));
}

pub(crate) fn parse(body: &[u8]) -> Result<u64, Malformed> {
    let mut fields = Fields::new(body);
    let (version, _) = fields.version_flags()?;
    fields.sized(version == 1)
}
