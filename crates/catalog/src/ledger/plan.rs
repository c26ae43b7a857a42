//! What a batch of changes comes to, row by row. Pure.
//!
//! Changes of different rows do not depend on each other, so a batch can be written kind by kind,
//! in few statements, if the changes of each row are first taken together in their order.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use nightjar_media::WallTime;
use nightjar_model::{Gap, GapId, NodeId, Segment, SegmentId, SegmentIndex};

use super::LedgerWrite;

/// A batch, kind by kind.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan<'a> {
    pub(super) opened: Vec<Cow<'a, Segment>>,
    pub(super) progressed: Vec<Progress>,
    pub(super) finished: Vec<Finished<'a>>,
    pub(super) dropped: Vec<SegmentId>,
    pub(super) gaps: Vec<Cow<'a, Gap>>,
    pub(super) closed: Vec<(GapId, WallTime)>,
    pub(super) seen: Vec<(&'a NodeId, WallTime)>,
}

/// How far an open segment is durable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Progress {
    pub(super) id: SegmentId,
    pub(super) end: WallTime,
    pub(super) bytes: u64,
    pub(super) media_duration: u64,
    pub(super) frames: u32,
}

/// A finished segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finished<'a> {
    pub(super) segment: &'a Segment,
    pub(super) index: &'a SegmentIndex,
    pub(super) upload: bool,
}

impl<'a> Plan<'a> {
    pub(super) fn new(writes: &'a [LedgerWrite]) -> Self {
        let mut segments = Rows::default();
        let mut gaps = Rows::default();
        let mut seen = Rows::default();
        for write in writes {
            match write {
                LedgerWrite::SegmentOpened(segment) => {
                    segments.put(segment.id, SegmentChange::Open(Cow::Borrowed(segment)));
                }
                LedgerWrite::SegmentProgress { id, end, bytes, media_duration, frames } => {
                    let progress = Progress {
                        id: *id,
                        end: *end,
                        bytes: *bytes,
                        media_duration: *media_duration,
                        frames: *frames,
                    };
                    segments.change(*id, |old| SegmentChange::progressed(old, progress));
                }
                LedgerWrite::SegmentFinished { segment, index, upload } => {
                    let finished = Finished { segment, index, upload: *upload };
                    segments.put(segment.id, SegmentChange::Finish(finished));
                }
                LedgerWrite::SegmentDropped(id) => segments.put(*id, SegmentChange::Drop(*id)),
                LedgerWrite::GapOpened(gap) | LedgerWrite::GapRecorded(gap) => {
                    gaps.put(gap.id, GapChange::Write(Cow::Borrowed(gap)));
                }
                LedgerWrite::GapClosed { id, end } => {
                    gaps.change(*id, |old| GapChange::closed(old, *id, *end));
                }
                LedgerWrite::NodeSeen { node, at } => seen.put(node, (node, *at)),
            }
        }
        let mut plan = Self { seen: seen.into_changes().collect(), ..Self::default() };
        segments.into_changes().for_each(|change| plan.add_segment(change));
        gaps.into_changes().for_each(|change| plan.add_gap(change));
        plan
    }

    fn add_segment(&mut self, change: SegmentChange<'a>) {
        match change {
            SegmentChange::Open(segment) => self.opened.push(segment),
            SegmentChange::Progress(progress) => self.progressed.push(progress),
            SegmentChange::Finish(finished) => self.finished.push(finished),
            SegmentChange::Drop(id) => self.dropped.push(id),
        }
    }

    fn add_gap(&mut self, change: GapChange<'a>) {
        match change {
            GapChange::Write(gap) => self.gaps.push(gap),
            GapChange::Close(id, end) => self.closed.push((id, end)),
        }
    }
}

