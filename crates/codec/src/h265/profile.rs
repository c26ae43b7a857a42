//! `profile_tier_level()` (H.265 §7.3.3) and the codec string made of it.

use super::{nal_type, unit_type};
use crate::CodecError;
use crate::bits::Bits;

/// The general part of `profile_tier_level()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProfileTierLevel {
    /// `general_profile_space`.
    pub space: u8,
    /// `general_tier_flag`.
    pub high_tier: bool,
    /// `general_profile_idc`.
    pub profile: u8,
    /// `general_profile_compatibility_flag`s, the first in the highest bit.
    pub compatibility: u32,
    /// The 48 constraint bits behind them.
    pub constraints: [u8; 6],
    /// `general_level_idc`.
    pub level: u8,
}

impl ProfileTierLevel {
    /// That of a sequence parameter set.
    pub fn of_sps(sps: &[u8]) -> Option<Self> {
        if nal_type(sps) != unit_type::SPS {
            return None;
        }
        let mut bits = Bits::of_nal(sps, 2, "H.265 SPS");
        bits.skip(4 + 3 + 1).ok()?;
        Self::read_general(&mut bits).ok()
    }

    /// Reads the whole structure, the sub-layers' part too.
    pub(super) fn read(bits: &mut Bits, max_sub_layers_minus1: u32) -> Result<Self, CodecError> {
        let general = Self::read_general(bits)?;
        let mut present = [(false, false); 8];
        let sub_layers = max_sub_layers_minus1.min(7) as usize;
        for flags in &mut present[..sub_layers] {
            *flags = (bits.flag()?, bits.flag()?);
        }
        if sub_layers > 0 {
            bits.skip(2 * (8 - sub_layers as u32))?;
        }
        for (profile_present, level_present) in &present[..sub_layers] {
            bits.skip(if *profile_present { 88 } else { 0 } + if *level_present { 8 } else { 0 })?;
        }
        Ok(general)
    }

    fn read_general(bits: &mut Bits) -> Result<Self, CodecError> {
        // Field widths keep the casts exact.
        let space = bits.u(2)? as u8;
        let high_tier = bits.flag()?;
        let profile = bits.u(5)? as u8;
        let compatibility = bits.u(32)?;
        let mut constraints = [0; 6];
        for byte in &mut constraints {
            *byte = bits.u(8)? as u8;
        }
        let level = bits.u(8)? as u8;
        Ok(Self { space, high_tier, profile, compatibility, constraints, level })
    }

    /// `hvc1.` profile, compatibility, tier and level, constraints (ISO/IEC 14496-15 §E.3).
    pub fn codec_string(&self) -> String {
        let space = match self.space {
            0 => "",
            1 => "A",
            2 => "B",
            _ => "C",
        };
        let tier = if self.high_tier { 'H' } else { 'L' };
        let compatibility = self.compatibility.reverse_bits();
        let mut out = format!("hvc1.{space}{}.{compatibility:X}.{tier}{}", self.profile, self.level);
        let used = self.constraints.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        for byte in &self.constraints[..used] {
            out.push_str(&format!(".{byte:X}"));
        }
        out
    }
}
