//! The fragment muxer (packager): access units in, fragments out.
//!
//! Belongs here: when a fragment ends and what is in it. The times of one track are in `track`,
//! the bytes of the headers in `boxes::moof`.

mod track;

use std::sync::Arc;

use bytes::Bytes;
use nightjar_media::{
    AccessUnit, Fragment, InitSection, MediaKind, TrackId, TrackParameters, TrackRun, WallTime,
};

use crate::boxes::moof;
use crate::boxes::prft::ProducerTime;
use crate::init::{InitError, build_init};
use track::{Completed, MuxTrack};

/// How long fragments are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MuxerConfig {
    /// A fragment is closed as soon as it lasts this long, in microseconds.
    pub target_micros: i64,
    /// It never lasts longer than this, unless two frames are further apart.
    pub max_micros: i64,
}

impl Default for MuxerConfig {
    fn default() -> Self {
        Self { target_micros: 500_000, max_micros: 1_000_000 }
    }
}

/// Why an access unit was not taken. The muxer goes on with the next one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MuxError {
    /// `set_tracks` was not called yet, or has no such track.
    #[error("access unit of the unknown track {}", .0.0)]
    UnknownTrack(TrackId),
    /// The tracks can not be written.
    #[error(transparent)]
    Init(#[from] InitError),
}

/// What was wrong with the input and was survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MuxStats {
    /// Units left out: before the first random access point of a run, or empty.
    pub dropped: u64,
    /// Decoding times that did not increase, or jumped, and were moved.
    pub clamped: u64,
    /// Times that sound was brought back in step with the picture.
    pub resynced: u64,
}

/// Packages the access units of one stream into fragments. Holds one unit a track back, because
/// only the next one tells its duration.
///
/// The first track (video, if there is any) leads: fragments are cut by it, and their own times
/// are counted in its ticks. Decode times begin at 0 with each run.
#[derive(Debug)]
pub struct FragmentMuxer {
    config: MuxerConfig,
    init: Option<Arc<InitSection>>,
    /// In the order of the init section: the first one leads.
    tracks: Vec<MuxTrack>,
    run: u64,
    in_run: bool,
    sequence: u32,
    /// Wall-clock time at which the next fragment begins.
    next_start: WallTime,
    stats: MuxStats,
}

impl FragmentMuxer {
    /// A muxer that has no tracks yet.
    pub fn new(config: MuxerConfig) -> Self {
        Self {
            config,
            init: None,
            tracks: Vec::new(),
            run: 0,
            in_run: false,
            sequence: 0,
            next_start: WallTime::default(),
            stats: MuxStats::default(),
        }
    }

    /// Says what is coming. With other tracks than before the run in progress is ended (its last
    /// fragment is returned) and the next unit starts a new run under a new init section; with
    /// equal ones nothing happens.
    pub fn set_tracks(&mut self, tracks: Vec<TrackParameters>) -> Result<Option<Fragment>, MuxError> {
        let init = build_init(tracks)?;
        if self.init.as_ref().is_some_and(|old| old.tracks == init.tracks) {
            return Ok(None);
        }
        let last = self.end_run();
        self.tracks = init.tracks.iter().map(MuxTrack::new).collect();
        self.init = Some(Arc::new(init));
        Ok(last)
    }

    /// Takes the next access unit, in order of arrival; gives a fragment when one is complete.
    pub fn push(&mut self, unit: AccessUnit) -> Result<Option<Fragment>, MuxError> {
        let index = self
            .tracks
            .iter()
            .position(|track| track.id == unit.track)
            .ok_or(MuxError::UnknownTrack(unit.track))?;
        // A sample's size has 32 bits.
        if unit.data.is_empty() || unit.data.len() > u32::MAX as usize / 4 {
            self.stats.dropped += 1;
            return Ok(None);
        }
        if !self.in_run && !self.begin_run(index, &unit) {
            self.stats.dropped += 1;
            return Ok(None);
        }
        Ok(if index == 0 { self.push_leading(unit) } else { self.push_following(index, unit) })
    }

    /// Ends the run (connection lost, time jump, end of stream): everything held back comes out,
    /// and the next unit starts a new run.
    pub fn end_run(&mut self) -> Option<Fragment> {
        if !self.in_run {
            return None;
        }
        self.in_run = false;
        let mut end = self.next_start;
        for (index, track) in self.tracks.iter_mut().enumerate() {
            if let Some(last_end) = track.flush()
                && index == 0
            {
                end = last_end;
            }
        }
        let fragment = self.cut(u64::MAX, end);
        self.tracks.iter_mut().for_each(MuxTrack::reset);
        fragment
    }

