//! Trying an address: what a camera would give, measured over a moment.

use std::time::Duration;

use bytes::Bytes;
use nightjar_codec::nal;
use nightjar_media::Codec;
use nightjar_model::{CameraSource, Reach};
use tokio::time::{Instant, timeout};

use crate::SourceError;
use crate::rtsp::{AudioSetup, Item, Pending, RawFrame, RtspSession, RtspTarget, VideoSetup};

/// Ticks a second of RTP video (RFC 6184 §8.2.1, RFC 7798 §7.1).
const VIDEO_CLOCK: f64 = 90_000.0;

/// What a camera gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Probed {
    /// How the picture is coded.
    pub video: Codec,
    /// Width and height in pixels.
    pub dimensions: (u32, u32),
    /// Frames a second; none if there were too few to tell.
    pub fps: Option<f64>,
    /// Bits a second of picture and sound.
    pub bitrate: Option<u64>,
    /// Seconds from one key frame to the next; none if there was only one.
    pub key_frame_interval: Option<f64>,
    /// The sound, if there is any that can be recorded.
    pub audio: Option<ProbedAudio>,
    /// A picture that can be decoded by itself; none if there was none in time.
    pub key_frame: Option<KeyFrame>,
}

/// The sound of a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbedAudio {
    /// How it is coded.
    pub codec: Codec,
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u8,
}

/// A key frame with its parameter sets, as an Annex B byte stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFrame {
    /// How it is coded.
    pub codec: Codec,
    /// The bytes.
    pub annex_b: Bytes,
}

/// Connects as for recording, and looks at what comes for `sample` from the first frame on; longer,
/// as far as `limit` allows, if there is no key frame yet.
///
/// # Errors
/// Why there is no picture.
pub async fn probe(
    source: &CameraSource,
    (reach, refuse_basic): (Reach, bool),
    sample: Duration,
    limit: Duration,
) -> Result<Probed, SourceError> {
    let source = source.clone().with_credentials_apart();
    let target = RtspTarget {
        url: source.main_url,
        username: source.username,
        password: source.password,
        transport: source.transport,
        audio: true,
        reach,
        refuse_basic,
    };
    let end = now() + limit;
    let in_time = end.saturating_duration_since(now());
    let mut session = match timeout(in_time, RtspSession::open(&target)).await {
        Ok(session) => session?,
        Err(_) => return Err(SourceError::NoAnswer { step: "our requests", limit }),
    };
    let mut seen = Seen { setup: session.video_setup(), ..Seen::default() };
    let watched = seen.watch(&mut session, sample, end).await;
    match (seen.setup.is_some() && !seen.frames.is_empty(), watched) {
        (true, _) => Ok(seen.probed(session.audio_setup())),
        (false, Err(error)) => Err(error),
        (false, Ok(())) => Err(SourceError::Stalled(limit)),
    }
}

/// What came so far.
#[derive(Default)]
struct Seen {
    setup: Option<VideoSetup>,
    /// Of each video frame, in the order of arrival: RTP time and whether it is a key frame.
    frames: Vec<(i64, bool)>,
    bytes: usize,
    first: Option<Instant>,
    /// The first key frame.
    key_frame: Option<Bytes>,
}

impl Seen {
    async fn watch(
        &mut self,
        session: &mut RtspSession,
        sample: Duration,
        end: Instant,
    ) -> Result<(), SourceError> {
        let mut pending = Pending::default();
        loop {
            let enough = self.first.filter(|_| self.key_frame.is_some()).map(|first| first + sample);
            let until = enough.unwrap_or(end).min(end);
            let Ok(item) = tokio::time::timeout_at(until, session.next(&mut pending)).await else {
                return Ok(());
            };
            match item? {
                Item::VideoSetup(setup) => self.setup = Some(setup),
                Item::Video(frame) => self.video(frame),
                Item::Audio(frame) => self.bytes += frame.data.len(),
            }
        }
    }

    fn video(&mut self, frame: RawFrame) {
        self.first.get_or_insert_with(now);
        self.bytes += frame.data.len();
        self.frames.push((frame.ticks, frame.is_sync));
        if frame.is_sync && self.key_frame.is_none() {
            self.key_frame = Some(frame.data);
        }
    }

    fn probed(self, audio: Option<AudioSetup>) -> Probed {
        let setup = self.setup.as_ref().expect("checked by the caller");
        let (video, dimensions, sets) = match setup {
            VideoSetup::H264 { sps, pps, width, height } => (Codec::H264, (*width, *height), vec![sps, pps]),
            VideoSetup::H265 { vps, sps, pps, width, height } => {
                (Codec::H265, (*width, *height), vec![vps, sps, pps])
            }
        };
        let key_frame = self.key_frame.as_ref().map(|frame| {
            let mut annex_b = nal::to_annex_b(&nal::join(sets.into_iter().map(|set| &set[..])));
            annex_b.extend(nal::to_annex_b(frame));
            KeyFrame { codec: video, annex_b: annex_b.into() }
        });
        let fps = rate(self.frames.iter().map(|(ticks, _)| *ticks));
        Probed {
            video,
            dimensions,
            fps,
            // By the camera's time: many begin with a burst of what they had kept.
            bitrate: fps.map(|fps| (self.bytes as f64 * 8.0 * fps / self.frames.len() as f64) as u64),
            key_frame_interval: rate(self.frames.iter().filter(|(_, sync)| *sync).map(|(ticks, _)| *ticks))
                .map(|rate| 1.0 / rate),
            audio: audio.map(sound),
            key_frame,
        }
    }
}

/// How many there are a second, by their own time; frames need not arrive in the order of it.
fn rate(ticks: impl Iterator<Item = i64> + Clone) -> Option<f64> {
    let (first, last) = (ticks.clone().min()?, ticks.clone().max()?);
    (last > first).then(|| (ticks.count() - 1) as f64 * VIDEO_CLOCK / (last - first) as f64)
}

fn sound(setup: AudioSetup) -> ProbedAudio {
    let (codec, sample_rate, channels) = match setup {
        AudioSetup::Aac { sample_rate, channels, .. } => (Codec::Aac, sample_rate, channels),
        AudioSetup::Pcmu { sample_rate, channels } => (Codec::Pcmu, sample_rate, channels),
        AudioSetup::Pcma { sample_rate, channels } => (Codec::Pcma, sample_rate, channels),
    };
    ProbedAudio { codec, sample_rate, channels }
}

#[expect(clippy::disallowed_methods, reason = "a driver: it measures what comes in real time")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_counted_in_the_cameras_own_time() {
        assert_eq!(rate([0, 3_600, 7_200, 10_800].into_iter()), Some(25.0));
        assert_eq!(rate([0, 7_200, 3_600].into_iter()), Some(25.0), "frames out of order");
        assert_eq!(rate([5].into_iter()), None);
        assert_eq!(rate([5, 5].into_iter()), None);
    }
}
