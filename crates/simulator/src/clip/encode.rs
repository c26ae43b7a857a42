//! Making the elementary streams of a clip with ffmpeg, once, into the cache folder.
//!
//! A finished stream is a folder in the cache: it is made under another name and renamed, so that
//! what has the right name is whole, whoever was interrupted.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::painter::Painter;
use super::spec::{Audio, Video};

/// Why a clip can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// The program is not there.
    #[error("ffmpeg can't be started ({0}): install it, as with `apt-get install ffmpeg`")]
    NoFfmpeg(io::Error),
    /// The program failed.
    #[error("ffmpeg could not make the clip {clip}: {message}")]
    Ffmpeg {
        /// Which clip.
        clip: String,
        /// The end of what it said.
        message: String,
    },
    /// The cache can't be read or written.
    #[error("{path}: {error}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// What ffmpeg gave can't be sent.
    #[error("the clip {clip} can't be used: {reason}")]
    Unusable {
        /// Which clip.
        clip: String,
        /// Why.
        reason: String,
    },
}

/// The folder with `video` (Annex B) and `timing` (framecrc) of a painted video.
pub(crate) fn painted(cache: &Path, video: &Video) -> Result<PathBuf, ClipError> {
    let key = video.cache_key();
    cached(cache, &key, |folder| {
        let mut command = Command::new("ffmpeg");
        let size = format!("{}x{}", video.width, video.height);
        let fps = video.claimed_fps.unwrap_or(video.fps).to_string();
        command.args(["-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size]);
        command.args(["-r", &fps, "-i", "pipe:0"]).args(encoder_arguments(video));
        command.args(tee_arguments(folder, video.h265));
        command.stdin(Stdio::piped());
        let painter = Painter::new(video);
        run(command, &key, |stdin| {
            let mut picture = Vec::new();
            for number in 0..video.round_frames() {
                painter.paint(number, &mut picture);
                stdin.write_all(&picture)?;
            }
            Ok(())
        })
    })
}

/// The folder with `video` and `timing` of a file of the user's.
pub(crate) fn copied(cache: &Path, file: &Path, h265: bool) -> Result<PathBuf, ClipError> {
    let about = fs::metadata(file).map_err(|error| ClipError::Io { path: file.to_owned(), error })?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let modified = about.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let key = format!("v1-file-{name}-{}-{}", about.len(), modified.unwrap_or_default().as_millis());
    cached(cache, &key, |folder| {
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-i"]).arg(file).args(["-c", "copy"]);
        command.args(tee_arguments(folder, h265)).stdin(Stdio::null());
        run(command, &key, |_| Ok(()))
    })
}

/// Whether the first video stream of a file is H.265; an error if it is neither that nor H.264.
pub(crate) fn file_is_h265(file: &Path) -> Result<bool, ClipError> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name"]);
    command.args(["-of", "csv=p=0"]).arg(file).stdin(Stdio::null());
    let output = command.output().map_err(ClipError::NoFfmpeg)?;
    match String::from_utf8_lossy(&output.stdout).trim().trim_end_matches(',') {
        "h264" => Ok(false),
        "hevc" => Ok(true),
        other => Err(ClipError::Unusable {
            clip: file.display().to_string(),
            reason: format!("its video is `{other}`, not H.264 or H.265"),
        }),
    }
}

/// The folder with `audio` (ADTS, or plain samples for G.711); none without sound.
pub(crate) fn sound(cache: &Path, audio: Audio) -> Result<Option<PathBuf>, ClipError> {
    let Some(key) = audio.cache_key() else { return Ok(None) };
    let made = cached(cache, key, |folder| {
        let (rate, codec, format) = match audio {
            Audio::Pcma => ("8000", "pcm_alaw", "alaw"),
            Audio::Pcmu => ("8000", "pcm_mulaw", "mulaw"),
            _ => ("16000", "aac", "adts"),
        };
        let tone = format!("sine=frequency=440:beep_factor=3:sample_rate={rate}:duration=10");
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", &tone, "-ac", "1", "-c:a", codec]);
        command.args(["-b:a", "32k", "-f", format]).arg(folder.join("audio")).stdin(Stdio::null());
        run(command, key, |_| Ok(()))
    })?;
    Ok(Some(made))
}

fn encoder_arguments(video: &Video) -> Vec<String> {
    // The encoder believes in the claimed rate: the bit rate a second of its time differs.
    let claimed = u64::from(video.claimed_fps.unwrap_or(video.fps));
    let kbps = u64::from(video.kbps) * claimed / u64::from(video.fps.max(1));
    let (rate, gop, b_frames) = (format!("{kbps}k"), video.gop.to_string(), video.b_frames.to_string());
    let mut out: Vec<String> = Vec::new();
    let mut put = |arguments: &[&str]| out.extend(arguments.iter().map(|text| (*text).to_owned()));
    if video.h265 {
        let parameters = format!(
            "keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:repeat-headers=1:bframes={b_frames}:info=0:\
             log-level=error"
        );
        put(&["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", &parameters]);
    } else {
        put(&["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-sc_threshold", "0"]);
        put(&["-keyint_min", &gop, "-bf", &b_frames, "-x264-params", "open-gop=0:sliced-threads=0"]);
    }
    put(&["-g", &gop, "-b:v", &rate, "-maxrate", &rate, "-bufsize", &rate]);
    out
}

fn tee_arguments(folder: &Path, h265: bool) -> Vec<String> {
    let format = if h265 { "hevc" } else { "h264" };
    // What tee takes as special in a name.
    let name = |file: &str| -> String {
        let path = folder.join(file).display().to_string();
        let special = |c: char| matches!(c, '\\' | '\'' | '|' | '[' | ']' | ' ');
        path.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
    };
    let outputs =
        format!("[f={format}:onfail=abort]{}|[f=framecrc:onfail=abort]{}", name("video"), name("timing"));
    ["-map", "0:v:0", "-f", "tee", &outputs].map(str::to_owned).to_vec()
}

/// The folder `key` in the cache; made by `make` if it is not there. Of several processes that
/// want the same one makes it and the others wait.
fn cached(
    cache: &Path,
    key: &str,
    make: impl FnOnce(&Path) -> Result<(), ClipError>,
) -> Result<PathBuf, ClipError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| ClipError::Io { path, error }
    };
    let folder = cache.join(key);
    if folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(cache).map_err(at(cache))?;
    let lock_path = cache.join(format!("{key}.lock"));
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let unfinished = cache.join(format!("{key}.part"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(at(&unfinished))?;
    }
    fs::create_dir(&unfinished).map_err(at(&unfinished))?;
    make(&unfinished)?;
    fs::rename(&unfinished, &folder).map_err(at(&folder))?;
    Ok(folder)
}

/// Runs ffmpeg, with `feed` writing into it.
fn run(
    mut command: Command,
    clip: &str,
    feed: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), ClipError> {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).arg("-y");
    let mut child = command.spawn().map_err(ClipError::NoFfmpeg)?;
    if let Some(mut stdin) = child.stdin.take() {
        // If ffmpeg dies, writing fails; why, it tells itself.
        let _ = feed(&mut stdin);
    }
    let output = child.wait_with_output().map_err(ClipError::NoFfmpeg)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let from = said.char_indices().rev().nth(600).map_or(0, |(at, _)| at);
    Err(ClipError::Ffmpeg { clip: clip.to_owned(), message: said[from..].trim().to_owned() })
}
