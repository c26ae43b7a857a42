//! Which entries of which segments make up a range of time. Pure.
//!
//! An entry is never cut: the first one contains the beginning of the range, because decoding
//! can start only there.

use std::ops::Range;
use std::sync::Arc;

use nightjar_model::{Segment, SegmentIndex, WallTime};

/// Neighbours further apart than this do not follow from each other, whatever they say.
const CONTINUOUS_MICROS: i64 = 100_000;
/// A hole shorter than this is not worth an entry of its own.
const MIN_GAP_MICROS: i64 = 500_000;
/// A hole is shown to players as an entry of at most this length: they jump over it, and nobody
/// waits at an empty picture for as long as a camera was away. The true time is in
/// `EXT-X-PROGRAM-DATE-TIME`.
const MAX_GAP_MICROS: i64 = 1_000_000;

/// A segment's part of a range: a run of its entries.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) segment: Segment,
    pub(crate) index: Arc<SegmentIndex>,
    /// Wall-clock time at which the segment's last known entry ends.
    end: WallTime,
    /// Sum of all entries' durations.
    ticks: u64,
    /// The entries that are in the range.
    pub(crate) entries: Range<usize>,
}

/// The parts of a range, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Window {
    pub(crate) parts: Vec<Part>,
    /// Until when segments are known at all.
    pub(crate) covered: Option<WallTime>,
}

/// What lies between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seam {
    /// Decoders must start anew.
    pub(crate) discontinuity: bool,
    /// Another init section is needed.
    pub(crate) new_init: bool,
    /// An entry without media stands for the hole.
    pub(crate) gap: Option<Gap>,
}

/// An entry without media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) start: WallTime,
    /// Its length in the playlist, not that of the hole.
    pub(crate) micros: i64,
}

/// An entry of the playlist.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    Gap(Gap),
    Media(&'a Part, usize),
}

impl Part {
    /// The entries of a segment that have something of `from..to`; none if there are none.
    pub(crate) fn cut(
        segment: Segment,
        index: Arc<SegmentIndex>,
        end: WallTime,
        from: WallTime,
        to: WallTime,
    ) -> Option<Self> {
        let ticks = index.entries.iter().map(|entry| u64::from(entry.duration)).sum();
        let mut part = Self { segment, index, end, ticks, entries: 0..0 };
        let mut passed = 0;
        let (mut first, mut last) = (None, 0);
        for (number, entry) in part.index.entries.iter().enumerate() {
            let start = part.wall_at(passed);
            passed += u64::from(entry.duration);
            if start >= to {
                break;
            }
            if part.wall_at(passed) > from {
                first.get_or_insert(number);
                last = number + 1;
            }
        }
        part.entries = first?..last;
        Some(part)
    }

    /// Wall-clock time at which an entry begins.
    pub(crate) fn entry_start(&self, number: usize) -> WallTime {
        let before = &self.index.entries[..number.min(self.index.entries.len())];
        self.wall_at(before.iter().map(|entry| u64::from(entry.duration)).sum())
    }

    /// Wall-clock time at which the part begins.
    pub(crate) fn start(&self) -> WallTime {
        self.entry_start(self.entries.start)
    }

    /// Wall-clock time at which the part ends.
    pub(crate) fn end(&self) -> WallTime {
        self.entry_start(self.entries.end)
    }

    /// An entry's bytes in the file.
    pub(crate) fn bytes(&self, number: usize) -> Range<u64> {
        let before = &self.index.entries[..number];
        let start = self.index.first_offset + before.iter().map(|entry| u64::from(entry.bytes)).sum::<u64>();
        start..start + self.index.entries.get(number).map_or(0, |entry| u64::from(entry.bytes))
    }

    /// An entry's duration in microseconds.
    pub(crate) fn micros(&self, number: usize) -> i64 {
        self.index.entries.get(number).map_or(0, |entry| self.to_micros(entry.duration))
    }

    pub(crate) fn to_micros(&self, ticks: u32) -> i64 {
        let hz = u64::from(self.segment.timescale.max(1));
        i64::try_from((u64::from(ticks) * 1_000_000 + hz / 2) / hz).unwrap_or(i64::MAX)
    }

