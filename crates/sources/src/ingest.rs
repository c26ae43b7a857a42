//! Frames of a session in, fragments and interruptions out: time, decoding order, key frames,
//! sound, packaging. Plain code: arrival times come with the frames.

mod sound;

use std::fmt;
use std::time::{Duration, Instant};

use nightjar_codec::{DtsEstimator, h264, h265};
use nightjar_format::{FragmentMuxer, MuxerConfig};
use nightjar_media::{
    AccessUnit, CodecParameters, Fragment, Interruption, InterruptionCause, Timescale, TrackId,
    TrackParameters, WallTime,
};

use crate::clock::{Arrival, MediaClock, Stamp};
use crate::rtsp::{AudioSetup, RawFrame, VideoSetup};
use crate::timeline::Timeline;
use sound::Sound;

/// Real time over which the first anchor is sought: cameras and proxies that begin with a burst
/// of old frames have fallen into step by then.
const SETTLE: Duration = Duration::from_millis(250);
/// Frames that may wait for it.
const SETTLE_FRAMES: usize = 512;
/// Without a key frame for this long, people are told.
const KEY_FRAME_LIMIT: Duration = Duration::from_secs(10);
/// A pause of this length is a gap, whatever the frame rate.
const HOLE_MICROS: i64 = 2_000_000;
/// Until it is known, the distance of two frames.
const USUAL_FRAME_MICROS: i64 = 40_000;
/// How far the start of a run may be moved to follow the end of the one before.
const OVERLAP_MICROS: i64 = 5_000_000;

/// What comes out.
#[derive(Debug)]
pub(crate) enum Output {
    Fragment(Fragment),
    Interrupted(Interruption),
}

/// What was odd and was survived, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Oddities {
    /// Frames before the first key frame.
    pub(crate) undecodable: u64,
    /// Jumps of the camera's time.
    pub(crate) time_jumps: u64,
    /// Empty frames.
    pub(crate) empty: u64,
    /// Frames that the muxer or the encoder did not take.
    pub(crate) refused: u64,
}

impl fmt::Display for Oddities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { undecodable, time_jumps, empty, refused } = self;
        write!(f, "undecodable {undecodable}, time jumps {time_jumps}, empty {empty}, refused {refused}")
    }
}

/// The ingest of one stream, over all its sessions.
#[derive(Debug)]
pub(crate) struct Ingest {
    muxer: FragmentMuxer,
    /// What it has just made.
    fragments: Vec<Fragment>,
    phase: Phase,
    video: Picture,
    sound: Option<Sound>,
    /// Where the media published so far ends.
    ended_at: Option<WallTime>,
    /// The clocks came apart: begin a new run at the next key frame.
    reanchor: Option<String>,
    oddities: Oddities,
}

#[derive(Debug)]
enum Phase {
    /// Nothing can be decoded yet.
    WaitingForKey {
        since: Option<Instant>,
        told: bool,
    },
    /// Decodable frames wait until they can be put on the wall clock.
    Settling {
        since: Instant,
        frames: Vec<Waiting>,
    },
    Flowing,
}

#[derive(Debug)]
enum Waiting {
    Video(Timed),
    Audio(RawFrame),
}

#[derive(Debug)]
struct Timed {
    unit: AccessUnit,
    media: i64,
    arrival: Arrival,
}

#[derive(Debug)]
struct Picture {
    parameters: Option<TrackParameters>,
    timeline: Timeline,
    decoding: DtsEstimator,
    clock: Option<MediaClock>,
}

impl Picture {
    fn new() -> Self {
        let timeline = Timeline::new(Timescale::VIDEO, USUAL_FRAME_MICROS);
        let decoding = DtsEstimator::new(None, timeline.typical());
        Self { parameters: None, timeline, decoding, clock: None }
    }
}

impl Ingest {
    pub(crate) fn new() -> Self {
        Self {
            muxer: FragmentMuxer::new(MuxerConfig::default()),
            fragments: Vec::new(),
            phase: Phase::WaitingForKey { since: None, told: false },
            video: Picture::new(),
            sound: None,
            ended_at: None,
            reanchor: None,
            oddities: Oddities::default(),
        }
    }

    pub(crate) fn oddities(&self) -> Oddities {
        self.oddities
    }

    /// Where the media published so far ends.
    pub(crate) fn ended_at(&self) -> Option<WallTime> {
        self.ended_at
    }

    /// The tracks as they are packaged.
    pub(crate) fn tracks(&self) -> impl Iterator<Item = &TrackParameters> {
        self.video.parameters.iter().chain(self.sound.as_ref().map(Sound::output))
    }

