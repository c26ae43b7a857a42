//! The invariant of the ledger: from the moment recording was first switched on until now, every
//! instant lies in exactly one row. Pure; the rows come from [`crate::Catalog::ledger_rows`].

use nightjar_media::WallTime;
use nightjar_model::SegmentState;

use crate::{LedgerItem, LedgerRow};

/// Where the ledger does not tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TilingFault {
    /// What is wrong.
    pub kind: TilingFaultKind,
    /// First instant that it concerns.
    pub start: WallTime,
    /// First instant that it does not concern any more.
    pub end: WallTime,
    /// The row before it, and the row at or after it.
    pub rows: (Option<LedgerRow>, Option<LedgerRow>),
}

/// How a ledger can fail to tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TilingFaultKind {
    /// Nothing is said about this time.
    Hole,
    /// Two rows claim this time.
    Overlap,
    /// A row ends before it starts.
    Reversed,
}

/// Holes and overlaps of more than `tolerance_micros` among `rows`, which are one stream's, in
/// order of start, from `since` until `now`. A last row that is still open (a gap without an end,
/// a segment being written) reaches until `now`.
pub fn tiling(
    rows: impl IntoIterator<Item = LedgerRow>,
    since: WallTime,
    now: WallTime,
    tolerance_micros: i64,
) -> Vec<TilingFault> {
    let mut checker = TilingChecker::new(since, tolerance_micros);
    let mut faults: Vec<_> = rows.into_iter().flat_map(|row| checker.push(row)).collect();
    faults.extend(checker.finish(now));
    faults
}

/// The same, row by row, for ledgers that are read in pages.
#[derive(Debug, Clone)]
pub struct TilingChecker {
    tolerance_micros: i64,
    /// Until when the rows so far cover everything.
    covered: WallTime,
    last: Option<LedgerRow>,
}

impl TilingChecker {
    /// Begins at `since`.
    pub fn new(since: WallTime, tolerance_micros: i64) -> Self {
        Self { tolerance_micros, covered: since, last: None }
    }

    /// The next row, and what is wrong up to it.
    pub fn push(&mut self, row: LedgerRow) -> Vec<TilingFault> {
        let mut faults = Vec::new();
        // A row without an end leaves no time for any other.
        let end = row.end.unwrap_or(row.start);
        if end < row.start {
            faults.extend(self.fault(TilingFaultKind::Reversed, end, row.start, Some(&row)));
        }
        if self.last.as_ref().is_some_and(|last| last.end.is_none()) {
            let until = row.end.unwrap_or(row.start).max(row.start.plus_micros(1));
            faults.push(self.fault_of_any_size(TilingFaultKind::Overlap, row.start, until, Some(&row)));
        } else {
            faults.extend(self.fault(TilingFaultKind::Hole, self.covered, row.start, Some(&row)));
            let shared = self.covered.min(end);
            // What lies before the beginning is no overlap: nothing was promised there.
            if self.last.is_some() {
                faults.extend(self.fault(TilingFaultKind::Overlap, row.start, shared, Some(&row)));
            }
        }
        self.covered = self.covered.max(end);
        self.last = Some(row);
        faults
    }

    /// The end: what is wrong between the last row and `now`.
    pub fn finish(self, now: WallTime) -> Option<TilingFault> {
        if self.last.as_ref().is_some_and(is_open) {
            return None;
        }
        self.fault(TilingFaultKind::Hole, self.covered, now, None)
    }

    fn fault(
        &self,
        kind: TilingFaultKind,
        start: WallTime,
        end: WallTime,
        next: Option<&LedgerRow>,
    ) -> Option<TilingFault> {
        let wrong = end.micros_since(start) > self.tolerance_micros;
        wrong.then(|| self.fault_of_any_size(kind, start, end, next))
    }

    fn fault_of_any_size(
        &self,
        kind: TilingFaultKind,
        start: WallTime,
        end: WallTime,
        next: Option<&LedgerRow>,
    ) -> TilingFault {
        TilingFault { kind, start, end, rows: (self.last.clone(), next.cloned()) }
    }
}

fn is_open(row: &LedgerRow) -> bool {
    match row.item {
        LedgerItem::Segment { state, .. } => state == SegmentState::Open,
        LedgerItem::Gap { .. } => row.end.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightjar_model::{GapCause, GapId, SegmentId};
    use uuid::Uuid;

    const FRAME: i64 = 40;

    fn at(micros: i64) -> WallTime {
        WallTime::from_micros(micros)
    }

    fn segment(start: i64, end: i64, state: SegmentState) -> LedgerRow {
        let item = LedgerItem::Segment { id: SegmentId(Uuid::nil()), state };
        LedgerRow { start: at(start), end: Some(at(end)), item }
    }

    fn footage(start: i64, end: i64) -> LedgerRow {
        segment(start, end, SegmentState::Finished)
    }

    fn gap(start: i64, end: Option<i64>) -> LedgerRow {
        let item = LedgerItem::Gap { id: GapId(Uuid::nil()), cause: GapCause::DiskFull };
        LedgerRow { start: at(start), end: end.map(at), item }
    }

    fn faults(rows: Vec<LedgerRow>) -> Vec<(TilingFaultKind, i64, i64)> {
        let faults = tiling(rows, at(0), at(1_000), FRAME);
        faults.into_iter().map(|fault| (fault.kind, fault.start.micros(), fault.end.micros())).collect()
    }

    #[test]
    fn what_tiles_has_no_fault() {
        assert_eq!(faults(vec![footage(0, 300), gap(300, Some(700)), footage(700, 1_000)]), []);
        assert_eq!(faults(vec![footage(0, 300), gap(300, None)]), [], "an open gap lasts");
        let open = segment(300, 350, SegmentState::Open);
        assert_eq!(faults(vec![gap(-50, Some(300)), open]), [], "an open segment is written on");
        assert_eq!(faults(vec![footage(10, 330), footage(300, 960)]), [], "up to one frame is let go");
        assert_eq!(
            faults(vec![gap(0, Some(0)), footage(0, 500), gap(500, Some(500)), footage(500, 1_000)]),
            []
        );
    }

    #[test]
    fn holes_are_found_everywhere() {
        use TilingFaultKind::Hole;
        assert_eq!(faults(vec![]), [(Hole, 0, 1_000)]);
        let found = faults(vec![footage(100, 300), footage(400, 500)]);
        assert_eq!(found, [(Hole, 0, 100), (Hole, 300, 400), (Hole, 500, 1_000)]);
    }

    #[test]
    fn overlaps_are_found_even_behind_a_shorter_row() {
        use TilingFaultKind::Overlap;
        let found = faults(vec![footage(0, 600), footage(100, 200), footage(500, 1_000)]);
        assert_eq!(found, [(Overlap, 100, 200), (Overlap, 500, 600)]);
        assert_eq!(faults(vec![gap(0, None), footage(500, 1_000)]), [(Overlap, 500, 1_000)]);
    }

    #[test]
    fn a_row_that_ends_before_it_starts_is_found() {
        let found = faults(vec![footage(0, 500), footage(500, 300), footage(500, 1_000)]);
        assert_eq!(found, [(TilingFaultKind::Reversed, 300, 500)]);
    }
}
