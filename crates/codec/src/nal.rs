//! NAL units: inside Nightjar each has a 4-byte big-endian length in front (ISO/IEC 14496-15);
//! Annex B start codes exist only at edges.

use bytes::Bytes;

/// The NAL units of an access unit with 4-byte lengths. Empty ones are left out; it ends at a
/// length that leads out of the data.
#[derive(Debug, Clone)]
pub struct NalUnits<'a> {
    rest: &'a [u8],
}

/// Walks an access unit with 4-byte lengths.
pub fn units(data: &[u8]) -> NalUnits<'_> {
    NalUnits { rest: data }
}

impl<'a> Iterator for NalUnits<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let (length, rest) = self.rest.split_first_chunk::<4>()?;
            let length = u32::from_be_bytes(*length) as usize;
            let Some(unit) = rest.get(..length) else {
                self.rest = &[];
                return None;
            };
            self.rest = &rest[length..];
            if length > 0 {
                return Some(unit);
            }
        }
    }
}

/// Whether `data` is a chain of non-empty NAL units that ends exactly at its end.
pub fn is_well_formed(data: &[u8]) -> bool {
    let mut rest = data;
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 || length > behind.len() {
            return false;
        }
        rest = &behind[length..];
    }
    rest.is_empty() && !data.is_empty()
}

/// Puts a 4-byte length in front of each NAL unit and joins them.
pub fn join<'a>(units: impl IntoIterator<Item = &'a [u8]> + Clone) -> Bytes {
    let total = units.clone().into_iter().map(|unit| unit.len() + 4).sum();
    let mut out = Vec::with_capacity(total);
    for unit in units {
        // A NAL unit of 4 GiB can not come out of any buffer that we bound.
        out.extend_from_slice(&u32::try_from(unit.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(unit);
    }
    out.into()
}

/// Length-prefixed to Annex B with 4-byte start codes.
pub fn to_annex_b(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    for unit in units(data) {
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(unit);
    }
    out
}

/// Annex B to length-prefixed.
pub fn from_annex_b(stream: &[u8]) -> Bytes {
    join(annex_b_units(stream))
}

/// The NAL units of an Annex B byte stream (H.264 Annex B, H.265 Annex B), without start codes
/// and trailing zeros; empty ones and what precedes the first start code are left out.
#[derive(Debug, Clone)]
pub struct AnnexBUnits<'a> {
    rest: Option<&'a [u8]>,
}

/// Walks an Annex B byte stream.
pub fn annex_b_units(stream: &[u8]) -> AnnexBUnits<'_> {
    AnnexBUnits { rest: start_code(stream).map(|at| &stream[at + 3..]) }
}

impl<'a> Iterator for AnnexBUnits<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let rest = self.rest?;
            let (unit, next) = match start_code(rest) {
                Some(at) => (&rest[..at], Some(&rest[at + 3..])),
                None => (rest, None),
            };
            self.rest = next;
            // A NAL unit never ends with a zero byte: those are trailing_zero_8bits or the
            // first byte of a 4-byte start code.
            let end = unit.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
            if end > 0 {
                return Some(&unit[..end]);
            }
        }
    }
}

fn start_code(stream: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at + 2 < stream.len() {
        match stream[at + 2] {
            0 => at += 1,
            1 if stream[at] == 0 && stream[at + 1] == 0 => return Some(at),
            _ => at += 3,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_start_codes_and_trailing_zeros_are_understood() {
        let stream = [9, 9, 0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 0, 0, 0, 1, 0x65];
        let units: Vec<&[u8]> = annex_b_units(&stream).collect();
        assert_eq!(units, [&[0x67, 1][..], &[0x68, 2], &[0x65]]);
    }

    #[test]
    fn a_wrong_length_ends_the_walk_and_empty_units_are_left_out() {
        let data = [0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0, 9, 1];
        assert_eq!(units(&data).collect::<Vec<_>>(), [&[7][..]]);
        assert!(!is_well_formed(&data));
        assert!(is_well_formed(&[0, 0, 0, 1, 7]));
        assert!(!is_well_formed(&[]));
    }

    proptest! {
        #[test]
        fn annex_b_and_back_is_the_same(bodies in prop::collection::vec(prop::collection::vec(1u8.., 1..40), 0..6)) {
            // Bytes without zeros stand for escaped payload, in which no start code can occur.
            let joined = join(bodies.iter().map(Vec::as_slice));
            prop_assert_eq!(from_annex_b(&to_annex_b(&joined)), joined.clone());
            prop_assert_eq!(units(&joined).count(), bodies.len());
        }

        #[test]
        fn garbage_is_no_panic(stream: Vec<u8>) {
            let _ = annex_b_units(&stream).count() + units(&stream).count();
        }
    }
}
