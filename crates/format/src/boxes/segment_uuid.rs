//! The `uuid` box (ISO/IEC 14496-12 §4.2) in which a segment says what it is.

use nightjar_media::WallTime;

use super::{Fields, Malformed, Writer};
use crate::SegmentMeta;

/// Its extended type: chosen once, at random.
const EXTENDED_TYPE: [u8; 16] =
    [0x6e, 0x69, 0x67, 0x68, 0x74, 0x6a, 0x4d, 0x61, 0x92, 0x2b, 0x5c, 0x10, 0xd4, 0x3e, 0xf0, 0x7b];

/// Version of the body, which is written and understood.
const VERSION: u8 = 1;

pub(crate) fn write(w: &mut Writer, meta: &SegmentMeta) {
    w.boxed(*b"uuid", |w| {
        w.bytes(&EXTENDED_TYPE);
        w.u32(u32::from(VERSION) << 24);
        w.bytes(&meta.segment_id);
        w.bytes(&meta.recording_id);
        w.bytes(&meta.camera_id);
        w.bytes(&meta.org_id);
        w.u64(meta.start.micros().cast_unsigned());
        for text in [&meta.camera_key, &meta.stream, &meta.node] {
            let text = &text[..text.floor_char_boundary(255)];
            w.u8(text.len() as u8);
            w.bytes(text.as_bytes());
        }
    });
}

pub(crate) fn parse(body: &[u8]) -> Result<SegmentMeta, Malformed> {
    let mut fields = Fields::new(body);
    if fields.array::<16>()? != EXTENDED_TYPE {
        return Err(Malformed::new("a uuid box of somebody else"));
    }
    let (version, _) = fields.version_flags()?;
    if version != VERSION {
        return Err(Malformed::new(format!("written by another version (segment box version {version})")));
    }
    let [segment_id, recording_id, camera_id, org_id] =
        [fields.array()?, fields.array()?, fields.array()?, fields.array()?];
    let start = WallTime::from_micros(fields.u64()?.cast_signed());
    let mut text = || -> Result<String, Malformed> {
        let len = usize::from(fields.u8()?);
        String::from_utf8(fields.take(len)?.to_vec()).map_err(|_| Malformed::new("a text is not UTF-8"))
    };
    let (camera_key, stream, node) = (text()?, text()?, text()?);
    Ok(SegmentMeta { segment_id, recording_id, camera_id, org_id, camera_key, stream, node, start })
}
