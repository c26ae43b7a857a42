//! What a camera's timeline is made of.

use nightjar_media::WallTime;

use crate::{Gap, RecordingId};

/// Recorded spans and gaps of one stream in a window of time, each clipped to the window and
/// ordered by start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    /// Where there is footage.
    pub spans: Vec<TimelineSpan>,
    /// Where there is none, and why. An open gap ends with the window or now, whichever is first.
    pub gaps: Vec<Gap>,
}

/// Neighbouring segments of one recording, joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineSpan {
    /// First instant that is recorded.
    pub start: WallTime,
    /// First instant that is not.
    pub end: WallTime,
    /// The recording.
    pub recording_id: RecordingId,
    /// Bytes of the segments that it was joined from.
    pub bytes: u64,
    /// Number of segments that it was joined from.
    pub segments: u32,
    /// Whether its last segment is still being written.
    pub open: bool,
}

/// How well the promise was kept in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slo {
    /// Microseconds for which there is footage.
    pub recorded_micros: i64,
    /// Microseconds in gaps that count as loss.
    pub lost_micros: i64,
}

impl Slo {
    /// `recorded / should_have_recorded`; 1 when nothing should have been recorded.
    pub fn ratio(&self) -> f64 {
        let should = self.recorded_micros + self.lost_micros;
        if should <= 0 { 1.0 } else { self.recorded_micros as f64 / should as f64 }
    }
}
