//! What Nightjar needs of a sequence parameter set (H.265 §7.3.2.2).

use super::profile::ProfileTierLevel;
use super::{nal_type, unit_type};
use crate::CodecError;
use crate::bits::Bits;

const WHAT: &str = "H.265 SPS";

/// A sequence parameter set, read as far as needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sps {
    /// Profile, tier and level.
    pub profile: ProfileTierLevel,
    /// `sps_max_sub_layers_minus1`.
    pub max_sub_layers_minus1: u8,
    /// `sps_temporal_id_nesting_flag`.
    pub temporal_id_nesting: bool,
    /// `chroma_format_idc`.
    pub chroma_format: u8,
    /// `bit_depth_luma_minus8`.
    pub bit_depth_luma_minus8: u8,
    /// `bit_depth_chroma_minus8`.
    pub bit_depth_chroma_minus8: u8,
    /// Width in luma samples after cropping.
    pub width: u32,
    /// Height in luma samples after cropping.
    pub height: u32,
    /// By how many pictures output lags behind decoding at most
    /// (`sps_max_num_reorder_pics` of the highest sub-layer).
    pub reorder_depth: u8,
}

impl Sps {
    /// Parses a NAL unit, its header included.
    pub fn parse(nal: &[u8]) -> Result<Self, CodecError> {
        if nal_type(nal) != unit_type::SPS {
            return Err(CodecError::invalid(WHAT, format!("its NAL unit type is {}", nal_type(nal))));
        }
        let mut bits = Bits::of_nal(nal, 2, WHAT);
        bits.skip(4)?;
        let max_sub_layers_minus1 = bits.u(3)?;
        if max_sub_layers_minus1 > 6 {
            return Err(CodecError::invalid(WHAT, "more than 7 sub-layers"));
        }
        let temporal_id_nesting = bits.flag()?;
        let profile = ProfileTierLevel::read(&mut bits, max_sub_layers_minus1)?;
        bits.ue_max("sps_seq_parameter_set_id", 15)?;
        let chroma_format = bits.ue_max("chroma_format_idc", 3)?;
        let separate_planes = chroma_format == 3 && bits.flag()?;
        let (width, height) = read_dimensions(&mut bits, chroma_format, separate_planes)?;
        let luma = bits.ue_max("bit_depth_luma_minus8", 8)?;
        let chroma = bits.ue_max("bit_depth_chroma_minus8", 8)?;
        bits.ue_max("log2_max_pic_order_cnt_lsb_minus4", 12)?;
        let all_layers = bits.flag()?;
        let described = if all_layers { max_sub_layers_minus1 + 1 } else { 1 };
        let mut reorder = 0;
        for _ in 0..described {
            bits.ue_max("sps_max_dec_pic_buffering_minus1", 15)?;
            reorder = bits.ue_max("sps_max_num_reorder_pics", 15)?;
            bits.ue()?;
        }
        // All are bounded by what was read above.
        Ok(Self {
            profile,
            max_sub_layers_minus1: max_sub_layers_minus1 as u8,
            temporal_id_nesting,
            chroma_format: chroma_format as u8,
            bit_depth_luma_minus8: luma as u8,
            bit_depth_chroma_minus8: chroma as u8,
            width,
            height,
            reorder_depth: reorder as u8,
        })
    }
}

fn read_dimensions(
    bits: &mut Bits,
    chroma_format: u32,
    separate_planes: bool,
) -> Result<(u32, u32), CodecError> {
    let (width, height) = (bits.ue_max("width", 65_535)?, bits.ue_max("height", 65_535)?);
    let (mut crop_x, mut crop_y) = (0, 0);
    if bits.flag()? {
        // Table 6-1: SubWidthC and SubHeightC.
        let (unit_x, unit_y) = match chroma_format {
            _ if separate_planes => (1, 1),
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let mut side = |unit: u32| Ok((bits.ue_max("conformance window", 65_535)?, unit));
        let sides = [side(unit_x)?, side(unit_x)?, side(unit_y)?, side(unit_y)?];
        crop_x = sides[..2].iter().map(|(offset, unit)| offset * unit).sum();
        crop_y = sides[2..].iter().map(|(offset, unit)| offset * unit).sum();
    }
    match (width.checked_sub(crop_x), height.checked_sub(crop_y)) {
        (Some(width), Some(height)) if width > 0 && height > 0 => Ok((width, height)),
        _ => Err(CodecError::invalid(WHAT, "the picture is empty")),
    }
}
