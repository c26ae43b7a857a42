//! What the API asks for when somebody wants to try a camera, and what it may be told. Whoever
//! talks to cameras answers; here are only the words for it.

use std::sync::Arc;

use futures::future::BoxFuture;
use nightjar_model::{CameraSource, Refused};

/// Tries an address, within some seconds.
pub type Prober =
    Arc<dyn Fn(CameraSource) -> BoxFuture<'static, Result<ProbeReport, ProbeFault>> + Send + Sync>;

/// What a camera gives.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeReport {
    /// Name of the picture's codec, as `h264`.
    pub video_codec: &'static str,
    /// Width and height in pixels.
    pub dimensions: (u32, u32),
    /// Frames a second.
    pub fps: Option<f64>,
    /// Seconds from one key frame to the next.
    pub key_frame_interval: Option<f64>,
    /// Bits a second of picture and sound.
    pub bitrate: Option<u64>,
    /// The sound, if there is any that can be recorded.
    pub audio: Option<ProbeAudio>,
    /// A picture as JPEG, or why there is none.
    pub picture: Result<Vec<u8>, &'static str>,
}

/// The sound of a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeAudio {
    /// Name of the codec, as `aac`.
    pub codec: &'static str,
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u8,
}

/// Why a camera gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeFault {
    /// What it is.
    pub reason: ProbeReason,
    /// For the log; without credentials.
    pub cause: String,
}

/// What is wrong with an address or its camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeReason {
    /// Too many addresses are being tried.
    Busy,
    /// The address is one that we do not connect to.
    NotAllowed(Refused),
    /// The name leads nowhere.
    HostNotFound,
    /// Nobody listens there.
    ConnectionRefused,
    /// There is no way there.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// User name or password are wrong.
    WrongCredentials,
    /// The camera takes the password only in the clear, which is forbidden.
    BasicRefused,
    /// What answers does not speak RTSP, or not as it should.
    NotRtsp,
    /// The camera knows no such stream.
    StreamNotFound,
    /// The stream has no picture.
    NoVideo,
    /// The picture is coded in a way that we can't record.
    CodecNotSupported,
    /// All is well, but for the picture, which does not come.
    NoMedia,
}
