//! Bits of a raw byte sequence payload (H.264 §7.2, §9.1; H.265 §7.2, §9.2).

use std::io::Cursor;

use bitstream_io::{BigEndian, BitRead, BitReader};

use crate::CodecError;

/// Reads the fields of a NAL unit whose emulation prevention bytes were taken out.
pub(crate) struct Bits {
    reader: BitReader<Cursor<Vec<u8>>, BigEndian>,
    what: &'static str,
}

impl Bits {
    /// Over the payload of `nal` behind its `header` bytes; `what` names it in errors.
    pub(crate) fn of_nal(nal: &[u8], header: usize, what: &'static str) -> Self {
        Self::of_rbsp(unescape(nal.get(header..).unwrap_or_default()), what)
    }

    pub(crate) fn of_rbsp(rbsp: Vec<u8>, what: &'static str) -> Self {
        Self { reader: BitReader::new(Cursor::new(rbsp)), what }
    }

    /// `u(n)`, at most 32 bits.
    pub(crate) fn u(&mut self, bits: u32) -> Result<u32, CodecError> {
        self.reader.read_var(bits).map_err(|_| CodecError::Truncated(self.what))
    }

    /// `u(1)`.
    pub(crate) fn flag(&mut self) -> Result<bool, CodecError> {
        self.reader.read_bit().map_err(|_| CodecError::Truncated(self.what))
    }

    pub(crate) fn skip(&mut self, bits: u32) -> Result<(), CodecError> {
        self.reader.skip(bits).map_err(|_| CodecError::Truncated(self.what))
    }

    /// `ue(v)`.
    pub(crate) fn ue(&mut self) -> Result<u32, CodecError> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 32 {
                return Err(CodecError::invalid(self.what, "an Exp-Golomb code is too long"));
            }
        }
        let suffix = if zeros == 0 { 0 } else { u64::from(self.u(zeros)?) };
        let value = (1u64 << zeros) - 1 + suffix;
        u32::try_from(value).map_err(|_| CodecError::invalid(self.what, "an Exp-Golomb code is too large"))
    }

    /// `ue(v)` that may not be above `max`.
    pub(crate) fn ue_max(&mut self, name: &str, max: u32) -> Result<u32, CodecError> {
        let value = self.ue()?;
        if value > max {
            return Err(CodecError::invalid(
                self.what,
                format!("{name} is {value}, at most {max} is allowed"),
            ));
        }
        Ok(value)
    }
}

/// Takes out `emulation_prevention_three_byte`.
pub(crate) fn unescape(escaped: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(escaped.len());
    let mut zeros = 0;
    for &byte in escaped {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_codes_read_as_in_table_9_2() {
        // 1 | 010 | 011 | 00100 | 00101, padded.
        let mut bits = Bits::of_rbsp(vec![0b1010_0110, 0b0100_0010, 0b1000_0000], "test");
        let values: Vec<u32> = (0..5).map(|_| bits.ue().expect("five codes")).collect();
        assert_eq!(values, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_code_of_32_zeros_overflows_only_beyond_32_bits() {
        let mut bits = Bits::of_rbsp(vec![0, 0, 0, 0, 0x80, 0, 0, 0, 0], "test");
        assert_eq!(bits.ue(), Ok(u32::MAX));
        let mut bits = Bits::of_rbsp(vec![0, 0, 0, 0, 0xff, 0, 0, 0, 0], "test");
        assert!(bits.ue().is_err());
    }

    #[test]
    fn emulation_prevention_is_taken_out() {
        assert_eq!(unescape(&[0, 0, 3, 1, 0, 0, 3, 0, 0, 3]), [0, 0, 1, 0, 0, 0, 0]);
    }
}
