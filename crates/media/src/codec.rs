//! Codecs and what a decoder must know before the first access unit.

use bytes::Bytes;

use crate::Timescale;

/// A coding format that Nightjar carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// ITU-T H.264 | ISO/IEC 14496-10 (AVC).
    H264,
    /// ITU-T H.265 | ISO/IEC 23008-2 (HEVC).
    H265,
    /// MPEG-4 AAC (ISO/IEC 14496-3).
    Aac,
    /// Opus (RFC 6716).
    Opus,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

/// What a track shows or sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
}

impl Codec {
    /// The kind of media that the codec codes.
    pub fn kind(self) -> MediaKind {
        match self {
            Self::H264 | Self::H265 => MediaKind::Video,
            Self::Aac | Self::Opus | Self::Pcmu | Self::Pcma => MediaKind::Audio,
        }
    }

    /// The short lower-case name used in the API, in metrics and in the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::H265 => "h265",
            Self::Aac => "aac",
            Self::Opus => "opus",
            Self::Pcmu => "pcmu",
            Self::Pcma => "pcma",
        }
    }
}

/// Number of a track within its stream; also the `track_ID` of its boxes. Starts at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId(pub u32);

impl TrackId {
    /// The video track of a stream.
    pub const VIDEO: Self = Self(1);
    /// The audio track of a stream.
    pub const AUDIO: Self = Self(2);
}

/// A track and everything that its decoder must know. Two equal values decode alike, so a
/// difference between two of them is a codec change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackParameters {
    /// Which track of the stream.
    pub id: TrackId,
    /// Ticks a second of the track's `dts` and `pts`.
    pub timescale: Timescale,
    /// The decoder's configuration.
    pub codec: CodecParameters,
}

/// A decoder's configuration. Parameter sets are NAL units without start code or length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodecParameters {
    /// H.264.
    H264 {
        /// Sequence parameter set.
        sps: Bytes,
        /// Picture parameter set.
        pps: Bytes,
        /// Cropped width in luma samples.
        width: u32,
        /// Cropped height in luma samples.
        height: u32,
    },
    /// H.265.
    H265 {
        /// Video parameter set.
        vps: Bytes,
        /// Sequence parameter set.
        sps: Bytes,
        /// Picture parameter set.
        pps: Bytes,
        /// Cropped width in luma samples.
        width: u32,
        /// Cropped height in luma samples.
        height: u32,
    },
    /// AAC.
    Aac {
        /// `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1).
        config: Bytes,
        /// Sampling rate in Hz.
        sample_rate: u32,
        /// Number of channels.
        channels: u8,
    },
    /// Opus; always 48 kHz inside.
    Opus {
        /// Number of channels.
        channels: u8,
    },
    /// G.711 µ-law.
    Pcmu {
        /// Sampling rate in Hz.
        sample_rate: u32,
        /// Number of channels.
        channels: u8,
    },
    /// G.711 A-law.
    Pcma {
        /// Sampling rate in Hz.
        sample_rate: u32,
        /// Number of channels.
        channels: u8,
    },
}

impl CodecParameters {
    /// The codec that these parameters are for.
    pub fn codec(&self) -> Codec {
        match self {
            Self::H264 { .. } => Codec::H264,
            Self::H265 { .. } => Codec::H265,
            Self::Aac { .. } => Codec::Aac,
            Self::Opus { .. } => Codec::Opus,
            Self::Pcmu { .. } => Codec::Pcmu,
            Self::Pcma { .. } => Codec::Pcma,
        }
    }

    /// Whether these are parameters of pictures or of sound.
    pub fn kind(&self) -> MediaKind {
        self.codec().kind()
    }

    /// Width and height in luma samples, for video.
    pub fn dimensions(&self) -> Option<(u32, u32)> {
        match self {
            Self::H264 { width, height, .. } | Self::H265 { width, height, .. } => Some((*width, *height)),
            _ => None,
        }
    }
}
