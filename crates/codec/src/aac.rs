//! AAC: `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1).

use bytes::Bytes;
use nightjar_media::CodecParameters;

use crate::CodecError;
use crate::bits::Bits;

const WHAT: &str = "AudioSpecificConfig";

/// Table 1.18.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// What Nightjar needs of an `AudioSpecificConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioSpecificConfig {
    /// `audioObjectType`: 2 is AAC-LC; 5 and 29 are HE-AAC, signalled explicitly.
    pub object_type: u8,
    /// Sampling rate of the core coder in Hz.
    pub sample_rate: u32,
    /// Sampling rate of the output in Hz: above `sample_rate` with explicit SBR.
    pub output_rate: u32,
    /// Number of channels.
    pub channels: u8,
    /// Samples of the core coder in an access unit.
    pub frame_samples: u32,
}

impl AudioSpecificConfig {
    /// AAC-LC.
    pub fn lc(sample_rate: u32, channels: u8) -> Self {
        Self { object_type: 2, sample_rate, output_rate: sample_rate, channels, frame_samples: 1024 }
    }

    /// Parses the configuration.
    pub fn parse(config: &[u8]) -> Result<Self, CodecError> {
        let mut bits = Bits::of_rbsp(config.to_vec(), WHAT);
        let object_type = read_object_type(&mut bits)?;
        let sample_rate = read_rate(&mut bits)?;
        let channel_configuration = bits.u(4)?;
        let mut output_rate = sample_rate;
        let mut core = object_type;
        if matches!(object_type, 5 | 29) {
            output_rate = read_rate(&mut bits)?;
            core = read_object_type(&mut bits)?;
        }
        let short_frames = matches!(core, 1..=4 | 17 | 23) && bits.flag()?;
        let channels = match channel_configuration {
            // In a program config element; cameras send mono or stereo.
            0 => 2,
            7 => 8,
            n @ 1..=6 => n as u8,
            n => return Err(CodecError::unsupported(WHAT, format!("channel configuration {n}"))),
        };
        let frame_samples = match (core, short_frames) {
            (23, false) => 512,
            (23, true) => 480,
            (_, false) => 1024,
            (_, true) => 960,
        };
        Ok(Self { object_type, sample_rate, output_rate, channels, frame_samples })
    }

    /// The bytes of an AAC-LC configuration.
    pub fn build(&self) -> Bytes {
        let channels = if self.channels == 8 { 7 } else { self.channels & 0x0f };
        let mut packed = u64::from(self.object_type & 0x1f);
        let mut length = 5;
        let mut put = |value: u32, bits: u32| {
            packed = packed << bits | u64::from(value);
            length += bits;
        };
        match RATES.iter().position(|&rate| rate == self.sample_rate) {
            Some(index) => put(index as u32, 4),
            None => {
                put(15, 4);
                put(self.sample_rate & 0xff_ffff, 24);
            }
        }
        put(u32::from(channels), 4);
        // frameLengthFlag, dependsOnCoreCoder, extensionFlag.
        put(u32::from(self.frame_samples == 960) << 2, 3);
        let aligned = packed << (64 - length);
        Bytes::copy_from_slice(&aligned.to_be_bytes()[..length.div_ceil(8) as usize])
    }
}

/// The track's parameters, with rate and channels out of the configuration.
pub fn parameters(config: Bytes) -> Result<CodecParameters, CodecError> {
    let parsed = AudioSpecificConfig::parse(&config)?;
    Ok(CodecParameters::Aac { config, sample_rate: parsed.sample_rate, channels: parsed.channels })
}

/// `mp4a.40.N` (RFC 6381 §3.3).
pub fn codec_string(config: &[u8]) -> String {
    let object_type = AudioSpecificConfig::parse(config).map_or(2, |config| config.object_type);
    format!("mp4a.40.{object_type}")
}

fn read_object_type(bits: &mut Bits) -> Result<u8, CodecError> {
    let short = bits.u(5)?;
    // Six more bits at most: fits.
    Ok(if short == 31 { 32 + bits.u(6)? } else { short } as u8)
}

fn read_rate(bits: &mut Bits) -> Result<u32, CodecError> {
    let index = bits.u(4)?;
    let rate = if index == 15 { bits.u(24)? } else { RATES.get(index as usize).copied().unwrap_or(0) };
    if rate == 0 {
        return Err(CodecError::invalid(WHAT, format!("sampling frequency index {index}")));
    }
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_complexity_configurations_read_back() {
        for rate in RATES.into_iter().chain([9_600]) {
            for channels in [1, 2, 6, 8] {
                let config = AudioSpecificConfig::lc(rate, channels);
                assert_eq!(AudioSpecificConfig::parse(&config.build()), Ok(config));
            }
        }
        assert_eq!(AudioSpecificConfig::lc(44_100, 2).build(), &[0x12, 0x10][..]);
        assert_eq!(codec_string(&[0x12, 0x10]), "mp4a.40.2");
    }

    #[test]
    fn explicit_sbr_doubles_the_rate() {
        let config = AudioSpecificConfig::parse(&[0x2b, 0x09, 0x88, 0x00]).expect("HE-AAC 24/48 kHz mono");
        assert_eq!((config.object_type, config.sample_rate, config.output_rate), (5, 24_000, 48_000));
    }

    #[test]
    fn a_truncated_configuration_is_an_error() {
        assert!(AudioSpecificConfig::parse(&[]).is_err() && AudioSpecificConfig::parse(&[0x12]).is_err());
    }
}
