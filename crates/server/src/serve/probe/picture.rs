//! A picture out of a key frame, by the program ffmpeg.
//!
//! The bytes come from a camera that nobody has vouched for, and decoders have defects: so they are decoded in a confined
//! process (`nightjar-sandbox`), with fixed arguments, little memory and little time, which reads and writes nothing but its pipes.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use nightjar_media::Codec;
use nightjar_sandbox::{Gap, Limits};
use nightjar_sources::KeyFrame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

/// What decoding one picture may take.
const LIMITS: Limits = Limits { memory: 1 << 30, cpu_secs: 5 };
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
    let program = ffmpeg().ok_or("ffmpeg, which makes the picture, is not installed")?;
    let mut child = command(&program, format).spawn().map_err(|_| "ffmpeg could not be confined")?;
    match timeout_at(end, convert(&mut child, &frame.annex_b)).await {
        Ok(picture) if picture.starts_with(&[0xff, 0xd8]) => Ok(picture),
        Ok(_) => Err("ffmpeg could not decode the key frame"),
        Err(_) => Err("ffmpeg took too long"),
    }
}

/// Where ffmpeg is, if it is installed.
pub(super) fn ffmpeg() -> Option<PathBuf> {
    nightjar_sandbox::find("ffmpeg")
}

/// The restrictions that ffmpeg runs without, because the system does not permit them.
pub(super) fn gaps(program: &Path) -> std::io::Result<Vec<Gap>> {
    nightjar_sandbox::report(program, LIMITS)
}

fn command(program: &Path, format: &str) -> Command {
    let mut command = Command::from(nightjar_sandbox::helper(program, LIMITS));
    command.args(["-v", "error", "-filter_threads", "1", "-threads", "1", "-protocol_whitelist", "pipe"]);
    command.args(["-f", format, "-i", "pipe:0"]);
    command.args(["-frames:v", "1", "-vf", SCALE, "-threads", "1", "-q:v", "4", "-f", "mjpeg", "pipe:1"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command
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
