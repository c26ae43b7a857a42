//! What a clip is to be like.

use std::path::PathBuf;

/// What a clip is to be like. Equal specifications share one clip.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClipSpec {
    /// Where the pictures come from.
    pub source: ClipSource,
    /// Sound.
    pub audio: Audio,
}

/// Where the pictures come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ClipSource {
    /// Painted and encoded at first use, then kept in the cache.
    Painted(Video),
    /// A file with H.264 or H.265, copied without transcoding. It should begin with a key frame.
    File(PathBuf),
}

/// A painted video.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Video {
    /// H.265 instead of H.264.
    pub h265: bool,
    /// Width in pixels; even.
    pub width: u32,
    /// Height in pixels; even.
    pub height: u32,
    /// Frames a second, as they are sent.
    pub fps: u32,
    /// Frames a second that the parameter sets claim, if not the true ones.
    pub claimed_fps: Option<u32>,
    /// Kilobits a second.
    pub kbps: u32,
    /// Frames from key frame to key frame.
    pub gop: u32,
    /// Frames in a round; rounded up to whole GOPs, at most 65,535.
    pub frames: u32,
    /// B-frames between two others.
    pub b_frames: u32,
    /// Colour and pattern.
    pub look: u32,
}

/// The sound of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Audio {
    /// None.
    #[default]
    None,
    /// AAC-LC, 16 kHz, mono.
    Aac,
    /// G.711 A-law, 8 kHz, mono.
    Pcma,
    /// G.711 µ-law, 8 kHz, mono.
    Pcmu,
}

impl Default for Video {
    /// The main stream of a camera: 1280 × 720, 15 frames and 2 Mbit a second, a key frame every 2 s.
    fn default() -> Self {
        Self {
            h265: false,
            width: 1280,
            height: 720,
            fps: 15,
            claimed_fps: None,
            kbps: 2000,
            gop: 30,
            frames: 300,
            b_frames: 0,
            look: 0,
        }
    }
}

impl Video {
    /// The sub stream of a camera: 640 × 360, 15 frames and 300 kbit a second.
    pub fn sub() -> Self {
        Self { width: 640, height: 360, kbps: 300, ..Self::default() }
    }

    /// Cheap and quick, for tests: 320 × 240, 10 frames and 200 kbit a second, a key frame every
    /// second, 10 s.
    pub fn tiny() -> Self {
        Self { width: 320, height: 240, fps: 10, kbps: 200, gop: 10, frames: 100, ..Self::default() }
    }

    /// Frames in a round: whole GOPs, so that each round begins with a key frame.
    pub fn round_frames(&self) -> u32 {
        let gop = self.gop.clamp(1, 65_535);
        let most = (65_535 / gop) * gop;
        self.frames.max(1).div_ceil(gop).saturating_mul(gop).min(most)
    }

    /// The name of its folder in the cache: everything that makes it different.
    pub(crate) fn cache_key(&self) -> String {
        let Self { width, height, fps, kbps, gop, b_frames, look, .. } = self;
        let codec = if self.h265 { "h265" } else { "h264" };
        let claimed = self.claimed_fps.unwrap_or(*fps);
        let frames = self.round_frames();
        format!("v2-{codec}-{width}x{height}-{fps}fps{claimed}-{kbps}k-g{gop}-n{frames}-b{b_frames}-l{look}")
    }
}

impl Audio {
    /// The name of its folder in the cache; none without sound.
    pub(crate) fn cache_key(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Aac => Some("v1-aac-16000"),
            Self::Pcma => Some("v1-pcma-8000"),
            Self::Pcmu => Some("v1-pcmu-8000"),
        }
    }
}

impl ClipSpec {
    /// A painted video without sound.
    pub fn painted(video: Video) -> Self {
        Self { source: ClipSource::Painted(video), audio: Audio::None }
    }

    /// The video of a file, without its sound.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { source: ClipSource::File(path.into()), audio: Audio::None }
    }

    /// The same with this sound.
    pub fn with_audio(self, audio: Audio) -> Self {
        Self { audio, ..self }
    }

    /// The same pictures in the other codec; none for a file.
    pub fn other_codec(&self) -> Option<Self> {
        self.map_video(|video| Video { h265: !video.h265, ..video })
    }

    /// The same pictures at half the width and height; none for a file.
    pub fn other_resolution(&self) -> Option<Self> {
        let half = |pixels: u32| (pixels / 4 * 2).max(64);
        self.map_video(|video| Video { width: half(video.width), height: half(video.height), ..video })
    }

    fn map_video(&self, change: impl FnOnce(Video) -> Video) -> Option<Self> {
        match &self.source {
            ClipSource::Painted(video) => {
                Some(Self { source: ClipSource::Painted(change(video.clone())), audio: self.audio })
            }
            ClipSource::File(_) => None,
        }
    }
}
