//! `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §8.3.3.1).

use bytes::Bytes;

use super::{Sps, nal_type, unit_type};
use crate::CodecError;

const WHAT: &str = "hvcC";

/// The record for one VPS, SPS and PPS with 4-byte lengths, all out of band (`hvc1`).
pub fn hvcc(vps: &[u8], sps: &[u8], pps: &[u8]) -> Result<Vec<u8>, CodecError> {
    let parsed = Sps::parse(sps)?;
    let profile = parsed.profile;
    let mut out = Vec::with_capacity(23 + 15 + vps.len() + sps.len() + pps.len());
    out.push(1);
    out.push(profile.space << 6 | u8::from(profile.high_tier) << 5 | profile.profile);
    out.extend_from_slice(&profile.compatibility.to_be_bytes());
    out.extend_from_slice(&profile.constraints);
    out.push(profile.level);
    // Unknown spatial segmentation and parallelism, which are hints.
    out.extend_from_slice(&[0xf0, 0, 0xfc]);
    out.push(0xfc | parsed.chroma_format);
    out.push(0xf8 | parsed.bit_depth_luma_minus8);
    out.push(0xf8 | parsed.bit_depth_chroma_minus8);
    // No average frame rate; one layer count, nesting, and lengths of 4 bytes.
    out.extend_from_slice(&[0, 0]);
    let layers = parsed.max_sub_layers_minus1 + 1;
    out.push(layers << 3 | u8::from(parsed.temporal_id_nesting) << 2 | 3);
    out.push(3);
    for (kind, set) in [(unit_type::VPS, vps), (unit_type::SPS, sps), (unit_type::PPS, pps)] {
        let length = u16::try_from(set.len()).map_err(|_| CodecError::invalid(WHAT, "a set is too long"))?;
        // array_completeness: `hvc1` allows no other sets of this type in band to be needed.
        out.extend_from_slice(&[0x80 | kind, 0, 1]);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(set);
    }
    Ok(out)
}

/// The first VPS, SPS and PPS of a record.
pub fn parse_hvcc(record: &[u8]) -> Result<[Bytes; 3], CodecError> {
    let truncated = || CodecError::Truncated(WHAT);
    let (head, mut rest) = record.split_first_chunk::<23>().ok_or_else(truncated)?;
    if head[0] != 1 {
        return Err(CodecError::unsupported(WHAT, format!("configuration version {}", head[0])));
    }
    if head[21] & 3 != 3 {
        return Err(CodecError::unsupported(WHAT, "NAL unit lengths are not of 4 bytes"));
    }
    let mut sets = [Bytes::new(), Bytes::new(), Bytes::new()];
    for _ in 0..head[22] {
        let (array, behind) = rest.split_first_chunk::<3>().ok_or_else(truncated)?;
        rest = behind;
        for _ in 0..u16::from_be_bytes([array[1], array[2]]) {
            let (length, behind) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let set = behind.get(..length).ok_or_else(truncated)?;
            rest = &behind[length..];
            let slot = match nal_type(set) {
                unit_type::VPS => &mut sets[0],
                unit_type::SPS => &mut sets[1],
                unit_type::PPS => &mut sets[2],
                _ => continue,
            };
            if slot.is_empty() {
                *slot = Bytes::copy_from_slice(set);
            }
        }
    }
    if sets.iter().any(Bytes::is_empty) {
        return Err(CodecError::invalid(WHAT, "it has no VPS, SPS or PPS"));
    }
    Ok(sets)
}
