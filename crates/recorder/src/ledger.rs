//! The gap ledger of one stream: decides which gaps exist, so that spans and gaps tile time.
//!
//! Pure: it only appends to a list of catalog writes. The rule that makes the tiling exact: a gap
//! begins where the last span ended, a span begins where the open gap ends, and every change of
//! cause closes one gap where it opens the next.

use nightjar_catalog::LedgerWrite;
use nightjar_media::WallTime;
use nightjar_model::{CameraId, Gap, GapCause, GapId, OrgId, StreamName};
use uuid::Uuid;

/// Media that begins up to this much before the end of what is recorded is taken as its
/// continuation; more is a step of the clock.
const SMALL_OVERLAP_MICROS: i64 = 1_000_000;

/// Whose ledger it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LedgerOf {
    pub(crate) org_id: OrgId,
    pub(crate) camera_id: CameraId,
    pub(crate) stream: StreamName,
}

/// The ledger's present: either a span is growing, or a gap is.
#[derive(Debug)]
pub(crate) struct Ledger {
    of: LedgerOf,
    new_id: fn() -> Uuid,
    present: Present,
    /// The latest instant that it has ever said anything about, but for what it says at present.
    reach: Option<WallTime>,
}

#[derive(Debug)]
enum Present {
    Recording,
    Gap(OpenGap),
}

#[derive(Debug)]
struct OpenGap {
    id: GapId,
    start: WallTime,
    cause: GapCause,
}

/// What the catalog says of a stream when its recorder begins.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Where spans and gaps end so far.
    pub(crate) covered: Option<WallTime>,
    /// The gap that is open.
    pub(crate) open: Option<Gap>,
    /// The absence of this process before its present life.
    pub(crate) down: Option<Downtime>,
}

/// When a process was not there to say why something is not recorded.
#[derive(Debug, Clone, Copy)]
pub struct Downtime {
    /// When it last wrote the ledger.
    pub from: WallTime,
    /// When it started again.
    pub until: WallTime,
}

/// A reason not to record, with its text for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) cause: GapCause,
    pub(crate) details: String,
}

impl Reason {
    pub(crate) fn new(cause: GapCause, details: impl Into<String>) -> Self {
        Self { cause, details: details.into() }
    }
}

impl Ledger {
    /// Takes the ledger up where it was left: what is missing from there until media comes is put
    /// down to the process being down. A gap that was left open goes on, if somebody was there to
    /// know its cause all the time.
    pub(crate) fn resume(
        of: LedgerOf,
        new_id: fn() -> Uuid,
        left: &Left,
        now: WallTime,
        writes: &mut Vec<LedgerWrite>,
    ) -> Self {
        let mut ledger = Self { of, new_id, present: Present::Recording, reach: left.covered };
        let down = || Reason::new(GapCause::NodeDown, "Nightjar was not running");
        match (&left.open, left.covered) {
            (Some(gap), _) => {
                ledger.present = Present::Gap(OpenGap { id: gap.id, start: gap.start, cause: gap.cause });
                let absence =
                    left.down.filter(|down| gap.start < down.until && !gap.cause.outlives_process());
                if let Some(absence) = absence {
                    ledger.stop(None, down(), absence.from.min(now), writes);
                }
            }
            // The last frame's duration reaches a little beyond the moment in which it came.
            (None, Some(covered)) if covered.micros_since(now) <= SMALL_OVERLAP_MICROS => {
                ledger.open_gap(covered, down(), writes);
            }
            // The clock was set back since.
            (None, Some(_)) => ledger.open_gap(now, down(), writes),
            (None, None) => {
                let first = Reason::new(GapCause::Connecting, "connecting for the first time");
                ledger.open_gap(now, first, writes);
            }
        }
        ledger
    }

