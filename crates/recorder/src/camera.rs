//! Recording one camera's stream: fragments in, file and ledger out.
//!
//! Runs on a recorder thread, where writing to the disk may block; whatever waits meanwhile is in
//! the hub's bounded queue.

use std::sync::Arc;
use std::time::Duration;

use nightjar_catalog::LedgerWrite;
use nightjar_hub::{Delivery, Lag};
use nightjar_media::{Fragment, Interruption, InterruptionCause, WallTime};
use nightjar_model::{Camera, GapCause, RecordingId, RecordingState, SegmentId, StreamName};
use uuid::Uuid;

use crate::active::{ActiveSegment, Opening, WriteError};
use crate::commit::Entry;
use crate::context::Context;
use crate::ledger::{Ledger, Reason};
use crate::rotation;

/// How often the row of an open segment is brought up to date.
const PROGRESS_MICROS: i64 = 10_000_000;
/// How long to leave a disk alone that refused a write.
const WRITE_RETRY: Duration = Duration::from_secs(5);

/// The recording of one stream.
pub(crate) struct CameraRecorder {
    context: Arc<Context>,
    camera: Arc<Camera>,
    stream: StreamName,
    ledger: Ledger,
    active: Option<ActiveSegment>,
    /// The run of segments that the next segment goes on, if nothing comes between.
    recording_id: RecordingId,
    retry_at: Option<WallTime>,
    next_progress: WallTime,
}

impl CameraRecorder {
    pub(crate) fn new(
        context: Arc<Context>,
        camera: Arc<Camera>,
        stream: StreamName,
        ledger: Ledger,
        now: WallTime,
    ) -> Self {
        let recording_id = RecordingId(Uuid::now_v7());
        let recorder = Self {
            context,
            camera,
            stream,
            ledger,
            active: None,
            recording_id,
            retry_at: None,
            next_progress: now,
        };
        recorder.post_status(now, "");
        recorder
    }

    /// The camera's settings changed.
    pub(crate) fn set_camera(&mut self, camera: Arc<Camera>) {
        self.camera = camera;
    }

    /// The next delivery of the hub.
    pub(crate) fn handle(&mut self, delivery: &Delivery, now: WallTime) {
        match delivery {
            Delivery::Fragment(fragment) => self.fragment(fragment, now),
            Delivery::Interrupted(interruption) => self.interrupted(interruption, now),
            Delivery::Lagged(lag) => self.lagged(*lag, now),
        }
    }

    /// Ends the segment and opens a gap.
    pub(crate) fn stop(&mut self, reason: Reason, now: WallTime) {
        self.stop_at(None, reason, now);
    }

    fn fragment(&mut self, fragment: &Fragment, now: WallTime) {
        if self.retry_at.is_some_and(|at| now < at) {
            return;
        }
        self.retry_at = None;
        let continues = self.active.as_ref().is_some_and(|active| active.continues_with(fragment));
        let rotates = fragment.starts_with_rap
            && self.active.as_ref().is_some_and(|active| fragment.start >= active.boundary);
        let written = if continues && !rotates {
            self.append(fragment)
        } else if fragment.starts_with_rap {
            self.open(fragment, continues)
        } else {
            return;
        };
        match written {
            Ok(()) => self.progress(fragment, now),
            Err(error) => self.write_failed(&error, now),
        }
    }

    fn append(&mut self, fragment: &Fragment) -> Result<(), WriteError> {
        let Some(active) = self.active.as_mut() else { return Ok(()) };
        active.append(fragment)?;
        self.context.commit.wrote();
        self.context.metrics.bytes(&self.camera, fragment.len);
        Ok(())
    }

    /// Ends the segment that is open, if any, and begins one with `fragment`.
    fn open(&mut self, fragment: &Fragment, continues: bool) -> Result<(), WriteError> {
        let mut writes = Vec::new();
        let mut start = fragment.start;
        if let Some(active) = self.active.take() {
            let end = active.row.end;
            let apart = fragment.start.micros_since(end);
            if continues || apart.abs() <= one_frame_micros(&active) {
                self.finish(active, start.max(end));
                start = start.max(end);
            } else {
                self.finish(active, end);
                let reason =
                    Reason::new(GapCause::ClockStep, format!("media went on {} ms apart", apart / 1000));
                self.ledger.stop(Some(end), reason, end, &mut writes);
            }
        }
        if !continues {
            self.recording_id = RecordingId(Uuid::now_v7());
        }
        let start = self.ledger.begin_span(start, &mut writes);
        self.send(writes);
        let opening = Opening {
            camera: &self.camera,
            stream: self.stream,
            node: &self.context.node,
            template: &self.context.config.key_template,
            recording_id: self.recording_id,
            segment_id: SegmentId(Uuid::now_v7()),
            start,
            again: self.ledger.has_covered(start),
            boundary: self.boundary(start),
            first: fragment,
        };
        match ActiveSegment::open(&self.context.tier, &opening) {
            Ok(active) => {
                self.context.commit.wrote();
                self.context.metrics.bytes(&self.camera, fragment.len);
                self.send(vec![LedgerWrite::SegmentOpened(active.row.clone())]);
                self.active = Some(active);
                Ok(())
            }
            Err(error) => {
                // The span that begin_span announced never came to be.
                let mut writes = Vec::new();
                self.ledger.stop(Some(start), error.reason(), start, &mut writes);
                self.send(writes);
                Err(error)
            }
        }
    }