    /// The init section of the tracks set last.
    pub fn init(&self) -> Option<&Arc<InitSection>> {
        self.init.as_ref()
    }

    /// What was wrong with the input so far.
    pub fn stats(&self) -> MuxStats {
        self.stats
    }

    /// A run begins with the leading track, and video with a random access point.
    fn begin_run(&mut self, index: usize, unit: &AccessUnit) -> bool {
        let video = self.tracks[0].kind == MediaKind::Video;
        if index != 0 || (video && !unit.is_sync) {
            return false;
        }
        self.in_run = true;
        self.run += 1;
        self.sequence = 0;
        self.next_start = unit.wall;
        true
    }

    fn push_leading(&mut self, unit: AccessUnit) -> Option<Fragment> {
        let (config, wall) = (self.config, unit.wall);
        let lead = &mut self.tracks[0];
        let begins_gop = lead.kind == MediaKind::Video && unit.is_sync;
        let completed = lead.hold(unit, None, &mut self.stats)?;
        let Completed { at, duration, wall: completed_wall } = completed;
        // Nothing is held back for longer than the longest fragment: what there was before two
        // frames that are far apart goes out without them.
        let too_long = lead.pending_micros() > 0
            && lead.timescale.to_micros(duration.into()) + lead.pending_micros() > config.max_micros;
        if too_long && !begins_gop {
            let fragment = self.cut(at, completed_wall);
            self.tracks[0].accept_completed();
            return fragment;
        }
        lead.accept_completed();
        if begins_gop || lead.pending_micros() >= config.target_micros {
            return self.cut(at + u64::from(duration), wall);
        }
        None
    }

    /// Sound that follows the picture: kept in step with it by the wall clock, and cut off alone
    /// only when the picture stands still.
    fn push_following(&mut self, index: usize, unit: AccessUnit) -> Option<Fragment> {
        let Some(want) = self.tracks[0].media_at(unit.wall, self.tracks[index].timescale) else {
            self.stats.dropped += 1;
            return None;
        };
        let track = &mut self.tracks[index];
        track.hold(unit, Some(want), &mut self.stats)?;
        track.accept_completed();
        // Cut before the next frame would be too much.
        if track.pending_micros() + track.usual_micros() <= self.config.max_micros {
            return None;
        }
        let end = self.tracks[0].held_wall().unwrap_or(self.next_start);
        self.cut(u64::MAX, end)
    }

    /// Makes a fragment of what the leading track has pending and of what the others have
    /// pending before `end`, a decode time of the leading track. `end_wall` is the same instant.
    fn cut(&mut self, end: u64, end_wall: WallTime) -> Option<Fragment> {
        let init = self.init.clone()?;
        let start = self.next_start;
        let end_wall = end_wall.max(start);
        let lead = &self.tracks[0];
        let (decode_time, duration) = (lead.pending_start(), lead.pending_ticks());
        let starts_with_rap = lead.starts_with_sync();
        let lead_scale = lead.timescale;
        let mut runs: Vec<TrackRun> = Vec::with_capacity(self.tracks.len());
        let mut payload: Vec<Bytes> = Vec::with_capacity(32);
        payload.push(Bytes::new());
        for track in &mut self.tracks {
            let until = match end {
                u64::MAX => u64::MAX,
                _ => lead_scale.rescale(end.cast_signed(), track.timescale).cast_unsigned(),
            };
            runs.extend(track.take_until(until, &mut payload));
        }
        if runs.is_empty() {
            return None;
        }
        self.sequence += 1;
        self.next_start = end_wall;
        // The wall clock of a run can be followed from any place where decoding can start.
        let producer_time = starts_with_rap.then_some(ProducerTime {
            track: init.tracks[0].id,
            wall: start,
            media_time: decode_time,
        });
        payload[0] = moof::write_headers(producer_time, self.sequence, &mut runs).into();
        let len = payload.iter().map(Bytes::len).sum();
        Some(Fragment {
            init,
            run: self.run,
            sequence: self.sequence,
            start,
            end: end_wall,
            decode_time,
            duration,
            starts_with_rap,
            chunks: payload.into(),
            len,
            tracks: runs.into(),
        })
    }
}
