//! The ledger: what was recorded, what was not, and why.

mod plan;
mod write;

use nightjar_media::WallTime;
use nightjar_model::{
    CameraId, Gap, GapCause, GapId, NodeId, Segment, SegmentId, SegmentIndex, SegmentState, StreamName,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use self::plan::Plan;
pub(crate) use self::write::{enqueue, upsert_gaps, upsert_indexes, upsert_segments};
use crate::entity::gap::parse_cause;
use crate::entity::segment::parse_state;
use crate::restore::replace_gap;
use crate::sql::statement;
use crate::window::LOOK_BACK;
use crate::{Catalog, CatalogError, Result};

/// One change of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerWrite {
    /// A segment's file was created.
    SegmentOpened(Segment),
    /// More of an open segment is durable.
    SegmentProgress {
        /// Which.
        id: SegmentId,
        /// As far as is durable.
        end: WallTime,
        /// Size of the file, as far as is durable.
        bytes: u64,
        /// Duration in ticks of the segment's timescale.
        media_duration: u64,
        /// Video frames.
        frames: u32,
    },
    /// A segment is complete and durable.
    SegmentFinished {
        /// As it is now.
        segment: Segment,
        /// How it is cut for HLS.
        index: SegmentIndex,
        /// Whether to queue it for upload.
        upload: bool,
    },
    /// An open segment that got no frame is forgotten.
    SegmentDropped(SegmentId),
    /// Recording stopped; `end` is none.
    GapOpened(Gap),
    /// Recording goes on.
    GapClosed {
        /// Which.
        id: GapId,
        /// First instant that is recorded again.
        end: WallTime,
    },
    /// A gap that is over already.
    GapRecorded(Gap),
    /// A process is alive, and told everything until then.
    NodeSeen {
        /// Which.
        node: NodeId,
        /// When.
        at: WallTime,
    },
}

/// A row of the ledger as the tiling check reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// First instant.
    pub start: WallTime,
    /// First instant after it; none for an open gap. An open segment: as far as is durable.
    pub end: Option<WallTime>,
    /// What it is.
    pub item: LedgerItem,
}

/// What a row of the ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerItem {
    /// Footage.
    Segment {
        /// Its row.
        id: SegmentId,
        /// How far the recorder is with it.
        state: SegmentState,
    },
    /// No footage.
    Gap {
        /// Its row.
        id: GapId,
        /// Why.
        cause: GapCause,
    },
}

/// The place of a row in a camera's ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerCursor {
    /// Where the row starts.
    pub start: WallTime,
    /// Its id.
    pub id: Uuid,
}

impl LedgerRow {
    /// The place right after this row.
    pub fn cursor(&self) -> LedgerCursor {
        let id = match self.item {
            LedgerItem::Segment { id, .. } => id.0,
            LedgerItem::Gap { id, .. } => id.0,
        };
        LedgerCursor { start: self.start, id }
    }
}

impl Catalog {
    /// Makes all these changes, in this order, or none of them: one transaction. A batch may be
    /// repeated after an unknown outcome, also with more changes at its end; what is there already
    /// is left as it is.
    pub async fn apply(&self, writes: &[LedgerWrite]) -> Result<()> {
        if writes.is_empty() {
            return Ok(());
        }
        let plan = Plan::new(writes);
        self.write(|| self.apply_once(&plan)).await
    }

    async fn apply_once(&self, plan: &Plan<'_>) -> Result<()> {
        let transaction = self.begin().await?;
        write::execute(&transaction, plan).await?;
        Ok(transaction.commit().await?)
    }

    /// A file that was found or finished after a crash gets its row, unless that is finished by now,
    /// and `gaps` take the place of those with the same ids, which claimed its time: one transaction.
    pub async fn insert_recovered(
        &self,
        segment: &Segment,
        index: &SegmentIndex,
        gaps: &[Gap],
    ) -> Result<()> {
        // Queued for upload by the reconciler, once its checksum is known.
        let (segment, index) = (segment.clone(), index.clone());
        let finished = [LedgerWrite::SegmentFinished { segment, index, upload: false }];
        let (plan, gaps) = (Plan::new(&finished), gaps.iter().collect::<Vec<_>>());
        self.write(|| self.insert_recovered_once(&plan, &gaps)).await
    }

    async fn insert_recovered_once(&self, plan: &Plan<'_>, gaps: &[&Gap]) -> Result<()> {
        let transaction = self.begin().await?;
        write::execute(&transaction, plan).await?;
        upsert_gaps(&transaction, gaps, replace_gap()).await?;
        Ok(transaction.commit().await?)
    }