    /// Recording ended, or could not begin, for `reason`. `span_end` is where the growing span
    /// ended, if one was growing; `at` is when the reason became known.
    pub(crate) fn stop(
        &mut self,
        span_end: Option<WallTime>,
        reason: Reason,
        at: WallTime,
        writes: &mut Vec<LedgerWrite>,
    ) {
        self.reach = self.reach.max(span_end);
        match &self.present {
            Present::Recording => self.open_gap(span_end.unwrap_or(at), reason, writes),
            Present::Gap(gap) if gap.cause == reason.cause => {}
            Present::Gap(gap) => {
                let change = at.max(gap.start);
                writes.push(LedgerWrite::GapClosed { id: gap.id, end: change });
                self.open_gap(change, reason, writes);
            }
        }
    }

    /// Media begins at `start`: closes the open gap, and says where the span begins. Media that
    /// begins before the gap did is a clock that stepped back; the ledger then says so with an
    /// entry that ends before it starts.
    pub(crate) fn begin_span(&mut self, start: WallTime, writes: &mut Vec<LedgerWrite>) -> WallTime {
        let Present::Gap(gap) = &self.present else { return start };
        let back = gap.start.micros_since(start);
        let begin = if (0..=SMALL_OVERLAP_MICROS).contains(&back) { gap.start } else { start };
        if back > SMALL_OVERLAP_MICROS && gap.cause != GapCause::ClockStep {
            writes.push(LedgerWrite::GapClosed { id: gap.id, end: gap.start });
            let step = self.gap(gap.start, Reason::new(GapCause::ClockStep, stepped_back(back)));
            writes.push(LedgerWrite::GapRecorded(Gap { end: Some(begin), ..step }));
        } else {
            writes.push(LedgerWrite::GapClosed { id: gap.id, end: begin });
        }
        self.present = Present::Recording;
        begin
    }

    /// Whether this instant is before what was recorded already, because the clock was set back.
    pub(crate) fn has_covered(&self, at: WallTime) -> bool {
        self.reach.is_some_and(|reach| at < reach)
    }

    /// Since when the present gap lasts, and why; none while recording.
    pub(crate) fn present_gap(&self) -> Option<(WallTime, GapCause)> {
        match &self.present {
            Present::Recording => None,
            Present::Gap(gap) => Some((gap.start, gap.cause)),
        }
    }

    fn open_gap(&mut self, start: WallTime, reason: Reason, writes: &mut Vec<LedgerWrite>) {
        let gap = self.gap(start, reason);
        self.present = Present::Gap(OpenGap { id: gap.id, start, cause: gap.cause });
        writes.push(LedgerWrite::GapOpened(gap));
    }

    fn gap(&self, start: WallTime, reason: Reason) -> Gap {
        Gap {
            id: GapId((self.new_id)()),
            org_id: self.of.org_id,
            camera_id: self.of.camera_id,
            stream: self.of.stream,
            start,
            end: None,
            cause: reason.cause,
            details: reason.details,
        }
    }
}

