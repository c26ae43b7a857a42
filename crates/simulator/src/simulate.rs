//! What `nightjar simulate` does: cameras from a few options, faults from a schedule and from lines.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use nightjar_protocol::rtsp::Access;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};
use tokio_util::sync::CancellationToken;

use crate::clip::{Audio, ClipSource, ClipSpec, Video};
use crate::config::{SimCamera, SimulatorConfig};
use crate::fault::{Fault, ScheduledFault, parse_time};
use crate::simulator::{Simulator, SimulatorError};

/// What the lines on standard input may be.
const HELP: &str = "CAMERA FAULT [TIME] | CAMERA clear | stats | urls | help; CAMERA may be `all`";

/// What `nightjar simulate` is asked for. The command line's parsing is not here.
#[derive(Debug, Clone)]
pub struct SimulateOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How many cameras.
    pub cameras: usize,
    /// How many of them look different.
    pub looks: u32,
    /// Main streams.
    pub video: Video,
    /// Sound of the main streams.
    pub audio: Audio,
    /// Sub streams; none: cameras without.
    pub sub: Option<Video>,
    /// Instead of a painted video, on all main streams.
    pub clip: Option<PathBuf>,
    /// Different codecs: of four cameras H.264 with AAC, H.265 with AAC, H.264 with A-law, H.264
    /// without sound. Then `video.h265` and `audio` are not looked at.
    pub mixed: bool,
    /// Where clips are kept.
    pub clip_dir: PathBuf,
    /// Who may see the cameras.
    pub access: Access,
    /// What goes wrong and when.
    pub faults: Vec<ScheduledFault>,
}

impl Default for SimulateOptions {
    fn default() -> Self {
        let SimulatorConfig { clip_dir, .. } = SimulatorConfig::default();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8554)),
            cameras: 4,
            looks: 8,
            video: Video::default(),
            audio: Audio::Aac,
            sub: Some(Video::sub()),
            clip: None,
            mixed: false,
            clip_dir,
            access: Access::Open,
            faults: Vec::new(),
        }
    }
}

impl SimulateOptions {
    /// The simulator that they mean.
    pub fn config(&self) -> SimulatorConfig {
        let source = match &self.clip {
            Some(path) => ClipSource::File(path.clone()),
            None => ClipSource::Painted(self.video.clone()),
        };
        let main = ClipSpec { source, audio: self.audio };
        let sub = self.sub.clone().map(ClipSpec::painted);
        let mut cameras = SimCamera::many(self.cameras, self.looks, &main, sub.as_ref());
        for (index, camera) in cameras.iter_mut().enumerate() {
            camera.access = self.access.clone();
            if self.mixed {
                mix(&mut camera.main, index);
            }
        }
        SimulatorConfig {
            listen: self.listen,
            cameras,
            clip_dir: self.clip_dir.clone(),
            ..SimulatorConfig::default()
        }
    }
}

fn mix(spec: &mut ClipSpec, index: usize) {
    let (h265, audio) =
        [(false, Audio::Aac), (true, Audio::Aac), (false, Audio::Pcma), (false, Audio::None)][index % 4];
    if let ClipSource::Painted(video) = &mut spec.source {
        video.h265 = h265;
    }
    spec.audio = audio;
}

/// Runs cameras until `cancel`. `lines` are commands (see [`HELP`] by the line `help`); when they
/// end, the cameras go on. `say` gets what is to be shown: first the addresses, then an answer to
/// each line.
pub async fn simulate(
    options: SimulateOptions,
    lines: impl AsyncBufRead + Unpin,
    mut say: impl FnMut(&str),
    cancel: CancellationToken,
) -> Result<(), SimulatorError> {
    let simulator = tokio::select! {
        () = cancel.cancelled() => return Ok(()),
        simulator = Simulator::start(options.config()) => simulator?,
    };
    say(&urls(&simulator));
    let schedule = run_schedule(&simulator, options.faults);
    let obey = async {
        let mut lines = lines.lines();
        while let Ok(Some(line)) = lines.next_line().await {
            say(&obey(&simulator, line.trim()).await);
        }
        std::future::pending::<()>().await;
    };
    let stopped = tokio::select! {
        () = cancel.cancelled() => Ok(()),
        failed = schedule => failed,
        () = obey => Ok(()),
    };
    simulator.shutdown().await;
    stopped
}

/// Begins each fault at its time; ends only when one can't be begun.
async fn run_schedule(simulator: &Simulator, mut faults: Vec<ScheduledFault>) -> Result<(), SimulatorError> {
    faults.sort_by_key(|fault| fault.start);
    let mut passed = Duration::ZERO;
    for fault in faults {
        tokio::time::sleep(fault.start.saturating_sub(passed)).await;
        passed = passed.max(fault.start);
        for camera in named(simulator, &fault.camera) {
            simulator.inject(&camera, fault.fault, fault.duration).await?;
        }
    }
    std::future::pending().await
}

async fn obey(simulator: &Simulator, line: &str) -> String {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    match words[..] {
        [] => String::new(),
        ["help"] => HELP.to_owned(),
        ["stats"] => simulator.stats().to_string(),
        ["urls"] => urls(simulator),
        [camera, "clear"] => {
            for camera in named(simulator, camera) {
                if let Err(error) = simulator.clear(&camera).await {
                    return error.to_string();
                }
            }
            "ok".to_owned()
        }
        [camera, fault] => inject(simulator, camera, fault, None).await,
        [camera, fault, time] => match parse_time(time) {
            Some(time) => inject(simulator, camera, fault, Some(time)).await,
            None => format!("`{time}` is no time: use 500ms, 10s or 2m"),
        },
        _ => HELP.to_owned(),
    }
}

async fn inject(simulator: &Simulator, camera: &str, fault: &str, duration: Option<Duration>) -> String {
    let fault = match fault.parse::<Fault>() {
        Ok(fault) => fault,
        Err(error) => return error.to_string(),
    };
    for camera in named(simulator, camera) {
        if let Err(error) = simulator.inject(&camera, fault, duration).await {
            return error.to_string();
        }
    }
    "ok".to_owned()
}

fn named(simulator: &Simulator, camera: &str) -> Vec<String> {
    if camera == "all" { simulator.cameras() } else { vec![camera.to_owned()] }
}

/// One line a stream.
fn urls(simulator: &Simulator) -> String {
    let mut out = String::new();
    for camera in simulator.cameras() {
        for stream in ["main", "sub"] {
            if simulator.clip(&camera, stream).is_ok()
                && let Ok(url) = simulator.url(&camera, stream)
            {
                // Writing into a String can't fail.
                let _ = writeln!(out, "{url}");
            }
        }
    }
    out.trim_end().to_owned()
}