    fn boundary(&self, start: WallTime) -> WallTime {
        let length = Duration::from_secs(u64::from(self.camera.segment_secs));
        if self.context.config.at_clock_time {
            rotation::boundary_after(start, length)
        } else {
            rotation::length_after(start, length)
        }
    }

    fn progress(&mut self, fragment: &Fragment, now: WallTime) {
        let Some(active) = &self.active else { return };
        if fragment.starts_with_rap {
            self.post_status(now, "");
        }
        if now >= self.next_progress {
            self.next_progress = now.plus_micros(PROGRESS_MICROS);
            let row = &active.row;
            self.send(vec![LedgerWrite::SegmentProgress {
                id: row.id,
                end: row.end,
                bytes: row.bytes,
                media_duration: row.media_duration,
                frames: row.frames,
            }]);
        }
    }

    fn interrupted(&mut self, interruption: &Interruption, now: WallTime) {
        let mut reason = Reason::new(interruption.cause.into(), interruption.details.clone());
        if interruption.cause == InterruptionCause::NotWanted && self.camera.wants_recording() {
            // The source closed the connection while nothing could be recorded, and is about to open
            // it again: a gap that is open goes on with its own cause.
            if self.active.is_none() {
                return;
            }
            reason = Reason::new(GapCause::CameraUnreachable, "connecting again");
        }
        self.stop_at(Some(interruption.since), reason, now);
    }

    fn lagged(&mut self, lag: Lag, now: WallTime) {
        let details = format!("the disk was too slow: {} fragments were left out", lag.fragments);
        tracing::warn!(camera = %self.camera.key, fragments = lag.fragments, "disk too slow, footage left out");
        self.context.metrics.lagged(&self.camera, lag.fragments);
        self.stop_at(Some(lag.since), Reason::new(GapCause::DiskStalled, details), now);
    }

    fn write_failed(&mut self, error: &WriteError, now: WallTime) {
        tracing::error!(camera = %self.camera.key, %error, "can't write footage");
        self.context.metrics.write_failed(&self.camera);
        self.retry_at = Some(now + WRITE_RETRY);
        self.stop(error.reason(), now);
    }

    /// `since` is where the media ended by the one who told us, `now` when we were told.
    fn stop_at(&mut self, since: Option<WallTime>, reason: Reason, now: WallTime) {
        let details = reason.details.clone();
        let end = self.active.take().map(|active| {
            let end = active.row.end;
            self.finish(active, end);
            end
        });
        let mut writes = Vec::new();
        // A cause that became known while a gap was open already begins when it became known.
        let known = if end.is_some() { since.unwrap_or(now) } else { now };
        self.ledger.stop(end, reason, known, &mut writes);
        self.send(writes);
        self.post_status(now, &details);
    }

    fn finish(&self, active: ActiveSegment, end: WallTime) {
        let job = active.finish(end, self.context.config.upload);
        self.context.metrics.segment(&self.camera);
        self.context.commit.send(self.camera.id, Entry::Finish(Box::new(job)));
    }

    fn send(&self, writes: Vec<LedgerWrite>) {
        for write in writes {
            self.context.commit.send(self.camera.id, Entry::Write(Box::new(write)));
        }
    }

    fn post_status(&self, now: WallTime, details: &str) {
        let gap = self.ledger.present_gap();
        let (state, since) = match gap {
            Some((since, GapCause::Disabled)) => (RecordingState::Off, since),
            Some((since, cause)) => (RecordingState::Gap(cause), since),
            None => (RecordingState::Recording, now),
        };
        let segment = self.active.as_ref().map(|active| (active.row.id, active.row.end));
        self.context.status.update_camera(self.camera.id, now, |status| {
            if status.state != state {
                status.state = state;
                status.since = since;
            }
            details.clone_into(&mut status.details);
            status.open_segment = segment.map(|(id, _)| id);
            if let Some((_, end)) = segment {
                status.last_frame = Some(end);
            }
        });
    }
}

impl WriteError {
    fn reason(&self) -> Reason {
        match self {
            Self::Full => Reason::new(GapCause::DiskFull, "the footage volume is full"),
            // The ledger's word for a disk that does not take the bytes; the text says why.
            Self::Failed(text) => Reason::new(GapCause::DiskStalled, text.clone()),
        }
    }
}

/// Mean frame duration of a segment so far: how far apart two frames may be and still follow
/// each other.
fn one_frame_micros(active: &ActiveSegment) -> i64 {
    let length = active.row.end.micros_since(active.row.start);
    (length / i64::from(active.row.frames.max(1))).clamp(10_000, 1_000_000)
}
