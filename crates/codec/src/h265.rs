//! H.265: parameter sets, `hvcC`, random access points.

mod hvcc;
mod profile;
mod sps;

use bytes::Bytes;
use nightjar_media::CodecParameters;

use crate::{CodecError, nal};

pub use hvcc::{hvcc, parse_hvcc};
pub use profile::ProfileTierLevel;
pub use sps::Sps;

/// `nal_unit_type` (H.265 table 7-1).
pub mod unit_type {
    /// First of the slice types that begin a random access picture (`BLA_W_LP`).
    pub const FIRST_IRAP: u8 = 16;
    /// Last of them (`RSV_IRAP_VCL23`).
    pub const LAST_IRAP: u8 = 23;
    /// Video parameter set.
    pub const VPS: u8 = 32;
    /// Sequence parameter set.
    pub const SPS: u8 = 33;
    /// Picture parameter set.
    pub const PPS: u8 = 34;
    /// Access unit delimiter.
    pub const AUD: u8 = 35;
}

/// `nal_unit_type` of a NAL unit.
pub fn nal_type(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |header| header >> 1 & 0x3f)
}

/// The track's parameters, with the dimensions out of the SPS.
pub fn parameters(vps: Bytes, sps: Bytes, pps: Bytes) -> Result<CodecParameters, CodecError> {
    let parsed = Sps::parse(&sps)?;
    for (nal, wanted, what) in [(&vps, unit_type::VPS, "H.265 VPS"), (&pps, unit_type::PPS, "H.265 PPS")] {
        if nal.len() < 3 || nal_type(nal) != wanted {
            return Err(CodecError::invalid(what, format!("its NAL unit type is {}", nal_type(nal))));
        }
    }
    Ok(CodecParameters::H265 { vps, sps, pps, width: parsed.width, height: parsed.height })
}

/// `hvc1.…` (ISO/IEC 14496-15 §E.3).
pub fn codec_string(sps: &[u8]) -> String {
    ProfileTierLevel::of_sps(sps).unwrap_or_default().codec_string()
}

/// Parameter sets that an access unit carries in band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ParameterSets<'a> {
    /// The first video parameter set.
    pub vps: Option<&'a [u8]>,
    /// The first sequence parameter set.
    pub sps: Option<&'a [u8]>,
    /// The first picture parameter set.
    pub pps: Option<&'a [u8]>,
}

/// The first VPS, SPS and PPS of an access unit, if it carries them in band.
pub fn parameter_sets(data: &[u8]) -> ParameterSets<'_> {
    let mut sets = ParameterSets::default();
    for unit in nal::units(data) {
        match nal_type(unit) {
            unit_type::VPS => sets.vps = sets.vps.or(Some(unit)),
            unit_type::SPS => sets.sps = sets.sps.or(Some(unit)),
            unit_type::PPS => sets.pps = sets.pps.or(Some(unit)),
            // They precede the first slice (H.265 §7.4.2.4.4).
            0..unit_type::VPS => break,
            _ => {}
        }
    }
    sets
}

/// Whether decoding can start at this access unit: its picture is IDR, BLA or CRA.
pub fn is_random_access_point(data: &[u8]) -> bool {
    nal::units(data)
        .map(nal_type)
        .find(|&kind| kind < unit_type::VPS)
        .is_some_and(|kind| (unit_type::FIRST_IRAP..=unit_type::LAST_IRAP).contains(&kind))
}

/// Whether the NAL unit begins a picture: a slice with `first_slice_segment_in_pic_flag`.
pub fn begins_picture(nal: &[u8]) -> bool {
    nal_type(nal) < unit_type::VPS && nal.get(2).is_some_and(|byte| byte & 0x80 != 0)
}