    /// Rows of a camera's ledger, segments and gaps together, ordered by start. The next page
    /// begins after the last row's [`LedgerRow::cursor`]; fewer than `limit` rows are the last.
    pub async fn ledger_rows(
        &self,
        camera: CameraId,
        stream: StreamName,
        after: Option<LedgerCursor>,
        limit: u32,
    ) -> Result<Vec<LedgerRow>> {
        let after = after.unwrap_or(LedgerCursor::BEGINNING);
        let values: [Value; 5] = [
            camera.0.into(),
            stream.as_str().into(),
            after.start.micros().into(),
            after.id.into(),
            i64::from(limit).into(),
        ];
        let segments = SegmentRow::find_by_statement(statement(
            self.reader(),
            "SELECT id, start_at, end_at, state FROM segments
             WHERE camera_id = $1 AND stream = $2 AND (start_at, id) > ($3, $4)
             ORDER BY start_at, id LIMIT $5",
            values.clone(),
        ))
        .all(self.reader())
        .await?;
        let gaps = GapRow::find_by_statement(statement(
            self.reader(),
            "SELECT id, start_at, end_at, cause FROM gaps
             WHERE camera_id = $1 AND stream = $2 AND (start_at, id) > ($3, $4)
             ORDER BY start_at, id LIMIT $5",
            values,
        ))
        .all(self.reader())
        .await?;
        let segments = segments.into_iter().map(LedgerRow::try_from);
        let mut rows: Vec<LedgerRow> =
            segments.chain(gaps.into_iter().map(LedgerRow::try_from)).collect::<Result<_>>()?;
        // Each table gave its first rows, so the first ones of both together are among them.
        rows.sort_by_key(LedgerRow::cursor);
        rows.truncate(limit as usize);
        Ok(rows)
    }

    /// The place before the last few rows that begin at or before `at`: what was then is said by one
    /// of them. None if no row does.
    pub async fn ledger_place(
        &self,
        camera: CameraId,
        stream: StreamName,
        at: WallTime,
    ) -> Result<Option<LedgerCursor>> {
        let of = |table: &str| {
            format!(
                "SELECT start_at FROM (
                   SELECT start_at FROM {table} WHERE camera_id = $1 AND stream = $2 AND start_at <= $3
                   ORDER BY start_at DESC LIMIT {LOOK_BACK}) AS last_{table}"
            )
        };
        let few = statement(
            self.reader(),
            format!(
                "SELECT min(start_at) FROM (
                   {} UNION ALL {} ORDER BY start_at DESC LIMIT {LOOK_BACK}) AS latest",
                of("segments"),
                of("gaps")
            ),
            [camera.0.into(), stream.as_str().into(), at.micros().into()],
        );
        let row = self.reader().query_one_raw(few).await?;
        let micros: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        Ok(micros.map(|micros| LedgerCursor { start: WallTime::from_micros(micros), id: Uuid::nil() }))
    }

    /// The latest instant that the ledger says anything about: the end of a segment or of a
    /// closed gap, or the start of an open one.
    pub async fn last_covered(&self, camera: CameraId, stream: StreamName) -> Result<Option<WallTime>> {
        let newest = statement(
            self.reader(),
            format!(
                "SELECT max(covered) FROM (
                   SELECT end_at AS covered FROM (
                     SELECT end_at FROM segments WHERE camera_id = $1 AND stream = $2
                     ORDER BY start_at DESC LIMIT {LOOK_BACK}) AS newest_segments
                   UNION ALL
                   SELECT coalesce(end_at, start_at) AS covered FROM (
                     SELECT start_at, end_at FROM gaps WHERE camera_id = $1 AND stream = $2
                     ORDER BY start_at DESC LIMIT {LOOK_BACK}) AS newest_gaps
                 ) AS newest"
            ),
            [camera.0.into(), stream.as_str().into()],
        );
        let row = self.reader().query_one_raw(newest).await?;
        let micros: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        Ok(micros.map(WallTime::from_micros))
    }
}

impl LedgerCursor {
    const BEGINNING: Self = Self { start: WallTime::from_micros(i64::MIN), id: Uuid::nil() };
}

#[derive(FromQueryResult)]
struct SegmentRow {
    id: Uuid,
    start_at: i64,
    end_at: i64,
    state: String,
}

#[derive(FromQueryResult)]
struct GapRow {
    id: Uuid,
    start_at: i64,
    end_at: Option<i64>,
    cause: String,
}

impl TryFrom<SegmentRow> for LedgerRow {
    type Error = CatalogError;

    fn try_from(row: SegmentRow) -> Result<Self> {
        Ok(Self {
            start: WallTime::from_micros(row.start_at),
            end: Some(WallTime::from_micros(row.end_at)),
            item: LedgerItem::Segment { id: SegmentId(row.id), state: parse_state(&row.state)? },
        })
    }
}

impl TryFrom<GapRow> for LedgerRow {
    type Error = CatalogError;

    fn try_from(row: GapRow) -> Result<Self> {
        Ok(Self {
            start: WallTime::from_micros(row.start_at),
            end: row.end_at.map(WallTime::from_micros),
            item: LedgerItem::Gap { id: GapId(row.id), cause: parse_cause(&row.cause)? },
        })
    }
}
