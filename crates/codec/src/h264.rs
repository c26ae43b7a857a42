//! H.264: parameter sets, `avcC`, random access points.

mod avcc;
mod sps;

use bytes::Bytes;
use nightjar_media::CodecParameters;

use crate::bits::Bits;
use crate::{CodecError, nal};

pub use avcc::{avcc, parse_avcc};
pub use sps::Sps;

/// `nal_unit_type` (H.264 table 7-1).
pub mod unit_type {
    /// Slice of a picture that is not IDR.
    pub const NON_IDR: u8 = 1;
    /// Slice of an IDR picture.
    pub const IDR: u8 = 5;
    /// Supplemental enhancement information.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const AUD: u8 = 9;
}

/// `nal_unit_type` of a NAL unit.
pub fn nal_type(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |header| header & 0x1f)
}

/// The track's parameters, with the dimensions out of the SPS.
pub fn parameters(sps: Bytes, pps: Bytes) -> Result<CodecParameters, CodecError> {
    let parsed = Sps::parse(&sps)?;
    if nal_type(&pps) != unit_type::PPS {
        return Err(CodecError::invalid("H.264 PPS", format!("its NAL unit type is {}", nal_type(&pps))));
    }
    Ok(CodecParameters::H264 { sps, pps, width: parsed.width, height: parsed.height })
}

/// `avc1.PPCCLL` (RFC 6381 §3.3).
pub fn codec_string(sps: &[u8]) -> String {
    let byte = |at: usize| sps.get(at).copied().unwrap_or(0);
    format!("avc1.{:02X}{:02X}{:02X}", byte(1), byte(2), byte(3))
}

/// The first SPS and PPS of an access unit, if it carries them in band.
pub fn parameter_sets(data: &[u8]) -> (Option<&[u8]>, Option<&[u8]>) {
    let (mut sps, mut pps) = (None, None);
    for unit in nal::units(data) {
        match nal_type(unit) {
            unit_type::SPS => sps = sps.or(Some(unit)),
            unit_type::PPS => pps = pps.or(Some(unit)),
            // They precede the primary coded picture (H.264 §7.4.1.2.3).
            unit_type::NON_IDR..=unit_type::IDR => break,
            _ => {}
        }
    }
    (sps, pps)
}

/// Whether decoding can start at this access unit: an IDR picture, or an I picture with a
/// recovery point of zero frames (open GOP), which some cameras send instead.
pub fn is_random_access_point(data: &[u8]) -> bool {
    let mut recovery_point = false;
    for unit in nal::units(data) {
        match nal_type(unit) {
            unit_type::IDR => return true,
            unit_type::SEI => recovery_point |= has_immediate_recovery_point(unit),
            unit_type::NON_IDR => return recovery_point && is_intra_slice(unit),
            _ => {}
        }
    }
    false
}

/// Whether the NAL unit begins a picture: a slice with `first_mb_in_slice` 0.
pub fn begins_picture(nal: &[u8]) -> bool {
    matches!(nal_type(nal), unit_type::NON_IDR | unit_type::IDR)
        && nal.get(1).is_some_and(|byte| byte & 0x80 != 0)
}

fn is_intra_slice(slice: &[u8]) -> bool {
    // Two Exp-Golomb codes of at most 63 bits each: no need to unescape a whole slice.
    let mut bits = Bits::of_nal(&slice[..slice.len().min(24)], 1, "H.264 slice header");
    let kind = bits.ue().and_then(|_first_mb| bits.ue());
    kind.is_ok_and(|kind| kind % 5 == 2)
}

/// Looks for `recovery_point` (payload type 6) with `recovery_frame_cnt` 0 (H.264 §D.1.8).
fn has_immediate_recovery_point(sei: &[u8]) -> bool {
    let rbsp = crate::bits::unescape(sei.get(1..).unwrap_or_default());
    let mut rest = rbsp.as_slice();
    while rest.len() > 2 {
        let (Some(kind), Some(size)) = (take_ff_coded(&mut rest), take_ff_coded(&mut rest)) else {
            return false;
        };
        let Some(payload) = rest.get(..size) else { return false };
        if kind == 6 {
            return payload.first().is_some_and(|byte| byte & 0x80 != 0);
        }
        rest = &rest[size..];
    }
    false
}

fn take_ff_coded(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    loop {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        value += usize::from(byte);
        if byte != 0xff {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idr_and_an_open_gop_are_random_access_points() {
        let idr: &[u8] = &[0x65, 0x88];
        let p_slice: &[u8] = &[0x41, 0x98]; // 1 00110: first_mb 0, slice_type 5 (P)
        let i_slice: &[u8] = &[0x41, 0x88]; // 1 0001000: first_mb 0, slice_type 7 (I)
        // recovery_frame_cnt 0 as `1`, and 1 as `010`.
        let recovery: &[u8] = &[0x06, 6, 1, 0xc4, 0x80];
        let late: &[u8] = &[0x06, 6, 1, 0x51, 0x80];
        let rap = |units: &[&[u8]]| is_random_access_point(&nal::join(units.iter().copied()));
        assert!(rap(&[idr]) && rap(&[recovery, i_slice]));
        assert!(!rap(&[p_slice]) && !rap(&[i_slice]) && !rap(&[recovery, p_slice]) && !rap(&[late, i_slice]));
        assert!(!is_random_access_point(&[]));
    }
}
