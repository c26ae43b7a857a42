//! ffmpeg and ffprobe, as a source of real streams and as a player that is not ours.

use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use nightjar_codec::{aac, h264, h265};
use nightjar_media::{AccessUnit, CodecParameters, MediaKind, Timescale, TrackId, TrackParameters, WallTime};

use crate::support::now;

/// Tracks and access units of a file that ffmpeg made, in the order of decoding time.
pub(crate) struct Clip {
    pub(crate) tracks: Vec<TrackParameters>,
    pub(crate) units: Vec<AccessUnit>,
}

/// Runs a program to its end and gives what it printed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("these tests need the program `{program}`: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("temp folders have plain names")
}

/// Makes an MP4 with ffmpeg's test pictures and takes it apart.
pub(crate) fn clip(folder: &Path, seconds: u32, video: &[&str], audio: &[&str]) -> Clip {
    let file = folder.join("source.mp4");
    let seconds = seconds.to_string();
    let mut arguments = vec!["-v", "error", "-y", "-f", "lavfi", "-t", &seconds];
    arguments.extend(["-i", "testsrc2=size=320x180:rate=25"]);
    if !audio.is_empty() {
        arguments.extend(["-f", "lavfi", "-t", &seconds, "-i", "sine=frequency=440:sample_rate=16000"]);
    }
    arguments.extend(video);
    arguments.extend(audio);
    arguments.extend(["-use_editlist", "0", "-movflags", "+negative_cts_offsets", path(&file)]);
    run("ffmpeg", &arguments);
    take_apart(&file)
}

/// The packets of an MP4, whose data lies in it as it is.
pub(crate) fn take_apart(file: &Path) -> Clip {
    let bytes = Bytes::from(std::fs::read(file).expect("ffmpeg made it"));
    let streams = run(
        "ffprobe",
        &["-v", "error", "-show_entries", "stream=index,codec_name,time_base", "-of", "csv=p=0", path(file)],
    );
    let tracks: Vec<TrackParameters> = streams.lines().map(|line| track(line, &bytes)).collect();
    let packets = run(
        "ffprobe",
        &[
            "-v",
            "error",
            "-show_entries",
            "packet=stream_index,pts,dts,size,pos,flags",
            "-of",
            "csv=p=0",
            path(file),
        ],
    );
    let mut units: Vec<AccessUnit> = packets.lines().map(|line| unit(line, &tracks, &bytes)).collect();
    units.sort_by_key(|unit| unit.wall);
    Clip { tracks, units }
}

fn track(line: &str, file: &Bytes) -> TrackParameters {
    let fields: Vec<&str> = line.split(',').collect();
    let id = TrackId(fields[0].parse::<u32>().expect("index") + 1);
    let hz = fields[2].strip_prefix("1/").and_then(|hz| hz.parse().ok()).expect("time base");
    let codec = match fields[1] {
        "h264" => {
            let (sps, pps) = h264::parse_avcc(body(file, b"avcC")).expect("avcC");
            h264::parameters(sps, pps).expect("SPS")
        }
        "hevc" => {
            let [vps, sps, pps] = h265::parse_hvcc(body(file, b"hvcC")).expect("hvcC");
            h265::parameters(vps, sps, pps).expect("SPS")
        }
        "aac" => {
            let esds = body(file, b"esds");
            let at = esds.windows(5).position(|window| window == [5, 0x80, 0x80, 0x80, 5]);
            let config = &esds[at.expect("decoder specific info") + 5..][..5];
            aac::parameters(Bytes::copy_from_slice(config)).expect("AudioSpecificConfig")
        }
        other => panic!("unexpected codec {other}"),
    };
    TrackParameters { id, timescale: Timescale::new(hz).expect("not zero"), codec }
}

fn body<'a>(file: &'a [u8], kind: &[u8; 4]) -> &'a [u8] {
    let at = file.windows(4).position(|window| window == kind).expect("the box is there");
    let size = u32::from_be_bytes(*file[at - 4..].first_chunk().expect("a size")) as usize;
    &file[at + 4..at - 4 + size]
}

fn unit(line: &str, tracks: &[TrackParameters], file: &Bytes) -> AccessUnit {
    let fields: Vec<&str> = line.split(',').collect();
    let number = |at: usize| fields[at].parse::<i64>().unwrap_or_else(|_| panic!("packet {line}"));
    let track = &tracks[number(0) as usize];
    let (pts, dts, size, pos) = (number(1), number(2), number(3) as usize, number(4) as usize);
    AccessUnit {
        track: track.id,
        dts,
        pts,
        wall: start().plus_micros(track.timescale.to_micros(dts)),
        received: now(),
        is_sync: fields[5].starts_with('K'),
        data: file.slice(pos..pos + size),
    }
}

/// When all clips begin.
pub(crate) fn start() -> WallTime {
    WallTime::from_millis(1_795_000_000_123)
}

/// Size and MD5 of each packet of one kind, in decoding order, with its presentation time in
/// microseconds from the first one.
pub(crate) fn packets(file: &Path, kind: MediaKind) -> Vec<(i64, String)> {
    let map = if kind == MediaKind::Video { "0:v" } else { "0:a" };
    let text =
        run("ffmpeg", &["-v", "error", "-i", path(file), "-map", map, "-c", "copy", "-f", "framemd5", "-"]);
    let base = text.lines().find_map(|line| line.strip_prefix("#tb 0: 1/")).expect("a time base");
    let scale = Timescale::new(base.parse().expect("a number")).expect("not zero");
    let rows: Vec<(i64, String)> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            (scale.to_micros(fields[2].parse().expect("a time")), format!("{} {}", fields[4], fields[5]))
        })
        .collect();
    let first = rows.iter().map(|(pts, _)| *pts).min().unwrap_or(0);
    rows.into_iter().map(|(pts, digest)| (pts - first, digest)).collect()
}

/// Whether the clip has sound.
pub(crate) fn has_audio(clip: &Clip) -> bool {
    clip.tracks.iter().any(|track| matches!(track.codec, CodecParameters::Aac { .. }))
}
