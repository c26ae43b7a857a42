//! What a simulator is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use nightjar_protocol::rtsp::Access;

use crate::clip::{ClipSpec, Video};

/// What a simulator is started with.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Where it listens; port 0 takes a free one. UDP media comes from the same host.
    pub listen: SocketAddr,
    /// The cameras.
    pub cameras: Vec<SimCamera>,
    /// Where clips are kept.
    pub clip_dir: PathBuf,
    /// Whether each sent frame is remembered, about 40 bytes each, for [`crate::Simulator::log`].
    pub log_frames: bool,
    /// Tasks that share the sessions. One is enough for some thousand streams.
    pub pacers: usize,
    /// How many bytes a session may be behind before whole frames are dropped.
    pub max_pending: usize,
}

/// A simulated camera.
#[derive(Debug, Clone)]
pub struct SimCamera {
    /// Its name, the first part of its paths.
    pub name: String,
    /// What its main stream shows.
    pub main: ClipSpec,
    /// What its sub stream shows, if it has one.
    pub sub: Option<ClipSpec>,
    /// Who may see it.
    pub access: Access,
    /// Whether it has a listener of its own (on a free port), so that [`crate::Fault::Refuse`] is a
    /// refused connection and not one that is reset after the first request.
    pub own_port: bool,
    /// How long after the beginning of each session its RTP timestamps wrap; none: at random.
    pub wrap_after: Option<Duration>,
    /// How much of the clip lies behind when the simulator starts. Different values keep cameras
    /// from sending their key frames all at once.
    pub phase: Duration,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            cameras: Vec::new(),
            clip_dir: PathBuf::from(".cache/clips"),
            log_frames: false,
            pacers: 1,
            max_pending: 4 << 20,
        }
    }
}

impl SimCamera {
    /// A camera without sub stream that everybody may see.
    pub fn new(name: impl Into<String>, main: ClipSpec) -> Self {
        Self {
            name: name.into(),
            main,
            sub: None,
            access: Access::Open,
            own_port: false,
            wrap_after: None,
            phase: Duration::ZERO,
        }
    }

    /// `count` cameras `cam0001`, `cam0002`, … with main and sub streams of the default sizes and
    /// `looks` different looks, spread over time.
    pub fn many(count: usize, looks: u32, main: &ClipSpec, sub: Option<&ClipSpec>) -> Vec<Self> {
        let camera = |index: usize| {
            let look = index as u32 % looks.max(1);
            // Multiples of the golden ratio fill the time between two key frames evenly.
            let turn = (index as f64 * 0.618_033_988_75).fract();
            Self {
                sub: sub.map(|spec| with_look(spec, look)),
                phase: Duration::from_secs_f64(turn * period(main)),
                ..Self::new(format!("cam{:04}", index + 1), with_look(main, look))
            }
        };
        (0..count).map(camera).collect()
    }
}

fn with_look(spec: &ClipSpec, look: u32) -> ClipSpec {
    match &spec.source {
        crate::ClipSource::Painted(video) => {
            ClipSpec::painted(Video { look, ..video.clone() }).with_audio(spec.audio)
        }
        crate::ClipSource::File(_) => spec.clone(),
    }
}

/// Seconds of a round.
fn period(spec: &ClipSpec) -> f64 {
    match &spec.source {
        crate::ClipSource::Painted(video) => f64::from(video.round_frames()) / f64::from(video.fps.max(1)),
        crate::ClipSource::File(_) => 10.0,
    }
}