fn stepped_back(micros: i64) -> String {
    format!("the clock stepped back by {:.1} s; this time is recorded twice", micros as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OF: LedgerOf =
        LedgerOf { org_id: OrgId::DEFAULT, camera_id: CameraId(Uuid::nil()), stream: StreamName::Main };

    fn at(millis: i64) -> WallTime {
        WallTime::from_millis(millis)
    }

    fn reason(cause: GapCause) -> Reason {
        Reason::new(cause, "")
    }

    /// Applies writes to a list of gaps `(start, end, cause)`.
    fn gaps(writes: &[LedgerWrite]) -> Vec<(i64, Option<i64>, GapCause)> {
        let mut gaps: Vec<(GapId, i64, Option<i64>, GapCause)> = Vec::new();
        for write in writes {
            match write {
                LedgerWrite::GapOpened(gap) | LedgerWrite::GapRecorded(gap) => {
                    let end = gap.end.map(|end| end.micros() / 1000);
                    gaps.push((gap.id, gap.start.micros() / 1000, end, gap.cause));
                }
                LedgerWrite::GapClosed { id, end } => {
                    let gap = gaps.iter_mut().find(|gap| gap.0 == *id).expect("closes a gap that is there");
                    assert!(gap.2.replace(end.micros() / 1000).is_none(), "closed twice");
                }
                other => panic!("the ledger writes only gaps: {other:?}"),
            }
        }
        gaps.into_iter().map(|(_, start, end, cause)| (start, end, cause)).collect()
    }

    fn ids() -> Uuid {
        Uuid::now_v7()
    }

    #[test]
    fn a_restart_is_one_gap_until_the_first_frame() {
        let mut writes = Vec::new();
        let left = Left { covered: Some(at(1000)), ..Left::default() };
        let mut ledger = Ledger::resume(OF, ids, &left, at(9000), &mut writes);
        assert_eq!(ledger.begin_span(at(9300), &mut writes), at(9300));
        assert_eq!(gaps(&writes), [(1000, Some(9300), GapCause::NodeDown)]);
    }

    #[test]
    fn a_change_of_cause_splits_the_gap_without_a_hole() {
        let mut writes = Vec::new();
        let mut ledger = Ledger::resume(OF, ids, &Left::default(), at(0), &mut writes);
        ledger.begin_span(at(100), &mut writes);
        ledger.stop(Some(at(5000)), reason(GapCause::StreamStalled), at(15_000), &mut writes);
        ledger.stop(None, reason(GapCause::CameraUnreachable), at(16_000), &mut writes);
        ledger.stop(None, reason(GapCause::CameraUnreachable), at(17_000), &mut writes);
        ledger.begin_span(at(20_000), &mut writes);
        assert_eq!(
            gaps(&writes)[1..],
            [
                (5000, Some(16_000), GapCause::StreamStalled),
                (16_000, Some(20_000), GapCause::CameraUnreachable)
            ]
        );
    }

    #[test]
    fn the_first_connection_is_no_loss_until_it_fails() {
        let new = |writes: &mut Vec<_>| Ledger::resume(OF, ids, &Left::default(), at(0), writes);
        let mut writes = Vec::new();
        new(&mut writes).begin_span(at(1_300), &mut writes);
        assert_eq!(gaps(&writes), [(0, Some(1_300), GapCause::Connecting)]);
        let mut writes = Vec::new();
        let mut ledger = new(&mut writes);
        ledger.stop(None, reason(GapCause::AuthFailed), at(900), &mut writes);
        ledger.begin_span(at(60_000), &mut writes);
        let expected = [(0, Some(900), GapCause::Connecting), (900, Some(60_000), GapCause::AuthFailed)];
        assert_eq!(gaps(&writes), expected);
        assert!(!GapCause::Connecting.is_loss() && GapCause::AuthFailed.is_loss());
    }

    #[test]
    fn a_gap_that_nobody_watched_becomes_the_nodes() {
        let left = |cause, start| {
            let open = Gap {
                id: GapId(Uuid::nil()),
                org_id: OF.org_id,
                camera_id: OF.camera_id,
                stream: OF.stream,
                start: at(start),
                end: None,
                cause,
                details: String::new(),
            };
            let down = Some(Downtime { from: at(5000), until: at(9000) });
            let left = Left { covered: Some(at(start)), open: Some(open), down };
            let mut writes = Vec::new();
            let ledger = Ledger::resume(OF, ids, &left, at(9500), &mut writes);
            let closed = writes.iter().find_map(|write| match write {
                LedgerWrite::GapClosed { end, .. } => Some(end.micros() / 1000),
                _ => None,
            });
            let (since, cause) = ledger.present_gap().expect("a gap");
            (closed, since.micros() / 1000, cause)
        };
        let unreachable = GapCause::CameraUnreachable;
        assert_eq!(left(unreachable, 1000), (Some(5000), 5000, GapCause::NodeDown));
        // It began after the last sign of life, in that second.
        assert_eq!(left(unreachable, 5500), (Some(5500), 5500, GapCause::NodeDown));
        // It began in this life of the process.
        assert_eq!(left(unreachable, 9200), (None, 9200, unreachable));
        assert_eq!(left(GapCause::Disabled, 1000), (None, 1000, GapCause::Disabled));
    }

    #[test]
    fn a_restart_within_a_frame_does_not_overlap_the_span_before() {
        let mut writes = Vec::new();
        let left = Left { covered: Some(at(1040)), ..Left::default() };
        let mut ledger = Ledger::resume(OF, ids, &left, at(1020), &mut writes);
        assert_eq!(ledger.begin_span(at(1039), &mut writes), at(1040));
        assert_eq!(gaps(&writes), [(1040, Some(1040), GapCause::NodeDown)]);
    }

    #[test]
    fn a_clock_that_stepped_back_is_an_entry_that_ends_before_it_starts() {
        let mut writes = Vec::new();
        let mut ledger = Ledger::resume(OF, ids, &Left::default(), at(0), &mut writes);
        ledger.begin_span(at(0), &mut writes);
        ledger.stop(Some(at(60_000)), reason(GapCause::CameraUnreachable), at(60_500), &mut writes);
        assert_eq!(ledger.begin_span(at(30_000), &mut writes), at(30_000));
        assert_eq!(
            gaps(&writes)[1..],
            [
                (60_000, Some(60_000), GapCause::CameraUnreachable),
                (60_000, Some(30_000), GapCause::ClockStep)
            ]
        );
    }

    #[test]
    fn time_that_is_lived_again_is_known_as_such() {
        let mut writes = Vec::new();
        let left = Left { covered: Some(at(50_000)), ..Left::default() };
        let mut ledger = Ledger::resume(OF, ids, &left, at(10_000), &mut writes);
        let begin = ledger.begin_span(at(10_000), &mut writes);
        assert!(ledger.has_covered(begin) && ledger.has_covered(at(49_999)));
        assert!(!ledger.has_covered(at(50_000)));
        ledger.stop(Some(at(60_000)), reason(GapCause::ClockStep), at(60_000), &mut writes);
        ledger.begin_span(at(30_000), &mut writes);
        assert!(ledger.has_covered(at(59_999)) && !ledger.has_covered(at(60_000)));
    }

    #[test]
    fn frames_from_just_before_the_loss_do_not_overlap_the_span() {
        let mut writes = Vec::new();
        let mut ledger = Ledger::resume(OF, ids, &Left::default(), at(0), &mut writes);
        ledger.begin_span(at(0), &mut writes);
        ledger.stop(Some(at(60_000)), reason(GapCause::CameraUnreachable), at(60_000), &mut writes);
        assert_eq!(ledger.begin_span(at(59_800), &mut writes), at(60_000));
    }

    proptest! {
        #[test]
        fn spans_and_gaps_tile_time(steps in proptest::collection::vec((0u8..3, 1i64..5000), 1..60)) {
            let mut writes = Vec::new();
            let mut ledger = Ledger::resume(OF, ids, &Left::default(), at(0), &mut writes);
            let (mut now, mut span): (i64, Option<i64>) = (0, None);
            let mut spans = Vec::new();
            for (kind, step) in steps {
                now += step;
                match (kind, span) {
                    (0, None) => span = Some(ledger.begin_span(at(now), &mut writes).micros() / 1000),
                    (0, Some(_)) => {}
                    (_, was) => {
                        let cause = if kind == 1 { GapCause::CameraUnreachable } else { GapCause::AuthFailed };
                        ledger.stop(was.map(|_| at(now)), reason(cause), at(now), &mut writes);
                        spans.extend(was.map(|start| (start, now)));
                        span = None;
                    }
                }
            }
            let mut tiles: Vec<(i64, i64)> = spans;
            tiles.extend(span.map(|start| (start, now)));
            tiles.extend(gaps(&writes).into_iter().map(|(start, end, _)| (start, end.unwrap_or(now))));
            tiles.retain(|(start, end)| start != end);
            tiles.sort_unstable();
            prop_assert_eq!(tiles.first().map_or(0, |tile| tile.0), 0);
            for pair in tiles.windows(2) {
                prop_assert_eq!(pair[0].1, pair[1].0, "{:?}", tiles);
            }
            prop_assert_eq!(tiles.last().map_or(now, |tile| tile.1), now);
        }
    }
}
