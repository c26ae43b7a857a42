//! A picture out of a key frame, by the program ffmpeg.
//!
//! The bytes come from a camera that nobody has vouched for, and decoders have defects: so they
//! are decoded in a process of its own, with fixed arguments, an empty environment, little memory
//! and little time, which reads and writes nothing but its pipes.

use std::env;
use std::process::Stdio;

use nightjar_media::Codec;
use nightjar_sources::KeyFrame;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

/// Address space of the process.
const MEMORY: u64 = 1 << 30;
/// Seconds of a processor.
const PROCESSOR_SECS: u64 = 5;
/// Bytes of a picture that are taken.
const MAX_PICTURE: u64 = 4 << 20;
/// Wider pictures are made smaller.
const SCALE: &str = "scale='min(1280,iw)':-2";

/// The frame as JPEG, or why there is none before `end`.
pub(super) async fn jpeg(frame: &KeyFrame, end: Instant) -> Result<Vec<u8>, &'static str> {
    let format = match frame.codec {
        Codec::H264 => "h264",
        Codec::H265 => "hevc",
        _ => return Err("there is no decoder for it"),
    };
    let mut child =
        command(format).spawn().map_err(|_| "ffmpeg, which makes the picture, is not installed")?;
    // It has read nothing of the camera's yet.
    confine(&child).map_err(|_| "ffmpeg could not be confined")?;
    match timeout_at(end, convert(&mut child, &frame.annex_b)).await {
        Ok(picture) if picture.starts_with(&[0xff, 0xd8]) => Ok(picture),
        Ok(_) => Err("ffmpeg could not decode the key frame"),
        Err(_) => Err("ffmpeg took too long"),
    }
}

fn command(format: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args([
        "-v",
        "error",
        "-threads",
        "1",
        "-protocol_whitelist",
        "pipe",
        "-f",
        format,
        "-i",
        "pipe:0",
    ]);
    command.args(["-frames:v", "1", "-vf", SCALE, "-threads", "1", "-q:v", "4", "-f", "mjpeg", "pipe:1"]);
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

fn confine(child: &Child) -> rustix::io::Result<()> {
    // Without a number it would be this process that is confined.
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).ok_or(rustix::io::Errno::SRCH)?;
    let limits =
        [(Resource::As, MEMORY), (Resource::Cpu, PROCESSOR_SECS), (Resource::Core, 0), (Resource::Fsize, 0)];
    for (resource, most) in limits {
        prlimit(Some(pid), resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Feeds it and listens to it; whatever goes wrong there is no picture.
async fn convert(child: &mut Child, frame: &[u8]) -> Vec<u8> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(frame).await;
        }
    };
    let listen = async {
        let mut picture = Vec::new();
        if let Some(stdout) = stdout {
            let _ = stdout.take(MAX_PICTURE).read_to_end(&mut picture).await;
        }
        picture
    };
    let ((), picture) = tokio::join!(feed, listen);
    match child.wait().await {
        Ok(status) if status.success() => picture,
        _ => Vec::new(),
    }
}
