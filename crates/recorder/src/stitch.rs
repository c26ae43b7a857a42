//! The ledger of a stream whose segments were restored: neighbours joined, holes filled.

use nightjar_catalog::{LedgerItem, LedgerRow};
use nightjar_media::WallTime;
use nightjar_model::{Gap, GapCause, GapId, SegmentId};
use uuid::Uuid;

use crate::footage::{Footage, Result};
use crate::join::join;
use crate::ledger::LedgerOf;

/// Rows that are read in one go.
const PAGE: u32 = 5_000;

/// Joins what belongs together and puts gaps into the holes, up to an open one at the end.
/// Returns how many gaps.
pub(crate) async fn stitch(footage: &Footage, of: LedgerOf) -> Result<u64> {
    let mut gaps = 0;
    let (mut after, mut last) = (None, None::<Last>);
    loop {
        let page = footage.catalog.ledger_rows(of.camera_id, of.stream, after, PAGE).await?;
        let Some(end_of_page) = page.last() else { break };
        after = Some(end_of_page.cursor());
        let full = page.len() == PAGE as usize;
        let mut holes = Vec::new();
        for row in page {
            match &last {
                None => footage.catalog.set_recording_since(of.camera_id, row.start).await?,
                Some(Last { end, segment: Some(id), .. }) if join(footage, *id, *end, &row).await? => {}
                Some(last) if row.start > last.end => {
                    holes.push(hole(of, last.end, Some(row.start)));
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
    if let Some(last) = last.filter(|last| !last.open) {
        gaps += 1;
        footage.catalog.insert_restored(&[], &[hole(of, last.end, None)]).await?;
    }
    Ok(gaps)
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

fn hole(of: LedgerOf, start: WallTime, end: Option<WallTime>) -> Gap {
    Gap {
        id: GapId(Uuid::now_v7()),
        org_id: of.org_id,
        camera_id: of.camera_id,
        stream: of.stream,
        start,
        end,
        cause: GapCause::NodeDown,
        details: "restored: what happened then is not known".to_owned(),
    }
}
