//! A recorder that does whatever it is told, and the simplest possible ledger beside it.

use nightjar_catalog::LedgerWrite;
use nightjar_media::WallTime;
use nightjar_model::{Camera, Gap, GapCause, GapId, RecordingId, Segment, SegmentId, StreamName};
use proptest::prelude::*;
use uuid::Uuid;

use crate::make::{at, finished, gap, index, open_segment};

/// Something that happens to a recorder.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// More of the open segment is durable.
    Progress {
        seconds: i64,
    },
    /// The next segment of the same recording.
    Rotate,
    /// The stream is lost, and back after so many seconds, or not yet.
    Lose {
        cause: GapCause,
    },
    Resume {
        seconds: i64,
    },
    /// A hole that is over when it is seen.
    Hole {
        cause: GapCause,
        seconds: i64,
    },
    /// Retention deletes the oldest finished segments.
    Forget {
        count: usize,
        cause: GapCause,
    },
    /// What was noted is written.
    Flush {
        twice: bool,
    },
}

pub(crate) fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let cause = || prop::sample::select(GapCause::ALL.to_vec());
    let one = prop_oneof![
        6 => (1..500i64).prop_map(|seconds| Happening::Progress { seconds }),
        4 => Just(Happening::Rotate),
        2 => cause().prop_map(|cause| Happening::Lose { cause }),
        3 => (0..2_000i64).prop_map(|seconds| Happening::Resume { seconds }),
        1 => (cause(), 0..100i64).prop_map(|(cause, seconds)| Happening::Hole { cause, seconds }),
        2 => (1..6usize, prop::sample::select(vec![GapCause::Retention, GapCause::Deleted]))
            .prop_map(|(count, cause)| Happening::Forget { count, cause }),
        4 => any::<bool>().prop_map(|twice| Happening::Flush { twice }),
    ];
    prop::collection::vec(one, 1..80)
}

/// A row of the simple ledger.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Row {
    Footage { id: SegmentId, recording: RecordingId, start: WallTime, end: WallTime, open: bool, bytes: u64 },
    Missing { start: WallTime, end: Option<WallTime>, cause: GapCause },
}

impl Row {
    pub(crate) fn start(&self) -> WallTime {
        match self {
            Self::Footage { start, .. } | Self::Missing { start, .. } => *start,
        }
    }

    pub(crate) fn end(&self, now: WallTime) -> WallTime {
        match self {
            Self::Footage { end, .. } => *end,
            Self::Missing { end, .. } => end.unwrap_or(now),
        }
    }
}

/// What the test must do now.
pub(crate) enum Order {
    Write(Vec<LedgerWrite>),
    Forget(Vec<SegmentId>, GapCause),
}

/// The recorder.
pub(crate) struct Recorder {
    camera: Camera,
    pub(crate) now: WallTime,
    pub(crate) rows: Vec<Row>,
    doing: Doing,
    unwritten: Vec<LedgerWrite>,
}

enum Doing {
    Recording(Box<Segment>),
    Waiting(GapId),
}

impl Recorder {
    pub(crate) fn start(camera: &Camera) -> Self {
        let mut recorder = Self {
            camera: camera.clone(),
            now: at(0),
            rows: Vec::new(),
            doing: Doing::Waiting(GapId(Uuid::nil())),
            unwritten: Vec::new(),
        };
        recorder.open_segment(RecordingId(Uuid::now_v7()));
        recorder
    }

    pub(crate) fn happen(&mut self, happening: &Happening) -> Vec<Order> {
        match happening {
            Happening::Progress { seconds } => self.progress(*seconds),
            Happening::Rotate => {
                if let Some(recording) = self.end_segment() {
                    self.open_segment(recording);
                }
            }
            Happening::Lose { cause } => {
                if self.end_segment().is_some() {
                    self.open_gap(*cause);
                }
            }
            Happening::Resume { seconds } => self.resume(*seconds),
            Happening::Hole { cause, seconds } => {
                if self.end_segment().is_some() {
                    self.hole(*cause, *seconds);
                    self.open_segment(RecordingId(Uuid::now_v7()));
                }
            }
            Happening::Forget { count, cause } => return self.forget(*count, *cause),
            Happening::Flush { twice } => {
                let writes = std::mem::take(&mut self.unwritten);
                let again = twice.then(|| Order::Write(writes.clone()));
                return std::iter::once(Order::Write(writes)).chain(again).collect();
            }
        }
        Vec::new()
    }

