//! `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §5.3.3.1).

use bytes::Bytes;

use super::{nal_type, unit_type};
use crate::CodecError;

const WHAT: &str = "avcC";

/// The record for one SPS and one PPS with 4-byte lengths.
pub fn avcc(sps: &[u8], pps: &[u8]) -> Vec<u8> {
    let byte = |at: usize| sps.get(at).copied().unwrap_or(0);
    let mut out = Vec::with_capacity(15 + sps.len() + pps.len());
    out.extend_from_slice(&[1, byte(1), byte(2), byte(3), 0xff, 0xe1]);
    put_set(&mut out, sps);
    out.push(1);
    put_set(&mut out, pps);
    if let Some((chroma_format, luma, chroma)) = high_profile_fields(sps) {
        out.extend_from_slice(&[0xfc | chroma_format, 0xf8 | luma, 0xf8 | chroma, 0]);
    }
    out
}

/// The first SPS and PPS of a record.
pub fn parse_avcc(record: &[u8]) -> Result<(Bytes, Bytes), CodecError> {
    let truncated = CodecError::Truncated(WHAT);
    let (head, mut rest) = record.split_first_chunk::<6>().ok_or(truncated.clone())?;
    if head[0] != 1 {
        return Err(CodecError::unsupported(WHAT, format!("configuration version {}", head[0])));
    }
    if head[4] & 3 != 3 {
        return Err(CodecError::unsupported(WHAT, "NAL unit lengths are not of 4 bytes"));
    }
    let mut first = [Bytes::new(), Bytes::new()];
    for (index, wanted) in [unit_type::SPS, unit_type::PPS].into_iter().enumerate() {
        let count = if index == 0 {
            head[5] & 0x1f
        } else {
            let (&count, behind) = rest.split_first().ok_or(truncated.clone())?;
            rest = behind;
            count
        };
        for _ in 0..count {
            let (length, behind) = rest.split_first_chunk::<2>().ok_or(truncated.clone())?;
            let length = usize::from(u16::from_be_bytes(*length));
            let set = behind.get(..length).ok_or(truncated.clone())?;
            rest = &behind[length..];
            if first[index].is_empty() && nal_type(set) == wanted {
                first[index] = Bytes::copy_from_slice(set);
            }
        }
    }
    let [sps, pps] = first;
    if sps.is_empty() || pps.is_empty() {
        return Err(CodecError::invalid(WHAT, "it has no SPS or no PPS"));
    }
    Ok((sps, pps))
}

fn put_set(out: &mut Vec<u8>, set: &[u8]) {
    let length = u16::try_from(set.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&set[..usize::from(length)]);
}

/// `chroma_format_idc` and both bit depths minus 8, which the record of a high profile ends with.
fn high_profile_fields(sps: &[u8]) -> Option<(u8, u8, u8)> {
    if !matches!(sps.get(1), Some(100 | 110 | 122 | 144 | 244)) {
        return None;
    }
    let mut bits = crate::bits::Bits::of_nal(sps, 4, WHAT);
    let mut fields = || -> Result<(u32, u32, u32), CodecError> {
        bits.ue()?;
        let chroma_format = bits.ue_max("chroma_format_idc", 3)?;
        if chroma_format == 3 {
            bits.flag()?;
        }
        Ok((chroma_format, bits.ue_max("bit_depth_luma", 6)?, bits.ue_max("bit_depth_chroma", 6)?))
    };
    // All three fit in three bits.
    let (chroma_format, luma, chroma) = fields().ok()?;
    Some((chroma_format as u8, luma as u8, chroma as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPS: &[u8] = &[0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70];
    const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb];

    #[test]
    fn a_record_has_the_bytes_of_the_standard_and_reads_back() {
        let record = avcc(SPS, PPS);
        let mut expected = vec![1, 0x64, 0, 0x1e, 0xff, 0xe1, 0, 11];
        expected.extend_from_slice(SPS);
        expected.extend_from_slice(&[1, 0, 4]);
        expected.extend_from_slice(PPS);
        expected.extend_from_slice(&[0xfd, 0xf8, 0xf8, 0]);
        assert_eq!(record, expected);
        assert_eq!(parse_avcc(&record), Ok((Bytes::from_static(SPS), Bytes::from_static(PPS))));
    }

    #[test]
    fn a_truncated_record_is_an_error() {
        let record = avcc(SPS, PPS);
        for len in 0..record.len() - 4 {
            assert!(parse_avcc(&record[..len]).is_err(), "{len} bytes were enough");
        }
    }
}