    /// A session begins.
    pub(crate) fn begin(&mut self, audio: Option<AudioSetup>) {
        self.phase = Phase::WaitingForKey { since: None, told: false };
        self.video = Picture::new();
        self.reanchor = None;
        self.sound = audio.and_then(|setup| {
            Sound::new(setup).inspect_err(|error| tracing::warn!(%error, "sound is left out")).ok()
        });
    }

    /// The session ended: what is held back comes out.
    pub(crate) fn end(&mut self, out: &mut Vec<Output>) {
        let held = match std::mem::replace(&mut self.phase, Phase::WaitingForKey { since: None, told: false })
        {
            Phase::Settling { frames, .. } => frames,
            _ => Vec::new(),
        };
        self.settle(held, out);
        self.end_run(out);
        self.phase = Phase::WaitingForKey { since: None, told: false };
    }

    /// The video's parameters, before the frame that needs them.
    pub(crate) fn video_setup(&mut self, setup: VideoSetup, out: &mut Vec<Output>) {
        let (codec, depth) = match setup {
            VideoSetup::H264 { sps, pps, width, height } => {
                let depth = h264::Sps::parse(&sps).ok().and_then(|sps| sps.reorder_depth);
                (CodecParameters::H264 { sps, pps, width, height }, depth)
            }
            VideoSetup::H265 { vps, sps, pps, width, height } => {
                let depth = h265::Sps::parse(&sps).ok().map(|sps| sps.reorder_depth);
                (CodecParameters::H265 { vps, sps, pps, width, height }, depth)
            }
        };
        let parameters = TrackParameters { id: TrackId::VIDEO, timescale: Timescale::VIDEO, codec };
        if self.video.parameters.as_ref() == Some(&parameters) {
            return;
        }
        // What waits was coded with the old parameters.
        if let Phase::Settling { frames, .. } = &mut self.phase {
            let frames = std::mem::take(frames);
            self.settle(frames, out);
        }
        self.video.decoding = DtsEstimator::new(depth, self.video.timeline.typical());
        self.video.parameters = Some(parameters);
        self.set_tracks(out);
    }

    fn set_tracks(&mut self, out: &mut Vec<Output>) {
        let tracks: Vec<TrackParameters> = self.tracks().cloned().collect();
        if let Err(error) = self.muxer.set_tracks(tracks, &mut self.fragments) {
            tracing::warn!(%error, "the stream's tracks can't be packaged");
        }
        self.publish(out);
    }

    pub(crate) fn video(&mut self, frame: RawFrame, out: &mut Vec<Output>) {
        if frame.data.is_empty() || self.video.parameters.is_none() {
            self.oddities.empty += 1;
            return;
        }
        let place = self.video.timeline.place(frame.ticks, frame.arrival);
        if place.jumped.is_some() {
            self.oddities.time_jumps += 1;
            self.video.decoding.reset();
        }
        let scale = self.video.timeline.scale();
        let pause = scale.to_micros(place.step);
        if pause > HOLE_MICROS.max(4 * scale.to_micros(self.video.timeline.typical())) {
            self.hole(pause, out);
        }
        let dts = self.video.decoding.push(place.ticks);
        let unit = AccessUnit {
            track: TrackId::VIDEO,
            dts,
            pts: place.ticks,
            wall: frame.arrival.wall,
            received: frame.arrival.mono,
            is_sync: frame.is_sync,
            data: frame.data,
        };
        let timed = Timed { media: scale.to_micros(dts), arrival: frame.arrival, unit };
        self.advance(timed, out);
    }

    pub(crate) fn audio(&mut self, frame: RawFrame, out: &mut Vec<Output>) {
        match &mut self.phase {
            Phase::WaitingForKey { .. } => {}
            Phase::Settling { frames, .. } if frames.len() < SETTLE_FRAMES => {
                frames.push(Waiting::Audio(frame))
            }
            Phase::Settling { .. } => self.oddities.refused += 1,
            Phase::Flowing => self.audio_on(frame, out),
        }
    }

    fn advance(&mut self, timed: Timed, out: &mut Vec<Output>) {
        match &mut self.phase {
            Phase::WaitingForKey { .. } if timed.unit.is_sync => {
                let since = timed.arrival.mono;
                self.phase = Phase::Settling { since, frames: vec![Waiting::Video(timed)] };
            }
            Phase::WaitingForKey { since, told } => {
                self.oddities.undecodable += 1;
                let since = *since.get_or_insert(timed.arrival.mono);
                let waited = timed.arrival.mono.saturating_duration_since(since);
                if waited >= KEY_FRAME_LIMIT && !std::mem::replace(told, true) {
                    let details = format!("no key frame for {} s", waited.as_secs());
                    self.interrupt(InterruptionCause::NoKeyFrame, details, timed.arrival.wall, out);
                }
            }
            Phase::Settling { since, frames } => {
                let settled = timed.arrival.mono.saturating_duration_since(*since) >= SETTLE;
                frames.push(Waiting::Video(timed));
                if settled || frames.len() >= SETTLE_FRAMES {
                    let frames = std::mem::take(frames);
                    self.settle(frames, out);
                }
            }
            Phase::Flowing => self.video_on(timed, out),
        }
    }

