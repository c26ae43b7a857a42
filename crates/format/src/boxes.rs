//! ISO BMFF boxes (ISO/IEC 14496-12), one a file, each with its writer and, where we read it,
//! its parser.

pub(crate) mod ctts;
pub(crate) mod elst;
pub(crate) mod esds;
pub(crate) mod ftyp;
pub(crate) mod hdlr;
pub(crate) mod mdat;
pub(crate) mod mdhd;
pub(crate) mod mfhd;
pub(crate) mod moof;
pub(crate) mod moov;
pub(crate) mod mvex;
pub(crate) mod mvhd;
pub(crate) mod prft;
mod reader;
pub(crate) mod segment_uuid;
pub(crate) mod stbl;
pub(crate) mod stco;
pub(crate) mod stsc;
pub(crate) mod stsd;
pub(crate) mod stss;
pub(crate) mod stsz;
pub(crate) mod stts;
pub(crate) mod tfdt;
pub(crate) mod tfhd;
pub(crate) mod tkhd;
pub(crate) mod traf;
pub(crate) mod trak;
pub(crate) mod trun;
mod writer;

pub(crate) use reader::{BoxHeader, Fields, Malformed, children, find};
pub(crate) use writer::Writer;

/// A box's type.
pub(crate) type FourCc = [u8; 4];

/// Length of the `ftyp` that every file of ours begins with.
pub(crate) fn ftyp_len() -> u64 {
    ftyp::LEN
}
