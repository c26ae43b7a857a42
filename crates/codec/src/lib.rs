//! Bitstreams and parameter sets of the codecs: H.264, H.265, AAC, Opus, G.711.
//!
//! Belongs here: what a byte of coded media means, parameter sets, decoding times, the conversion
//! of G.711 to AAC. Does not belong here: containers (`format`), packets (`protocol`), clocks,
//! sockets, tasks. Everything is pure; input from outside never panics.

pub mod aac;
mod bits;
mod dts;
mod error;
pub mod g711;
pub mod h264;
pub mod h265;
pub mod nal;
pub mod opus;
mod transcode;

pub use dts::DtsEstimator;
pub use error::CodecError;
pub use transcode::{AacEncoder, G711ToAac, TranscodeError};

use nightjar_media::{Codec, CodecParameters};

/// The `codecs` parameter of RFC 6381 for a track, as in `CODECS` of HLS and in MIME types.
/// G.711 has none that a player of MP4 would take; it is named `ulaw` and `alaw` as in its boxes.
pub fn codec_string(parameters: &CodecParameters) -> String {
    match parameters {
        CodecParameters::H264 { sps, .. } => h264::codec_string(sps),
        CodecParameters::H265 { sps, .. } => h265::codec_string(sps),
        CodecParameters::Aac { config, .. } => aac::codec_string(config),
        CodecParameters::Opus { .. } => "opus".to_owned(),
        CodecParameters::Pcmu { .. } => "ulaw".to_owned(),
        CodecParameters::Pcma { .. } => "alaw".to_owned(),
    }
}

/// Whether decoding can start at this access unit (length-prefixed NAL units for video); sound
/// can always start.
pub fn is_random_access_point(codec: Codec, data: &[u8]) -> bool {
    match codec {
        Codec::H264 => h264::is_random_access_point(data),
        Codec::H265 => h265::is_random_access_point(data),
        Codec::Aac | Codec::Opus | Codec::Pcmu | Codec::Pcma => true,
    }
}