    /// Puts the frames that waited on the wall clock: the least late one tells where.
    fn settle(&mut self, frames: Vec<Waiting>, out: &mut Vec<Output>) {
        self.phase = Phase::Flowing;
        let videos = || {
            frames.iter().filter_map(|frame| match frame {
                Waiting::Video(timed) => Some(timed),
                Waiting::Audio(_) => None,
            })
        };
        let Some(first) = videos().next() else { return };
        let least_late = |timed: &Timed| timed.arrival.wall.plus_micros(-(timed.media - first.media));
        let wall = videos().map(least_late).min().unwrap_or(first.arrival.wall);
        let wall = match self.ended_at {
            Some(end) if (0..OVERLAP_MICROS).contains(&end.micros_since(wall)) => end,
            _ => wall,
        };
        self.video.clock = Some(MediaClock::new(first.media, wall, first.arrival));
        for frame in frames {
            match frame {
                Waiting::Video(timed) => self.video_on(timed, out),
                Waiting::Audio(frame) => self.audio_on(frame, out),
            }
        }
    }

    fn video_on(&mut self, mut timed: Timed, out: &mut Vec<Output>) {
        let Some(clock) = &mut self.video.clock else { return };
        if timed.unit.is_sync
            && let Some(reason) = self.reanchor.take()
        {
            let (media, arrival) = (timed.media, timed.arrival);
            *clock = MediaClock::new(media, arrival.wall, arrival);
            self.end_run(out);
            self.interrupt(InterruptionCause::ClockStep, reason, arrival.wall, out);
            self.sound.iter_mut().for_each(Sound::unanchor);
        }
        let Some(clock) = &mut self.video.clock else { return };
        timed.unit.wall = match self.reanchor {
            Some(_) => clock.project(timed.media),
            None => match clock.stamp(timed.media, timed.arrival) {
                Stamp::At(wall) => wall,
                Stamp::Jump(reason) => {
                    self.reanchor = Some(reason);
                    clock.project(timed.media)
                }
            },
        };
        self.push(timed.unit, out);
    }

    fn audio_on(&mut self, frame: RawFrame, out: &mut Vec<Output>) {
        let (Some(sound), Some(picture)) = (&mut self.sound, &self.video.clock) else { return };
        match sound.take(frame, picture) {
            Ok(units) => units.into_iter().for_each(|unit| self.push(unit, out)),
            Err(error) => {
                self.oddities.refused += 1;
                tracing::debug!(%error, "sound left out");
            }
        }
    }

    fn push(&mut self, unit: AccessUnit, out: &mut Vec<Output>) {
        if let Err(error) = self.muxer.push(unit, &mut self.fragments) {
            self.oddities.refused += 1;
            tracing::debug!(%error, "access unit left out");
        }
        self.publish(out);
    }

    fn publish(&mut self, out: &mut Vec<Output>) {
        for fragment in self.fragments.drain(..) {
            self.ended_at = Some(fragment.end);
            out.push(Output::Fragment(fragment));
        }
    }

    /// The camera sent nothing for a while, and now goes on.
    fn hole(&mut self, pause: i64, out: &mut Vec<Output>) {
        if !matches!(self.phase, Phase::Flowing) {
            return;
        }
        self.end_run(out);
        let details = format!("the camera sent no picture for {:.1} s", pause as f64 / 1e6);
        let since = self.ended_at.unwrap_or_default();
        self.interrupt(InterruptionCause::Stalled, details, since, out);
        self.video.decoding.reset();
        self.sound.iter_mut().for_each(Sound::unanchor);
        self.phase = Phase::WaitingForKey { since: None, told: true };
    }

    fn end_run(&mut self, out: &mut Vec<Output>) {
        self.muxer.end_run(&mut self.fragments);
        self.publish(out);
    }

    fn interrupt(&self, cause: InterruptionCause, details: String, now: WallTime, out: &mut Vec<Output>) {
        let since = self.ended_at.unwrap_or(now);
        out.push(Output::Interrupted(Interruption { since, cause, details }));
    }
}

/// Lateness of `arrival` against a projected time, for choosing between two anchors.
fn apart(arrival: WallTime, projected: WallTime) -> Duration {
    Duration::from_micros(arrival.micros_since(projected).unsigned_abs())
}
