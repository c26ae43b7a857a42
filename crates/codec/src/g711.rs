//! G.711: A-law and µ-law, both ways, by table.

/// Which of the two laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Law {
    /// µ-law (PCMU).
    Mu,
    /// A-law (PCMA).
    A,
}

static MU_TO_LINEAR: [i16; 256] = table(Law::Mu);
static A_TO_LINEAR: [i16; 256] = table(Law::A);

impl Law {
    /// One code word as 16-bit PCM.
    pub fn decode(self, code: u8) -> i16 {
        match self {
            Self::Mu => MU_TO_LINEAR[usize::from(code)],
            Self::A => A_TO_LINEAR[usize::from(code)],
        }
    }

    /// The code word nearest to a 16-bit PCM sample, as the standard quantizes.
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_mu(sample),
            Self::A => encode_a(sample),
        }
    }
}

const fn table(law: Law) -> [i16; 256] {
    let mut out = [0; 256];
    let mut code = 0;
    while code < 256 {
        out[code] = match law {
            Law::Mu => decode_mu(code as u8),
            Law::A => decode_a(code as u8),
        };
        code += 1;
    }
    out
}

const MU_BIAS: i16 = 0x84;

const fn decode_mu(code: u8) -> i16 {
    let code = !code;
    let segment = (code >> 4) & 7;
    let magnitude = ((((code & 0x0f) as i16) << 3) + MU_BIAS) << segment;
    let value = magnitude - MU_BIAS;
    if code & 0x80 != 0 { -value } else { value }
}

const fn decode_a(code: u8) -> i16 {
    let code = code ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = ((code & 0x0f) as i16) << 4;
    let value = if segment == 0 { step + 8 } else { (step + 0x108) << (segment - 1) };
    if code & 0x80 != 0 { value } else { -value }
}

fn encode_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let biased = i32::from(sample).abs().min(32_635) + i32::from(MU_BIAS);
    // The bias makes bit 7 the lowest possible leading one.
    let segment = (31 - biased.leading_zeros()) - 7;
    let mantissa = (biased >> (segment + 3)) & 0x0f;
    !(sign | (segment << 4) as u8 | mantissa as u8)
}

fn encode_a(sample: i16) -> u8 {
    let sign = if sample >= 0 { 0x80 } else { 0 };
    // Negative values are mirrored without a double zero (one's complement).
    let magnitude = i32::from(if sample < 0 { !sample } else { sample });
    let code = if magnitude < 256 {
        magnitude >> 4
    } else {
        let segment = (31 - magnitude.leading_zeros()) - 7;
        (segment << 4) as i32 | (magnitude >> (segment + 3)) & 0x0f
    };
    (sign | code as u8) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoded_values_are_those_of_the_reference_tables() {
        assert_eq!([0x00, 0x7f, 0x80, 0xff].map(|code| Law::Mu.decode(code)), [-32_124, 0, 32_124, 0]);
        assert_eq!([0x55, 0xd5, 0x2a, 0xaa].map(|code| Law::A.decode(code)), [-8, 8, -32_256, 32_256]);
    }

    #[test]
    fn every_code_word_is_its_own_nearest() {
        for code in 0..=255u8 {
            for law in [Law::Mu, Law::A] {
                let again = law.encode(law.decode(code));
                // µ-law has two zeros.
                assert_eq!(law.decode(again), law.decode(code), "{law:?} {code:#04x}");
            }
        }
    }

    #[test]
    fn no_code_word_is_nearer_than_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            for law in [Law::Mu, Law::A] {
                let error = (i32::from(law.decode(law.encode(sample))) - i32::from(sample)).abs();
                let magnitude = i32::from(sample).abs();
                assert!(
                    error <= (magnitude / 32 + 8).max(8) || magnitude > 32_000,
                    "{law:?} {sample}: {error}"
                );
            }
        }
    }
}
