//! The fragment muxer (packager): access units in, fragments out.
//!
//! Belongs here: when a fragment ends and what is in it. The times of one track are in `track`,
//! the bytes of the headers in `boxes::moof`.

mod track;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use nightjar_media::{
    AccessUnit, Fragment, InitSection, MediaKind, TrackId, TrackParameters, TrackRun, WallTime,
};

use crate::boxes::moof;
use crate::boxes::prft::ProducerTime;
use crate::init::{InitError, build_init};
use track::{Completed, MuxTrack};

/// How far the other tracks may be behind a cut and still be waited for, by the leading track's
/// time. Cameras send sound in packets of up to some 200 ms, up to 200 ms after its picture.
const WAIT_MICROS: i64 = 400_000;
/// A track that is further behind than this is silent, and not waited for.
const SILENT_MICROS: i64 = 1_000_000;

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
    /// Decode time of the leading track at the cut decided last.
    cut_at: u64,
    /// Cuts that are decided and wait for the other tracks to get there.
    cuts: VecDeque<Cut>,
    /// Wall-clock time at which the next fragment begins.
    next_start: WallTime,
    stats: MuxStats,
}

/// Where a fragment ends: a decode time of the leading track, and the same instant.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: u64,
    wall: WallTime,
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
            cut_at: 0,
            cuts: VecDeque::new(),
            next_start: WallTime::default(),
            stats: MuxStats::default(),
        }
    }

    /// Says what is coming. With other tracks than before the run in progress is ended (as by
    /// `end_run`) and the next unit starts a new run under a new init section; with equal ones
    /// nothing happens.
    pub fn set_tracks(
        &mut self,
        tracks: Vec<TrackParameters>,
        out: &mut Vec<Fragment>,
    ) -> Result<(), MuxError> {
        let init = build_init(tracks)?;
        if self.init.as_ref().is_some_and(|old| old.tracks == init.tracks) {
            return Ok(());
        }
        self.end_run(out);
        self.tracks = init.tracks.iter().map(MuxTrack::new).collect();
        self.init = Some(Arc::new(init));
        Ok(())
    }

    /// Takes the next access unit, in order of arrival. The fragments that are complete now are
    /// put behind `out`.
    pub fn push(&mut self, unit: AccessUnit, out: &mut Vec<Fragment>) -> Result<(), MuxError> {
        let index = self
            .tracks
            .iter()
            .position(|track| track.id == unit.track)
            .ok_or(MuxError::UnknownTrack(unit.track))?;
        // A sample's size has 32 bits.
        let unusable = unit.data.is_empty() || unit.data.len() > u32::MAX as usize / 4;
        if unusable || (!self.in_run && !self.begin_run(index, &unit)) {
            self.stats.dropped += 1;
            return Ok(());
        }
        match index {
            0 => self.push_leading(unit),
            _ => self.push_following(index, unit, out),
        }
        self.carry_out(out);
        Ok(())
    }

    /// Ends the run (connection lost, time jump, end of stream): everything held back is put
    /// behind `out`, and the next unit starts a new run.
    pub fn end_run(&mut self, out: &mut Vec<Fragment>) {
        if !self.in_run {
            return;
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
        while let Some(cut) = self.cuts.pop_front() {
            out.extend(self.cut(cut));
        }
        out.extend(self.cut(Cut { at: u64::MAX, wall: end }));
        self.tracks.iter_mut().for_each(MuxTrack::reset);
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
        self.cut_at = 0;
        self.next_start = unit.wall;
        true
    }

    fn push_leading(&mut self, unit: AccessUnit) {
        let (config, wall) = (self.config, unit.wall);
        let lead = &mut self.tracks[0];
        let begins_gop = lead.kind == MediaKind::Video && unit.is_sync;
        let Some(completed) = lead.hold(unit, None, &mut self.stats) else { return };
        let Completed { at, duration, wall: completed_wall } = completed;
        lead.accept_completed();
        let end = at + u64::from(duration);
        let micros = |from: u64, to: u64| lead.timescale.to_micros(to.saturating_sub(from).cast_signed());
        // Nothing is held back for longer than the longest fragment: what there was before two
        // frames that are far apart goes out without them.
        if at > self.cut_at && micros(self.cut_at, end) > config.max_micros && !begins_gop {
            self.cuts.push_back(Cut { at, wall: completed_wall });
            self.cut_at = at;
        }
        // And the frame before a pause does not wait for the end of the next one.
        if begins_gop || micros(self.cut_at, end) >= config.target_micros {
            self.cuts.push_back(Cut { at: end, wall });
            self.cut_at = end;
        }
    }

    /// Sound that follows the picture: kept in step with it by the wall clock, and cut off alone
    /// only when the picture stands still.
    fn push_following(&mut self, index: usize, unit: AccessUnit, out: &mut Vec<Fragment>) {
        let Some(want) = self.tracks[0].media_at(unit.wall, self.tracks[index].timescale) else {
            self.stats.dropped += 1;
            return;
        };
        let track = &mut self.tracks[index];
        if track.hold(unit, Some(want), &mut self.stats).is_none() {
            return;
        }
        track.accept_completed();
        self.carry_out(out);
        let track = &self.tracks[index];
        // Cut before the next frame would be too much.
        if track.pending_micros() + track.usual_micros() <= self.config.max_micros {
            return;
        }
        while let Some(cut) = self.cuts.pop_front() {
            out.extend(self.cut(cut));
        }
        let wall = self.tracks[0].held_wall().unwrap_or(self.next_start);
        out.extend(self.cut(Cut { at: u64::MAX, wall }));
        self.cut_at = self.tracks[0].pending_start();
    }

    /// Makes the fragments whose cut no track has to be waited for any more.
    fn carry_out(&mut self, out: &mut Vec<Fragment>) {
        while let Some(&cut) = self.cuts.front()
            && !self.is_early(cut)
        {
            self.cuts.pop_front();
            out.extend(self.cut(cut));
        }
    }

    /// Whether another track has yet to get to the cut, and probably will.
    fn is_early(&self, cut: Cut) -> bool {
        let (lead, followers) = (&self.tracks[0], &self.tracks[1..]);
        let waited = lead.held_wall().map_or(i64::MAX, |wall| wall.micros_since(cut.wall));
        waited < WAIT_MICROS
            && followers.iter().filter_map(MuxTrack::held_at).any(|reached| {
                let behind = lead.timescale.to_micros(cut.at.cast_signed()) - reached;
                (1..=SILENT_MICROS).contains(&behind)
            })
    }

    /// Makes a fragment of what the tracks have pending before the cut.
    fn cut(&mut self, Cut { at: end, wall: end_wall }: Cut) -> Option<Fragment> {
        let init = self.init.clone()?;
        let start = self.next_start;
        let end_wall = end_wall.max(start);
        let lead = &self.tracks[0];
        let decode_time = lead.pending_start();
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
        let duration = self.tracks[0].pending_start() - decode_time;
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
