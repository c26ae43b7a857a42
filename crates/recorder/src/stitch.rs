//! The ledger of a stream of which rows were lost: neighbours joined, holes filled.

use nightjar_catalog::{LedgerItem, LedgerRow};
use nightjar_media::WallTime;
use nightjar_model::{Gap, GapCause, GapId, SegmentId};
use uuid::Uuid;

use crate::footage::{Footage, Result};
use crate::join::join;
use crate::ledger::LedgerOf;

/// Rows that are read in one go.
const PAGE: u32 = 5_000;
/// Before everything.
const BEGINNING: WallTime = WallTime::from_micros(i64::MIN);
/// What a gap says of which only the files on both sides of it are left.
const RESTORED: &str = "restored: what happened then is not known";
/// What a gap says that the process knew the cause of, and died before it was written down.
const UNTOLD: &str = "what happened then is not known: Nightjar ended before it could write it down";

/// Joins what belongs together and puts gaps into the holes of a whole ledger, up to an open one at
/// the end. Returns how many gaps.
pub(crate) async fn stitch(footage: &Footage, of: LedgerOf) -> Result<u64> {
    let (mut gaps, last) = fill(footage, of, BEGINNING, RESTORED).await?;
    if let Some(last) = last.filter(|last| !last.open) {
        gaps += 1;
        let end = hole(of, (last.end, None), RESTORED);
        footage.catalog.insert_restored(&[], &[end]).await?;
    }
    Ok(gaps)
}

/// The same for what the ledger says from `since` on; what comes after its end is left to whoever
/// goes on with it.
pub(crate) async fn stitch_since(footage: &Footage, of: LedgerOf, since: WallTime) -> Result<u64> {
    let (gaps, _) = fill(footage, of, since, UNTOLD).await?;
    Ok(gaps)
}

/// Joins and fills what comes after `since`. Returns how many gaps, and how far the ledger reaches.
async fn fill(
    footage: &Footage,
    of: LedgerOf,
    since: WallTime,
    details: &str,
) -> Result<(u64, Option<Last>)> {
    // What begins before that is read for where it ends: steps of the clock let rows overlap.
    let place = footage.catalog.ledger_place(of.camera_id, of.stream, since).await?;
    let mut gaps = 0;
    let (mut after, mut last) = (place, None::<Last>);
    loop {
        let page = footage.catalog.ledger_rows(of.camera_id, of.stream, after, PAGE).await?;
        let Some(end_of_page) = page.last() else { break };
        after = Some(end_of_page.cursor());
        let full = page.len() == PAGE as usize;
        let mut holes = Vec::new();
        for row in page {
            match &last {
                None if place.is_none() => {
                    footage.catalog.set_recording_since(of.camera_id, row.start).await?;
                }
                None => {}
                Some(Last { end, segment: Some(id), .. }) if join(footage, *id, *end, &row).await? => {}
                Some(last) if row.start > last.end && row.start > since => {
                    holes.push(hole(of, (last.end, Some(row.start)), details));
                }
                Some(_) => {}
            }
            last = Some(Last::after(last, &row));
        }
        gaps += holes.len() as u64;
        footage.catalog.insert_restored(&[], &holes).await?;
        if !full {
            break;
        }
    }
    Ok((gaps, last))
}

/// Until where the ledger reaches, and by which segment.
struct Last {
    end: WallTime,
    segment: Option<SegmentId>,
    open: bool,
}

impl Last {
    fn after(before: Option<Self>, row: &LedgerRow) -> Self {
        let end = row.end.unwrap_or(row.start);
        let own = match row.item {
            LedgerItem::Segment { id, .. } => Self { end, segment: Some(id), open: false },
            LedgerItem::Gap { .. } => Self { end, segment: None, open: row.end.is_none() },
        };
        match before {
            Some(before) if before.end > own.end => before,
            _ => own,
        }
    }
}

fn hole(of: LedgerOf, (start, end): (WallTime, Option<WallTime>), details: &str) -> Gap {
    Gap {
        id: GapId(Uuid::now_v7()),
        org_id: of.org_id,
        camera_id: of.camera_id,
        stream: of.stream,
        start,
        end,
        cause: GapCause::NodeDown,
        details: details.to_owned(),
    }
}
