//! `esds`, the elementary stream descriptor of AAC (ISO/IEC 14496-1 §7.2.6, 14496-14 §5.6).

use super::{Fields, Malformed, Writer};

const ES: u8 = 3;
const DECODER_CONFIG: u8 = 4;
const DECODER_SPECIFIC: u8 = 5;
const SL_CONFIG: u8 = 6;

/// For an `AudioSpecificConfig`, which is shorter than 64 bytes.
pub(crate) fn write(w: &mut Writer, config: &[u8]) {
    let config = &config[..config.len().min(64)];
    let len = config.len() as u8;
    w.full(*b"esds", 0, 0, |w| {
        w.bytes(&[ES, 3 + 2 + 13 + 2 + len + 3, 0, 0, 0]);
        // Object type 0x40: MPEG-4 audio; stream type 5: audio. Buffer and bit rates unknown.
        w.bytes(&[DECODER_CONFIG, 13 + 2 + len, 0x40, 0x15]);
        w.zeros(3 + 4 + 4);
        w.bytes(&[DECODER_SPECIFIC, len]);
        w.bytes(config);
        w.bytes(&[SL_CONFIG, 1, 2]);
    });
}

/// The `AudioSpecificConfig`.
pub(crate) fn parse_config(body: &[u8]) -> Result<&[u8], Malformed> {
    let mut fields = Fields::new(body);
    fields.version_flags()?;
    let mut fields = Fields::new(descriptor(&mut fields, ES)?);
    fields.take(2)?;
    if fields.u8()? != 0 {
        return Err(Malformed::new("esds has optional fields"));
    }
    let mut fields = Fields::new(descriptor(&mut fields, DECODER_CONFIG)?);
    fields.take(13)?;
    descriptor(&mut fields, DECODER_SPECIFIC)
}

fn descriptor<'a>(fields: &mut Fields<'a>, tag: u8) -> Result<&'a [u8], Malformed> {
    let found = fields.u8()?;
    if found != tag {
        return Err(Malformed::new(format!("esds has descriptor {found} instead of {tag}")));
    }
    let mut len = 0;
    for _ in 0..4 {
        let byte = fields.u8()?;
        len = len << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    fields.take(len)
}
