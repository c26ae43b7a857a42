//! Every frame arrives at ffmpeg as it was recorded as sent.

use std::path::Path;

use md5::{Digest, Md5};
use nightjar_simulator::{Audio, ClipSpec, FrameDigest, SimCamera, Simulator, Video};
use tempfile::TempDir;

use crate::ffmpeg::{brisk, config, ffmpeg, framemd5, record};

const SOUNDS: [Audio; 4] = [Audio::None, Audio::Aac, Audio::Pcma, Audio::Pcmu];

fn cameras() -> Vec<SimCamera> {
    let camera = |(h265, audio): (bool, Audio)| {
        let spec = ClipSpec::painted(Video { h265, ..brisk() }).with_audio(audio);
        SimCamera::new(format!("{}-{audio:?}", if h265 { "h265" } else { "h264" }), spec)
    };
    [false, true].into_iter().flat_map(|h265| SOUNDS.map(|audio| (h265, audio))).map(camera).collect()
}

/// Records a camera and compares with its log.
async fn check(simulator: &Simulator, camera: &str, transport: &str, folder: &TempDir) {
    let file = folder.path().join(format!("{camera}.mov"));
    record(&simulator.url(camera, "main").expect("camera"), transport, "3", &file).await;
    let lines = framemd5(&file).await;
    let got: Vec<&str> =
        lines.iter().filter(|line| line.stream == 0).map(|line| line.digest.as_str()).collect();
    assert!(got.len() > 60, "{camera}: only {} frames", got.len());
    // ffmpeg may connect more than once; the last session is the one that it recorded.
    let log = simulator.log(camera).expect("camera");
    let session = log.sessions.last().expect("a session");
    assert_eq!(session.udp, transport == "udp");
    if camera.starts_with("h264") {
        let sent: Vec<String> =
            session.whole_frames().map(|frame| FrameDigest::hex(frame.digest.sent)).collect();
        assert!(sent.len() >= got.len() && sent[..got.len()] == got, "{camera}: {got:?} is not of {sent:?}");
    } else {
        let slices = h265_slices(&file).await;
        let sent: Vec<String> =
            session.whole_frames().map(|frame| FrameDigest::hex(frame.digest.vcl)).collect();
        assert_eq!(slices.len(), got.len());
        assert!(
            sent.len() >= got.len() && sent[..got.len()] == slices,
            "{camera}: {slices:?} is not of {sent:?}"
        );
    }
    let numbers: Vec<u64> = session.frames.iter().map(|frame| frame.number).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{camera}: {numbers:?}");
    check_sound(camera, &lines);
}

/// Digests of the slices of an H.265 file, of which our clips have one a picture. Made by hand,
/// because ffmpeg 5 leaves a zero of the next start code at the end of each.
async fn h265_slices(file: &Path) -> Vec<String> {
    let file = file.to_str().expect("text");
    let stream = ffmpeg(&["-i", file, "-map", "0:v", "-c", "copy", "-f", "hevc", "-"]).await;
    let mut out = Vec::new();
    let mut rest = &stream[..];
    while let Some(start) = rest.windows(3).position(|bytes| bytes == [0, 0, 1]) {
        rest = &rest[start + 3..];
        let end = rest.windows(3).position(|bytes| bytes == [0, 0, 1]).unwrap_or(rest.len());
        let len = rest[..end].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if rest[0] >> 1 & 0x3f < 32 {
            let sample = [&(len as u32).to_be_bytes(), &rest[..len]].concat();
            out.push(FrameDigest::hex(Md5::digest(sample).into()));
        }
        rest = &rest[end..];
    }
    out
}

fn check_sound(camera: &str, lines: &[crate::ffmpeg::Line]) {
    let times: Vec<i64> = lines.iter().filter(|line| line.stream == 1).map(|line| line.dts).collect();
    if camera.ends_with("None") {
        return assert!(times.is_empty());
    }
    assert!(times.len() > 30, "{camera}: only {} pieces of sound", times.len());
    // The first one may be cut to where the video begins.
    let steps: Vec<i64> = times[1..].windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.iter().all(|step| *step == steps[0]), "{camera}: {steps:?}");
}

async fn check_all(transport: &str) {
    let folder = TempDir::new().expect("folder");
    let simulator = Simulator::start(config(cameras())).await.expect("started");
    let names = simulator.cameras();
    let all = names.iter().map(|camera| check(&simulator, camera, transport, &folder));
    futures::future::join_all(all).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn every_codec_arrives_whole_over_tcp() {
    check_all("tcp").await;
}

#[tokio::test]
async fn every_codec_arrives_whole_over_udp() {
    check_all("udp").await;
}

#[tokio::test]
async fn a_file_of_ones_own_is_sent_with_its_b_frames() {
    let folder = TempDir::new().expect("folder");
    let source = folder.path().join("own.mp4");
    let pictures = "testsrc=size=320x240:rate=25:duration=3";
    let encoder = ["-c:v", "libx264", "-bf", "2", "-g", "25", "-sc_threshold", "0"];
    let output = ["-y", source.to_str().expect("text")];
    ffmpeg(&[&["-f", "lavfi", "-i", pictures][..], &encoder, &output].concat()).await;
    let mut config = config(vec![SimCamera::new("own", ClipSpec::file(&source))]);
    config.clip_dir = folder.path().join("clips");
    let simulator = Simulator::start(config).await.expect("started");
    let clip = simulator.clip("own", "main").expect("camera");
    assert_eq!((clip.frames.len(), clip.round_ticks), (75, 270_000));
    assert!(clip.frames.iter().any(|frame| frame.composition_offset > 3600));
    let file = folder.path().join("got.mov");
    record(&simulator.url("own", "main").expect("camera"), "tcp", "4", &file).await;
    let got: Vec<String> = framemd5(&file).await.into_iter().map(|line| line.digest).collect();
    let log = simulator.log("own").expect("camera");
    let sent: Vec<String> =
        log.sessions[0].whole_frames().map(|frame| FrameDigest::hex(frame.digest.sent)).collect();
    assert!(got.len() > 75, "{}", got.len());
    assert_eq!(got, sent[..got.len()]);
    simulator.shutdown().await;
}
