//! Filters, pages and cursors of lists that grow without bound.

use std::fmt;
use std::str::FromStr;

use nightjar_media::WallTime;
use uuid::Uuid;

use crate::{CameraId, OrgId, Segment, SegmentId, SegmentState, StreamName};

/// Which segments to list.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentFilter {
    /// The tenant.
    pub org: OrgId,
    /// Only these cameras; empty: all of the tenant.
    pub cameras: Vec<CameraId>,
    /// Only this stream.
    pub stream: Option<StreamName>,
    /// Only those that end after this.
    pub from: Option<WallTime>,
    /// Only those that start before this.
    pub to: Option<WallTime>,
    /// Only those in this state; none: all but those being deleted.
    pub state: Option<SegmentState>,
}

impl SegmentFilter {
    /// All segments of a tenant.
    pub fn all(org: OrgId) -> Self {
        Self { org, cameras: Vec::new(), stream: None, from: None, to: None, state: None }
    }
}

/// In which order of their starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// Oldest first.
    Ascending,
    /// Newest first.
    #[default]
    Descending,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<C = SegmentCursor> {
    /// Where it begins.
    pub start: PageStart<C>,
    /// How many items at most.
    pub limit: u32,
    /// In which order.
    pub order: SortOrder,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart<C = SegmentCursor> {
    /// By number, from 1. Costs what lies before it, so the caller bounds it.
    Number(u32),
    /// After the last item of the page before. Costs the same wherever it is.
    After(C),
}

/// One page of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentPage {
    /// The segments.
    pub items: Vec<Segment>,
    /// How many match in all. Counted only for pages by number: with a cursor it is none.
    pub total: Option<u64>,
    /// Where the next page begins; none at the end of the list.
    pub next_cursor: Option<SegmentCursor>,
}

/// The place of a segment in a list sorted by start. Its text is opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentCursor {
    /// Its start.
    pub start: WallTime,
    /// Its id.
    pub id: SegmentId,
}

impl SegmentCursor {
    /// The place right after `segment`.
    pub fn after(segment: &Segment) -> Self {
        Self { start: segment.start, id: segment.id }
    }
}

impl fmt::Display for SegmentCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{}", self.start.micros(), self.id.0.simple())
    }
}

/// The text is not a cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct InvalidCursor;

impl FromStr for SegmentCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 48 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidCursor);
        }
        let (start, id) = text.split_at(16);
        let start = u64::from_str_radix(start, 16).map_err(|_| InvalidCursor)?.cast_signed();
        let id = Uuid::try_parse(id).map_err(|_| InvalidCursor)?;
        Ok(Self { start: WallTime::from_micros(start), id: SegmentId(id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_is_one() {
        for micros in [i64::MIN, -1, 0, 1_763_000_000_000_000, i64::MAX] {
            let cursor = SegmentCursor {
                start: WallTime::from_micros(micros),
                id: SegmentId(Uuid::from_u128(0x1234_5678_9abc_def0)),
            };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for bad in ["", "x", &"g".repeat(48), &"0".repeat(47), &"é".repeat(24)] {
            assert_eq!(bad.parse::<SegmentCursor>(), Err(InvalidCursor));
        }
    }
}
