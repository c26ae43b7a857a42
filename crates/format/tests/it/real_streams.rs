//! Streams that ffmpeg encoded come back out of our files packet for packet.

use std::path::Path;

use nightjar_media::MediaKind;

use crate::ffmpeg::{Clip, clip, has_audio, packets};
use crate::support::{keep, mux, write};

const B_FRAMES: &[&str] =
    &["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "50", "-pix_fmt", "yuv420p"];
const NO_B_FRAMES: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25"];
const HEVC: &[&str] =
    &["-c:v", "libx265", "-x265-params", "log-level=error:keyint=40:bframes=3", "-tag:v", "hvc1"];
const AAC: &[&str] = &["-c:a", "aac", "-b:a", "48k"];

#[test]
fn h264_with_b_frames_and_aac_plays_unfinished_and_finished() {
    check("h264-bframes", B_FRAMES, AAC);
}

#[test]
fn h264_without_sound_plays_unfinished_and_finished() {
    check("h264", NO_B_FRAMES, &[]);
}

#[test]
fn h265_with_b_frames_and_aac_plays_unfinished_and_finished() {
    check("h265", HEVC, AAC);
}

fn check(name: &str, video: &[&str], audio: &[&str]) {
    let folder = tempfile::tempdir().expect("a temp folder");
    let source = clip(folder.path(), 8, video, audio);
    let fragments = mux(&source.tracks, &source.units);
    assert!(fragments.len() >= 16, "{} fragments of 8 seconds", fragments.len());
    let written = write(&fragments);
    keep(name, &written);
    for (name, bytes) in [("unfinished.mp4", &written.unfinished), ("finished.mp4", &written.finished)] {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("room in the temp folder");
        compare(&source, &folder.path().join("source.mp4"), &file, name);
    }
}

fn compare(source: &Clip, original: &Path, ours: &Path, name: &str) {
    let kinds =
        if has_audio(source) { &[MediaKind::Video, MediaKind::Audio][..] } else { &[MediaKind::Video] };
    for &kind in kinds {
        let (wanted, got) = (packets(original, kind), packets(ours, kind));
        let digests =
            |rows: &[(i64, String)]| rows.iter().map(|(_, digest)| digest.clone()).collect::<Vec<_>>();
        assert_eq!(digests(&got), digests(&wanted), "{kind:?} of {name}");
        for (n, (got, wanted)) in got.iter().zip(&wanted).enumerate() {
            assert!((got.0 - wanted.0).abs() <= 100, "{kind:?} {n} of {name}: {} not {}", got.0, wanted.0);
        }
    }
}
