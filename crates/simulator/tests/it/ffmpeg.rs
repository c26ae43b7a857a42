//! ffmpeg as the client, and how simulators are started.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use nightjar_simulator::{ClipSpec, SimCamera, Simulator, SimulatorConfig, Video};
use tokio::process::Command;

/// Clips are shared by all tests and by the demo.
pub(crate) fn clip_dir() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.cache/clips"))
}

/// Two key frames a second, so that tests need not wait.
pub(crate) fn brisk() -> Video {
    Video { fps: 30, gop: 15, ..Video::tiny() }
}

pub(crate) fn config(cameras: Vec<SimCamera>) -> SimulatorConfig {
    SimulatorConfig { cameras, clip_dir: clip_dir(), log_frames: true, ..SimulatorConfig::default() }
}

/// One camera `cam` that shows this.
pub(crate) async fn start(main: ClipSpec) -> Simulator {
    start_camera(SimCamera::new("cam", main)).await
}

pub(crate) async fn start_camera(camera: SimCamera) -> Simulator {
    Simulator::start(config(vec![camera])).await.expect("started")
}

pub(crate) fn url(simulator: &Simulator) -> String {
    simulator.url("cam", "main").expect("camera")
}

/// Runs ffmpeg and gives what it prints to standard output.
pub(crate) async fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = command.output().await.expect("ffmpeg must be installed: apt-get install ffmpeg");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ffmpeg {arguments:?} failed: {said}");
    output.stdout
}

/// Copies a stream into an MP4 for this many seconds.
pub(crate) async fn record(url: &str, transport: &str, seconds: &str, file: &Path) {
    let file = file.to_str().expect("text");
    let reading = ["-rtsp_transport", transport, "-i", url, "-map", "0", "-c", "copy", "-t", seconds];
    // G.711 in MP4 is no standard, but as `mov` ffmpeg writes it.
    ffmpeg(&[&reading[..], &["-f", "mov", "-y", file]].concat()).await;
}

/// A line of `framemd5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) stream: u32,
    pub(crate) dts: i64,
    pub(crate) digest: String,
}

/// The samples of a file as `framemd5` prints them.
pub(crate) async fn framemd5(file: &Path) -> Vec<Line> {
    let file = file.to_str().expect("text");
    let out = ffmpeg(&["-i", file, "-map", "0", "-c", "copy", "-f", "framemd5", "-"]).await;
    let line = |line: &str| -> Option<Line> {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        // Side data may follow.
        let [stream, dts, _, _, _, digest, ..] = fields[..] else { return None };
        Some(Line { stream: stream.parse().ok()?, dts: dts.parse().ok()?, digest: digest.to_owned() })
    };
    let text = String::from_utf8(out).expect("text");
    text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}
