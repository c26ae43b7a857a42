//! The times of one track: what is held back, what is pending, and where it lies in the run.

use bytes::Bytes;
use nightjar_media::{
    AccessUnit, CodecParameters, MediaKind, SampleEntry, Timescale, TrackId, TrackParameters, TrackRun,
    WallTime,
};

use super::MuxStats;

/// A step of decoding time beyond this is a jump, not a pause.
const MAX_STEP_MICROS: i64 = 10_000_000;
/// A step back of at most this is moved without moving what follows.
const MAX_BACK_MICROS: i64 = 200_000;
/// Sound may be this much out of step with the picture before it is brought back.
const MAX_DRIFT_MICROS: i64 = 100_000;

/// One track of the muxer.
#[derive(Debug)]
pub(super) struct MuxTrack {
    pub(super) id: TrackId,
    pub(super) kind: MediaKind,
    pub(super) timescale: Timescale,
    /// The newest unit, whose duration is not known yet.
    held: Option<Held>,
    /// The unit before it, whose duration has just become known.
    completed: Option<(SampleEntry, Bytes)>,
    samples: Vec<SampleEntry>,
    data: Vec<Bytes>,
    /// Decode time of the first pending sample, or of the next one.
    start: u64,
    ticks: u64,
    /// What is added to the units' own times to get decode times of the run.
    offset: i64,
    /// A duration that a frame is likely to have.
    usual: u32,
    /// Whether it is ahead of where it belongs, and its frames are shortened for that.
    catching_up: bool,
}

#[derive(Debug)]
struct Held {
    media: u64,
    composition_offset: i32,
    wall: WallTime,
    is_sync: bool,
    data: Bytes,
}

/// A unit whose duration has become known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Completed {
    /// Its decode time.
    pub(super) at: u64,
    pub(super) duration: u32,
    pub(super) wall: WallTime,
}

impl MuxTrack {
    pub(super) fn new(parameters: &TrackParameters) -> Self {
        Self {
            id: parameters.id,
            kind: parameters.codec.kind(),
            timescale: parameters.timescale,
            held: None,
            completed: None,
            samples: Vec::new(),
            data: Vec::new(),
            start: 0,
            ticks: 0,
            offset: 0,
            usual: usual_duration(parameters),
            catching_up: false,
        }
    }

    /// Holds the unit back and completes the one before. `want` is where a following track's
    /// unit belongs by the wall clock, in its own ticks.
    pub(super) fn hold(
        &mut self,
        unit: AccessUnit,
        want: Option<i64>,
        stats: &mut MuxStats,
    ) -> Option<Completed> {
        let Some(held) = self.held.take() else {
            let media = want.unwrap_or(0);
            let Ok(start) = u64::try_from(media) else {
                // Sound from before the run's first picture.
                stats.dropped += 1;
                return None;
            };
            self.offset = media.saturating_sub(unit.dts);
            self.start = start;
            self.held = Some(self.placed(start, unit));
            return None;
        };
        let step = self.step(&held, &unit, want, stats);
        let at = held.media;
        self.held = Some(self.placed(at + u64::from(step), unit));
        let wall = held.wall;
        self.completed = Some((held.entry(step), held.data));
        Some(Completed { at, duration: step, wall })
    }

    /// Puts the completed unit to the pending ones.
    pub(super) fn accept_completed(&mut self) {
        if let Some((entry, data)) = self.completed.take() {
            self.ticks += u64::from(entry.duration);
            self.samples.push(entry);
            self.data.push(data);
        }
    }

    /// Completes the held unit with the usual duration; gives the wall-clock time of its end.
    pub(super) fn flush(&mut self) -> Option<WallTime> {
        let held = self.held.take()?;
        let duration = self.usual.max(1);
        let end = held.wall.plus_micros(self.timescale.to_micros(duration.into()));
        self.completed = Some((held.entry(duration), held.data));
        self.accept_completed();
        Some(end)
    }

    /// Forgets the run.
    pub(super) fn reset(&mut self) {
        self.held = None;
        self.completed = None;
        self.samples.clear();
        self.data.clear();
        (self.start, self.ticks, self.offset) = (0, 0, 0);
        self.catching_up = false;
    }

    /// Where the instant `wall` lies in the run, in ticks of `scale`; none before the run's
    /// first unit.
    pub(super) fn media_at(&self, wall: WallTime, scale: Timescale) -> Option<i64> {
        let held = self.held.as_ref()?;
        let media = self.timescale.rescale(held.media.cast_signed(), scale);
        Some(media.saturating_add(scale.from_micros(wall.micros_since(held.wall))))
    }

    pub(super) fn held_wall(&self) -> Option<WallTime> {
        self.held.as_ref().map(|held| held.wall)
    }

    pub(super) fn pending_start(&self) -> u64 {
        self.start
    }

