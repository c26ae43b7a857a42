//! What Nightjar needs of a sequence parameter set.

use h264_reader::nal::sps::{PicOrderCntType, SeqParameterSet};
use h264_reader::nal::{Nal, RefNal};

use super::{nal_type, unit_type};
use crate::CodecError;

const WHAT: &str = "H.264 SPS";

/// A sequence parameter set (H.264 §7.3.2.1), reduced to what is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sps {
    /// Width in luma samples after cropping.
    pub width: u32,
    /// Height in luma samples after cropping.
    pub height: u32,
    /// By how many pictures output lags behind decoding at most, if it says so; none when only
    /// the pictures themselves can tell.
    pub reorder_depth: Option<u8>,
}

impl Sps {
    /// Parses a NAL unit, its header included.
    pub fn parse(nal: &[u8]) -> Result<Self, CodecError> {
        if nal_type(nal) != unit_type::SPS {
            return Err(CodecError::invalid(WHAT, format!("its NAL unit type is {}", nal_type(nal))));
        }
        let bits = RefNal::new(nal, &[], true).rbsp_bits();
        let sps = SeqParameterSet::from_bits(bits)
            .map_err(|_| CodecError::invalid(WHAT, "a value is out of its range, or it ends too early"))?;
        let (width, height) = sps
            .pixel_dimensions()
            .map_err(|_| CodecError::invalid(WHAT, "its picture is smaller than its cropping"))?;
        if width == 0 || height == 0 {
            return Err(CodecError::invalid(WHAT, "the picture is empty"));
        }
        Ok(Self { width, height, reorder_depth: reorder_depth(&sps) })
    }
}

fn reorder_depth(sps: &SeqParameterSet) -> Option<u8> {
    let restrictions = sps.vui_parameters.as_ref().and_then(|vui| vui.bitstream_restrictions.as_ref());
    if let Some(restrictions) = restrictions {
        // The decoded picture buffer has 16 frames at most (H.264 §A.3.1).
        return Some(restrictions.max_num_reorder_frames.min(16) as u8);
    }
    // Baseline has no B slices; with pic_order_cnt_type 2 output order is decoding order (§8.2.1.3).
    let baseline = sps.profile_idc == 66.into();
    (baseline || matches!(sps.pic_order_cnt, PicOrderCntType::TypeTwo)).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x264, 640×360, High, with B-frames.
    const HIGH_640X360: &[u8] = &[
        0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
        0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
    ];

    #[test]
    fn dimensions_are_cropped_and_the_reorder_depth_is_found() {
        let sps = Sps::parse(HIGH_640X360).expect("a valid SPS");
        assert_eq!(sps, Sps { width: 640, height: 360, reorder_depth: Some(2) });
        assert_eq!(super::super::codec_string(HIGH_640X360), "avc1.64001E");
    }

    #[test]
    fn a_truncated_sps_is_an_error() {
        for len in 0..8 {
            assert!(Sps::parse(&HIGH_640X360[..len]).is_err(), "{len} bytes were enough");
        }
    }
}
