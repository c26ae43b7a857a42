//! `tests/cameras/gst_camera.py`: cameras that are not ours.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::root;

/// The distance of two frames of these cameras.
pub(crate) const FRAME_MICROS: i64 = 66_667;
/// For how long Nightjar holds the first frames back to find the least late one.
const ANCHOR_MICROS: i64 = 250_000;

/// How long an answer of theirs may take.
const ANSWER: Duration = Duration::from_secs(60);

/// Running GStreamer cameras; they end when this is dropped.
pub(crate) struct GstCameras {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
    logs: TempDir,
    /// Address of each camera.
    pub(crate) urls: BTreeMap<String, String>,
}

/// One session of a camera by its own log.
#[derive(Debug, Default)]
pub(crate) struct GstSession {
    /// The video frames that were sent, in the order in which they were coded.
    pub(crate) frames: Vec<GstFrame>,
    /// When its connection was cut on command, in microseconds: what it sent afterwards went nowhere.
    pub(crate) cut: Option<i64>,
}

/// A video frame by the camera's log.
#[derive(Debug)]
pub(crate) struct GstFrame {
    /// When its last packet went to the network, in microseconds; 0 if that never happened.
    pub(crate) sent: i64,
    /// Presentation time, in microseconds.
    pts: i64,
    pub(crate) md5: String,
}

impl GstSession {
    /// When frame `n` was due by the camera's own clock: at the pace of its least late frame. Of coded
    /// frames the `n`th is due at the `n`th presentation time; a busy camera leaves some out.
    pub(crate) fn due(&self, n: usize) -> i64 {
        let mut times: Vec<i64> = self.frames.iter().map(|frame| frame.pts).collect();
        times.sort_unstable();
        let sent = self.frames.iter().zip(&times).map(|(frame, time)| frame.sent - time);
        times[n] + sent.min().expect("a frame was sent")
    }

    /// How much later than it was due frame `n` left the camera: what a busy machine does to it.
    pub(crate) fn lateness(&self, n: usize) -> i64 {
        self.frames[n].sent - self.due(n)
    }

    /// The least lateness among the frames from `first` on that a client takes its clock from: it
    /// can't know that later ones will be less late.
    pub(crate) fn lateness_at_first(&self, first: usize) -> i64 {
        let until = self.frames[first].sent + ANCHOR_MICROS;
        let seen = (first..self.frames.len()).take_while(|n| self.frames[*n].sent <= until);
        seen.map(|n| self.lateness(n)).min().unwrap_or(0)
    }
}

impl GstCameras {
    /// Starts one camera of each kind.
    pub(crate) fn start() -> Self {
        let logs = tempfile::tempdir().expect("temporary folder");
        let mut child = Command::new(root().join("tests/cameras/gst_camera.py"))
            .arg("--log")
            .arg(logs.path())
            .arg("--all")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("GStreamer's cameras start (scripts/setup --tests installs what they need)");
        let commands = child.stdin.take().expect("piped");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let (told, answers) = channel();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).try_for_each(|line| told.send(line)).ok();
        });
        let line = answers.recv_timeout(ANSWER).expect("the ready line");
        let ready: Value = serde_json::from_str(&line).expect("JSON");
        let urls = ready["ready"].as_object().expect("cameras").iter();
        let urls =
            urls.map(|(name, url)| (name.clone(), url.as_str().expect("address").to_owned())).collect();
        Self { child, commands, answers, logs, urls }
    }

    /// Cuts a camera's connections.
    pub(crate) fn drop_connection(&mut self, name: &str) {
        writeln!(self.commands, "drop {name}").expect("the cameras live");
        self.answers.recv_timeout(ANSWER).expect("an answer");
    }

    /// What a camera says it sent, session by session.
    pub(crate) fn sessions(&self, name: &str) -> Vec<GstSession> {
        let log = std::fs::read_to_string(self.logs.path().join(format!("{name}.jsonl"))).expect("log");
        let mut sessions: BTreeMap<u64, (GstSession, bool)> = BTreeMap::new();
        for line in log.lines() {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let at = event["t"].as_i64().expect("time");
            let Some(number) = event["session"].as_u64() else {
                if event["event"] == "drop" {
                    sessions.values_mut().for_each(|(session, _)| _ = session.cut.get_or_insert(at));
                }
                continue;
            };
            let (session, playing) = sessions.entry(number).or_default();
            match event["event"].as_str() {
                Some("play") => *playing = true,
                Some("frame") if event["track"] == "video" => {
                    let md5 = event["md5"].as_str().expect("md5").to_owned();
                    let pts = event["pts"].as_i64().expect("pts") / 1000;
                    session.frames.push(GstFrame { sent: 0, pts, md5 });
                }
                // Parameter sets are marked like frames; the frame itself is the last.
                Some("sent") => {
                    let pts = event["pts"].as_i64().expect("pts") / 1000;
                    let frame = session.frames.iter_mut().rev().find(|frame| frame.pts == pts);
                    frame.into_iter().for_each(|frame| frame.sent = at);
                }
                _ => {}
            }
        }
        let played = sessions.into_values().filter(|(_, played)| *played);
        played
            .map(|(mut session, _)| {
                session.frames.retain(|frame| frame.sent > 0);
                session
            })
            .collect()
    }
}

impl Drop for GstCameras {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// MD5 of each video frame of recorded files, as `tests/cameras/frames.py` prints them.
pub(crate) fn recorded_frames(files: &[&Path]) -> Vec<String> {
    let output = Command::new("python3")
        .arg(root().join("tests/cameras/frames.py"))
        .args(files)
        .output()
        .expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect()
}