    fn progress(&mut self, seconds: i64) {
        let Doing::Recording(segment) = &mut self.doing else { return };
        self.now = self.now.plus_micros(seconds * 1_000_000 + 1);
        **segment = Segment { blake3: None, ..finished(segment, self.now) };
        segment.state = nightjar_model::SegmentState::Open;
        self.unwritten.push(LedgerWrite::SegmentProgress {
            id: segment.id,
            end: segment.end,
            bytes: segment.bytes,
            media_duration: segment.media_duration,
            frames: segment.frames,
        });
        if let Some(Row::Footage { end, bytes, .. }) = self.rows.last_mut() {
            (*end, *bytes) = (segment.end, segment.bytes);
        }
    }

    fn open_segment(&mut self, recording: RecordingId) {
        let segment = Segment { recording_id: recording, ..open_segment(&self.camera, self.now) };
        self.unwritten.push(LedgerWrite::SegmentOpened(segment.clone()));
        self.rows.push(Row::Footage {
            id: segment.id,
            recording,
            start: self.now,
            end: self.now,
            open: true,
            bytes: segment.bytes,
        });
        self.doing = Doing::Recording(Box::new(segment));
    }

    /// Finishes the open segment, or drops it if it got no frame.
    fn end_segment(&mut self) -> Option<RecordingId> {
        let Doing::Recording(segment) = &self.doing else { return None };
        let recording = segment.recording_id;
        if segment.end == segment.start {
            self.unwritten.push(LedgerWrite::SegmentDropped(segment.id));
            self.rows.pop();
        } else {
            let segment = finished(segment, segment.end);
            if let Some(Row::Footage { open, bytes, .. }) = self.rows.last_mut() {
                (*open, *bytes) = (false, segment.bytes);
            }
            self.unwritten.push(LedgerWrite::SegmentFinished { segment, index: index(), upload: false });
        }
        Some(recording)
    }

    fn open_gap(&mut self, cause: GapCause) {
        let gap = gap(&self.camera, self.now, None, cause);
        self.doing = Doing::Waiting(gap.id);
        self.rows.push(Row::Missing { start: gap.start, end: None, cause });
        self.unwritten.push(LedgerWrite::GapOpened(gap));
    }

    fn resume(&mut self, seconds: i64) {
        let Doing::Waiting(id) = self.doing else { return };
        self.now = self.now.plus_micros(seconds * 1_000_000);
        if let Some(Row::Missing { end, .. }) = self.rows.last_mut() {
            *end = Some(self.now);
        }
        self.unwritten.push(LedgerWrite::GapClosed { id, end: self.now });
        self.open_segment(RecordingId(Uuid::now_v7()));
    }

    fn hole(&mut self, cause: GapCause, seconds: i64) {
        let start = self.now;
        self.now = start.plus_micros(seconds * 1_000_000);
        let gap = Gap { stream: StreamName::Main, ..gap(&self.camera, start, Some(self.now), cause) };
        self.unwritten.push(LedgerWrite::GapRecorded(gap));
        self.rows.push(Row::Missing { start, end: Some(self.now), cause });
    }

    /// Only what is written can be forgotten.
    fn forget(&mut self, count: usize, cause: GapCause) -> Vec<Order> {
        let mut ids = Vec::new();
        for row in &mut self.rows {
            if let Row::Footage { id, start, end, open: false, .. } = *row
                && ids.len() < count
            {
                ids.push(id);
                *row = Row::Missing { start, end: Some(end), cause };
            }
        }
        vec![Order::Write(std::mem::take(&mut self.unwritten)), Order::Forget(ids, cause)]
    }
}
