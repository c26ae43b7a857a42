//! Trying a camera for somebody who wants to add it.

mod picture;

use std::sync::Arc;
use std::time::Duration;

use nightjar_api::{ProbeAudio, ProbeFault, ProbeReason, ProbeReport, Prober};
use nightjar_model::{CameraSource, Reach};
use nightjar_sources::{Probed, SourceError, probe};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

/// How many are tried at the same time.
const AT_ONCE: usize = 4;
/// How long the camera may take for everything.
const CAMERA_LIMIT: Duration = Duration::from_millis(5_500);
/// How long its stream is looked at.
const SAMPLE: Duration = Duration::from_millis(1_500);
/// How long it may take in all, with the picture.
const LIMIT: Duration = Duration::from_secs(8);

/// What tries cameras, as far as `reach` goes; without a password for those that want it in the clear, if
/// that is refused.
pub(super) fn prober(reach: Reach, refuse_basic: bool, tasks: &TaskTracker) -> Prober {
    // Once in the log, when somebody may still change the system.
    tasks.spawn_blocking(|| match confinement() {
        Ok(text) => tracing::info!("ffmpeg: {text}"),
        Err(text) => tracing::warn!("ffmpeg: {text}"),
    });
    let places = Arc::new(Semaphore::new(AT_ONCE));
    Arc::new(move |source| {
        let places = places.clone();
        Box::pin(async move {
            let Ok(_place) = places.try_acquire() else {
                return Err(ProbeFault {
                    reason: ProbeReason::Busy,
                    cause: "all places are taken".to_owned(),
                });
            };
            attempt(&source, (reach, refuse_basic)).await
        })
    })
}

/// What is to be said of the confinement of ffmpeg, which decodes pictures of cameras; an error if it can't be confined at all.
/// Blocks for as long as a process takes to start.
pub(crate) fn confinement() -> Result<String, String> {
    let Some(program) = picture::ffmpeg() else {
        return Ok("not installed: cameras are tried without a picture".to_owned());
    };
    let path = program.display();
    match picture::gaps(&program) {
        Ok(gaps) if gaps.is_empty() => Ok(format!("{path} runs confined")),
        Ok(gaps) => {
            let gaps: Vec<String> = gaps.iter().map(ToString::to_string).collect();
            Ok(format!("{path} runs confined as far as the system permits: {}", gaps.join(", ")))
        }
        Err(error) => Err(format!("{path} can't be confined, and is not run: {error}")),
    }
}

async fn attempt(source: &CameraSource, rules: (Reach, bool)) -> Result<ProbeReport, ProbeFault> {
    let end = now() + LIMIT;
    let probed = probe(source, rules, SAMPLE, CAMERA_LIMIT).await;
    let probed = probed.map_err(|error| ProbeFault { reason: reason(&error), cause: error.to_string() })?;
    let picture = match &probed.key_frame {
        Some(frame) => picture::jpeg(frame, end).await,
        None => Err("the camera sent no key frame in time"),
    };
    Ok(report(probed, picture))
}

#[expect(clippy::disallowed_methods, reason = "a driver: somebody waits for the answer")]
fn now() -> Instant {
    Instant::now()
}

fn report(probed: Probed, picture: Result<Vec<u8>, &'static str>) -> ProbeReport {
    ProbeReport {
        video_codec: probed.video.name(),
        dimensions: probed.dimensions,
        fps: probed.fps,
        key_frame_interval: probed.key_frame_interval,
        bitrate: probed.bitrate,
        audio: probed.audio.map(|audio| ProbeAudio {
            codec: audio.codec.name(),
            sample_rate: audio.sample_rate,
            channels: audio.channels,
        }),
        picture,
    }
}

fn reason(error: &SourceError) -> ProbeReason {
    match error {
        SourceError::Refused(refused) => ProbeReason::NotAllowed(*refused),
        SourceError::NoSuchHost(_) => ProbeReason::HostNotFound,
        // The system's own words, which it says in no other language.
        SourceError::Connect(text) if text.contains("refused") => ProbeReason::ConnectionRefused,
        SourceError::Connect(_) => ProbeReason::Unreachable,
        SourceError::NoAnswer { .. } => ProbeReason::Timeout,
        SourceError::Unauthorized { .. } => ProbeReason::WrongCredentials,
        SourceError::BasicRefused => ProbeReason::BasicRefused,
        SourceError::NoSuchStream { .. } => ProbeReason::StreamNotFound,
        SourceError::NoVideo(_) => ProbeReason::NoVideo,
        SourceError::UnsupportedVideo(_) => ProbeReason::CodecNotSupported,
        SourceError::Lost { .. } | SourceError::NotRtsp { .. } | SourceError::Protocol { .. } => {
            ProbeReason::NotRtsp
        }
        SourceError::Ended | SourceError::Stalled(_) => ProbeReason::NoMedia,
    }
}