    /// The clock is slewed slowly while recording, so media time is stretched to fit the wall.
    fn wall_at(&self, ticks: u64) -> WallTime {
        let span = i128::from(self.end.micros_since(self.segment.start));
        let micros = span * i128::from(ticks) / i128::from(self.ticks.max(1));
        self.segment.start.plus_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

impl Seam {
    /// Between `before` and the part that comes next.
    pub(crate) fn between(before: &Part, next: &Part) -> Self {
        let (end, start) = (before.end(), next.start());
        let hole = start.micros_since(end);
        let new_init = before.segment.init_hash != next.segment.init_hash;
        let other = before.segment.recording_id != next.segment.recording_id;
        Self {
            discontinuity: new_init || other || hole.abs() > CONTINUOUS_MICROS,
            new_init,
            gap: (hole >= MIN_GAP_MICROS).then(|| Gap { start: end, micros: hole.min(MAX_GAP_MICROS) }),
        }
    }
}

impl Window {
    /// Wall-clock time at which it begins.
    pub(crate) fn start(&self) -> Option<WallTime> {
        self.parts.first().map(Part::start)
    }

    /// Leaves only the newest entry; gives its beginning.
    pub(crate) fn keep_last_entry(&mut self) -> Option<WallTime> {
        let mut last = self.parts.pop()?;
        last.entries.start = last.entries.end - 1;
        let start = last.start();
        self.parts = vec![last];
        Some(start)
    }

    /// The seam in front of each part but the first.
    pub(crate) fn seam(&self, part: usize) -> Option<Seam> {
        let before = self.parts.get(part.checked_sub(1)?)?;
        Some(Seam::between(before, self.parts.get(part)?))
    }

    /// All entries of the playlist.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> {
        self.parts.iter().enumerate().flat_map(|(number, part)| {
            let gap = self.seam(number).and_then(|seam| seam.gap);
            gap.into_iter()
                .map(Row::Gap)
                .chain(part.entries.clone().map(move |entry| Row::Media(part, entry)))
        })
    }
}

impl Row<'_> {
    /// Its length in the playlist.
    pub(crate) fn micros(&self) -> i64 {
        match self {
            Self::Gap(gap) => gap.micros,
            Self::Media(part, number) => part.micros(*number),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use nightjar_model::{
        CameraId, IndexEntry, Location, NodeId, OrgId, RecordingId, SegmentId, SegmentState, StreamName,
    };
    use uuid::Uuid;

    use super::*;

    /// A finished segment of `entries` entries of 4 s and 1,000 bytes, beginning at `start` s.
    pub(crate) fn part(id: u128, recording: u128, start: i64, entries: u32) -> (Segment, Arc<SegmentIndex>) {
        let start = WallTime::from_millis(start * 1_000);
        let segment = Segment {
            id: SegmentId(Uuid::from_u128(id)),
            org_id: OrgId::DEFAULT,
            camera_id: CameraId(Uuid::from_u128(1)),
            stream: StreamName::Main,
            recording_id: RecordingId(Uuid::from_u128(recording)),
            key: format!("a/{id}.mp4"),
            start,
            end: start.plus_micros(i64::from(entries) * 4_000_000),
            media_start: 0,
            media_duration: u64::from(entries) * 360_000,
            timescale: 90_000,
            bytes: 1_000_000,
            init_offset: 16,
            init_len: 700,
            init_hash: 5,
            frames: entries * 100,
            codecs: "avc1.42c01e".to_owned(),
            width: 640,
            height: 360,
            blake3: Some([3; 32]),
            state: SegmentState::Finished,
            location: Location { local: true, remote: false },
            node: NodeId("n".to_owned()),
        };
        let entry = IndexEntry { bytes: 1_000, duration: 360_000 };
        (segment, Arc::new(SegmentIndex { first_offset: 900, entries: vec![entry; entries as usize] }))
    }

    pub(crate) fn cut(part: (Segment, Arc<SegmentIndex>), from: i64, to: i64) -> Option<Part> {
        let end = part.0.end;
        Part::cut(part.0, part.1, end, WallTime::from_millis(from), WallTime::from_millis(to))
    }

    #[test]
    fn the_first_entry_contains_the_beginning_and_the_last_one_the_end() {
        let entries = |from, to| cut(part(1, 1, 100, 10), from, to).map(|part| part.entries);
        assert_eq!(entries(0, 1_000_000), Some(0..10));
        assert_eq!(entries(105_000, 116_000), Some(1..4));
        assert_eq!(entries(104_000, 104_001), Some(1..2));
        assert_eq!(entries(139_999, 200_000), Some(9..10));
        assert_eq!(entries(140_000, 200_000), None);
        assert_eq!(entries(0, 100_000), None);
    }

    #[test]
    fn an_entry_knows_its_bytes_and_its_time() {
        let part = cut(part(1, 1, 100, 10), 105_000, 116_000).expect("in range");
        assert_eq!(part.bytes(1), 1_900..2_900);
        assert_eq!(part.start(), WallTime::from_millis(104_000));
        assert_eq!(part.end(), WallTime::from_millis(116_000));
        assert_eq!(part.micros(1), 4_000_000);
    }

    #[test]
    fn only_a_change_or_a_hole_is_a_discontinuity() {
        let seam = |next: (Segment, Arc<SegmentIndex>)| {
            let before = cut(part(1, 1, 0, 10), 0, 1_000_000).expect("in range");
            Seam::between(&before, &cut(next, 0, 10_000_000).expect("in range"))
        };
        let none = Seam { discontinuity: false, new_init: false, gap: None };
        assert_eq!(seam(part(2, 1, 40, 10)), none);
        assert_eq!(seam(part(2, 2, 40, 10)), Seam { discontinuity: true, ..none });
        let mut other = part(2, 1, 40, 10);
        other.0.init_hash = 6;
        assert_eq!(seam(other), Seam { discontinuity: true, new_init: true, gap: None });
        let gap = Gap { start: WallTime::from_millis(40_000), micros: 1_000_000 };
        assert_eq!(
            seam(part(2, 2, 3_640, 10)),
            Seam { discontinuity: true, new_init: false, gap: Some(gap) }
        );
    }
}