/// What becomes of a segment's row.
enum SegmentChange<'a> {
    Open(Cow<'a, Segment>),
    Progress(Progress),
    Finish(Finished<'a>),
    Drop(SegmentId),
}

impl SegmentChange<'_> {
    /// Progress of what is opened in the same batch becomes part of it. A segment that is
    /// finished or dropped makes no progress any more.
    fn progressed(old: Option<Self>, progress: Progress) -> Self {
        match old {
            None | Some(Self::Progress(_)) => Self::Progress(progress),
            Some(Self::Open(mut segment)) => {
                let row = segment.to_mut();
                row.end = progress.end;
                row.bytes = progress.bytes;
                row.media_duration = progress.media_duration;
                row.frames = progress.frames;
                Self::Open(segment)
            }
            Some(over) => over,
        }
    }
}

/// What becomes of a gap's row.
enum GapChange<'a> {
    Write(Cow<'a, Gap>),
    Close(GapId, WallTime),
}

impl GapChange<'_> {
    fn closed(old: Option<Self>, id: GapId, end: WallTime) -> Self {
        match old {
            None => Self::Close(id, end),
            Some(Self::Write(mut gap)) => {
                if gap.end.is_none() {
                    gap.to_mut().end = Some(end);
                }
                Self::Write(gap)
            }
            Some(closed) => closed,
        }
    }
}

/// Changes by row, in the order in which the rows were first named.
struct Rows<K, V> {
    /// `None` only while a change is being changed.
    changes: Vec<Option<V>>,
    places: HashMap<K, usize>,
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self { changes: Vec::new(), places: HashMap::new() }
    }
}

impl<K: Eq + Hash, V> Rows<K, V> {
    fn put(&mut self, key: K, change: V) {
        self.change(key, |_| change);
    }

    fn change(&mut self, key: K, change: impl FnOnce(Option<V>) -> V) {
        let place = *self.places.entry(key).or_insert_with(|| {
            self.changes.push(None);
            self.changes.len() - 1
        });
        let slot = &mut self.changes[place];
        *slot = Some(change(slot.take()));
    }

    fn into_changes(self) -> impl Iterator<Item = V> {
        self.changes.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightjar_model::{CameraId, GapCause, OrgId, StreamName};
    use uuid::Uuid;

    fn at(micros: i64) -> WallTime {
        WallTime::from_micros(micros)
    }

    fn gap(id: u128) -> Gap {
        Gap {
            id: GapId(Uuid::from_u128(id)),
            org_id: OrgId::DEFAULT,
            camera_id: CameraId(Uuid::nil()),
            stream: StreamName::Main,
            start: at(0),
            end: None,
            cause: GapCause::DiskFull,
            details: String::new(),
        }
    }

    #[test]
    fn a_gap_that_opens_and_closes_is_written_closed() {
        let (one, two) = (gap(1), gap(2));
        let writes = [
            LedgerWrite::GapOpened(one.clone()),
            LedgerWrite::GapClosed { id: two.id, end: at(3) },
            LedgerWrite::GapClosed { id: one.id, end: at(5) },
            LedgerWrite::GapClosed { id: one.id, end: at(7) },
        ];
        let plan = Plan::new(&writes);
        assert_eq!(plan.gaps, [Cow::<Gap>::Owned(Gap { end: Some(at(5)), ..one })]);
        assert_eq!(plan.closed, [(two.id, at(3))]);
    }

    #[test]
    fn the_last_progress_counts_and_a_drop_ends_it() {
        let progress = |id, end| LedgerWrite::SegmentProgress {
            id: SegmentId(Uuid::from_u128(id)),
            end: at(end),
            bytes: 1,
            media_duration: 1,
            frames: 1,
        };
        let dropped = SegmentId(Uuid::from_u128(2));
        let writes = [
            progress(1, 5),
            progress(2, 5),
            progress(1, 9),
            LedgerWrite::SegmentDropped(dropped),
            progress(2, 9),
        ];
        let plan = Plan::new(&writes);
        assert_eq!(plan.progressed.iter().map(|progress| progress.end).collect::<Vec<_>>(), [at(9)]);
        assert_eq!(plan.dropped, [dropped]);
    }
}
