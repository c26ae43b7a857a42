//! A clip: a piece of video and sound that a camera sends for ever, as packets made once.
//!
//! Everything in here is shared by all sessions of all cameras that send the clip; a session
//! adds sequence numbers, timestamps, SSRCs and channels.

mod annexb;
mod encode;
mod font;
mod load;
mod painter;
mod spec;
mod strip;

use bytes::Bytes;
use nightjar_media::{TrackId, TrackParameters};
use nightjar_protocol::rtp::Payload;

pub use encode::ClipError;
pub use spec::{Audio, ClipSource, ClipSpec, Video};
pub use strip::read_frame_number;

pub(crate) use load::load;

/// Ticks a second of video.
pub(crate) const VIDEO_HZ: u64 = 90_000;

/// A clip, ready to be sent.
#[derive(Debug)]
pub struct Clip {
    /// The tracks: video, then sound if there is any.
    pub tracks: Vec<TrackParameters>,
    /// The frames in decoding order. Never empty; the first is a key frame.
    pub frames: Vec<ClipFrame>,
    /// Length of one round in ticks of 90 kHz.
    pub round_ticks: u64,
    /// The sound; its rounds are independent of those of the video.
    pub audio: Option<ClipAudio>,
}

/// One frame of a clip.
#[derive(Debug)]
pub struct ClipFrame {
    /// When it is sent: ticks of 90 kHz from the beginning of the round.
    pub dts: u64,
    /// How much later than that it is shown, in ticks of 90 kHz.
    pub composition_offset: u32,
    /// Its place in the order of presentation: the number in the picture.
    pub number: u32,
    /// Whether decoding can start here.
    pub is_key: bool,
    /// Its packets: for a key frame parameter sets first.
    pub packets: Vec<Payload>,
    /// What identifies it; see [`FrameDigest`].
    pub digest: FrameDigest,
}

/// MD5 digests of a frame as it would be stored in an MP4: NAL units, each with a 4-byte
/// big-endian length in front. `ffmpeg -c copy -f framemd5` prints one of the two, depending on
/// whether the recorder leaves parameter sets in the samples.
///
/// Clips have no access unit delimiters, SEI or filler: they are taken out when a clip is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameDigest {
    /// Of the VCL NAL units (slices) only.
    pub vcl: [u8; 16],
    /// Of all NAL units that were sent: parameter sets first, before a key frame.
    pub sent: [u8; 16],
}

/// The sound of a clip.
#[derive(Debug)]
pub struct ClipAudio {
    /// Ticks a second.
    pub hz: u32,
    /// Ticks of one unit.
    pub unit_ticks: u32,
    /// One unit after the other.
    pub units: Vec<Payload>,
}

/// NAL units of one access unit of a video stream, without start codes.
#[derive(Debug, Clone)]
pub(crate) struct CodedPicture {
    pub(crate) parameter_sets: Vec<Bytes>,
    pub(crate) slices: Vec<Bytes>,
    pub(crate) is_key: bool,
}

impl Clip {
    /// Parameters of the video track.
    pub fn video(&self) -> Option<&TrackParameters> {
        self.tracks.iter().find(|track| track.id == TrackId::VIDEO)
    }

    /// Mean bit rate of the video in bits a second, without packet headers.
    pub fn bitrate(&self) -> u64 {
        let bytes: usize = self.frames.iter().flat_map(|frame| &frame.packets).map(Payload::len).sum();
        bytes as u64 * 8 * VIDEO_HZ / self.round_ticks.max(1)
    }
}

impl FrameDigest {
    /// A digest in the form in which `framemd5` prints it.
    pub fn hex(digest: [u8; 16]) -> String {
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
