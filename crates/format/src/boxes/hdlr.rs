//! `hdlr`, what kind of track it is (ISO/IEC 14496-12 §8.4.3).

use nightjar_media::MediaKind;

use super::Writer;

pub(crate) fn write(w: &mut Writer, kind: MediaKind) {
    let (handler, name): (&[u8; 4], &[u8]) = match kind {
        MediaKind::Video => (b"vide", b"Video\0"),
        MediaKind::Audio => (b"soun", b"Audio\0"),
    };
    w.full(*b"hdlr", 0, 0, |w| {
        w.u32(0);
        w.bytes(handler);
        w.zeros(12);
        w.bytes(name);
    });
}
