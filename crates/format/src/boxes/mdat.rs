//! `mdat`, media data (ISO/IEC 14496-12 §8.1.1), and `free`, which holds its place (§8.1.2).

use super::{FourCc, Writer};

/// Length of the reserved box and of the large `mdat`'s header, which takes its place.
pub(crate) const RESERVED_LEN: u64 = 16;

/// The reserved box of an unfinished segment.
pub(crate) fn write_reserved(w: &mut Writer) {
    w.boxed(*b"free", |w| w.zeros(8));
}

/// Header of an `mdat` of `size` bytes, its header counted, with the size in 64 bits.
pub(crate) fn wide_header(size: u64) -> [u8; 16] {
    let mut header = [0, 0, 0, 1, b'm', b'd', b'a', b't', 0, 0, 0, 0, 0, 0, 0, 0];
    header[8..].copy_from_slice(&size.to_be_bytes());
    header
}

/// Length of the header in front of a fragment's payload.
pub(crate) const HEADER_LEN: usize = 8;

/// Type of the box.
pub(crate) const KIND: FourCc = *b"mdat";