    /// Where the newest unit begins in the run, in microseconds.
    pub(super) fn held_at(&self) -> Option<i64> {
        self.held.as_ref().map(|held| self.timescale.to_micros(held.media.cast_signed()))
    }

    pub(super) fn pending_micros(&self) -> i64 {
        self.timescale.to_micros(self.ticks.cast_signed())
    }

    /// How long a frame is likely to be.
    pub(super) fn usual_micros(&self) -> i64 {
        self.timescale.to_micros(self.usual.into())
    }

    pub(super) fn starts_with_sync(&self) -> bool {
        self.samples.first().is_some_and(|sample| sample.is_sync)
    }

    /// Takes the pending samples that begin before `end`; their bytes are put behind `payload`.
    pub(super) fn take_until(&mut self, end: u64, payload: &mut Vec<Bytes>) -> Option<TrackRun> {
        let decode_time = self.start;
        let mut next = decode_time;
        let mut count = 0;
        for sample in &self.samples {
            if next >= end {
                break;
            }
            next += u64::from(sample.duration);
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let rest = self.samples.split_off(count);
        let samples = std::mem::replace(&mut self.samples, rest);
        payload.extend(self.data.drain(..count));
        self.start = next;
        self.ticks -= next - decode_time;
        Some(TrackRun { track: self.id, decode_time, data_offset: 0, samples })
    }

    fn placed(&self, media: u64, unit: AccessUnit) -> Held {
        let composition = unit.pts.saturating_add(self.offset).saturating_sub(media.cast_signed());
        // Beyond 32 bits it is nonsense; the nearest that can be written does no harm.
        let nearest = if composition < 0 { i32::MIN } else { i32::MAX };
        Held {
            media,
            composition_offset: i32::try_from(composition).unwrap_or(nearest),
            wall: unit.wall,
            is_sync: unit.is_sync,
            data: unit.data,
        }
    }

    /// Ticks from the held unit to the next one, at least 1.
    fn step(&mut self, held: &Held, unit: &AccessUnit, want: Option<i64>, stats: &mut MuxStats) -> u32 {
        let media = held.media.cast_signed();
        let mut target = unit.dts.saturating_add(self.offset);
        let max = self.timescale.from_micros(MAX_STEP_MICROS);
        let back = self.timescale.from_micros(MAX_BACK_MICROS);
        let jumped = !(-back..=max).contains(&target.saturating_sub(media));
        if jumped && !self.catching_up {
            stats.clamped += 1;
            return self.jump(held, unit, max);
        }
        let drift = want.map_or(0, |want| target.saturating_sub(want));
        if drift.saturating_abs() > self.timescale.from_micros(MAX_DRIFT_MICROS) {
            stats.resynced += 1;
            self.offset = self.offset.saturating_sub(drift);
            target = target.saturating_sub(drift);
            self.catching_up = drift > 0;
        }
        let step = target.saturating_sub(media);
        // By half at most, so that every frame keeps its place.
        let least = i64::from(self.usual / 2).max(1);
        self.catching_up &= step < least;
        if self.catching_up {
            return clamp_step(least, max);
        }
        stats.clamped += u64::from(step < 1);
        let step = clamp_step(step, max);
        if step > 1 {
            // One long pause does not make the next frame long.
            self.usual = step.min(self.usual.saturating_mul(2));
        }
        step
    }

    /// After a jump of its own clock a unit is put where the wall clock says, or one frame on.
    fn jump(&mut self, held: &Held, unit: &AccessUnit, max: i64) -> u32 {
        let by_wall = self.timescale.from_micros(unit.wall.micros_since(held.wall));
        let step = if (1..=max).contains(&by_wall) { by_wall } else { i64::from(self.usual) };
        let step = clamp_step(step, max);
        self.offset = held.media.cast_signed().saturating_add(step.into()).saturating_sub(unit.dts);
        step
    }
}

impl Held {
    fn entry(&self, duration: u32) -> SampleEntry {
        SampleEntry {
            // Checked when the unit was pushed.
            size: self.data.len() as u32,
            duration,
            composition_offset: self.composition_offset,
            is_sync: self.is_sync,
        }
    }
}

fn clamp_step(step: i64, max: i64) -> u32 {
    u32::try_from(step.clamp(1, max.max(1))).unwrap_or(u32::MAX)
}

/// Until two units have shown it: 25 frames a second, or a frame of sound.
fn usual_duration(parameters: &TrackParameters) -> u32 {
    let hz = parameters.timescale.hz();
    let (samples, rate) = match parameters.codec {
        CodecParameters::Aac { sample_rate, .. } => (1024, sample_rate.max(1)),
        _ if parameters.codec.kind() == MediaKind::Audio => (1, 50),
        _ => (1, 25),
    };
    u32::try_from(u64::from(hz) * samples / u64::from(rate)).unwrap_or(hz).max(1)
}
