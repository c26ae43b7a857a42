//! Writing a planned batch, kind by kind, inside its transaction.
//!
//! Each statement leaves alone what a repetition of the batch finds already done, and never takes
//! a row back to an earlier state.

use nightjar_model::{Gap, Segment, SegmentId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter, Set, Value};

use super::plan::{Finished, Plan, Progress};
use crate::Result;
use crate::entity::{gap, node, segment, segment_index, to_i64};
use crate::sql::{Values, batches};

/// Columns of a segment's row.
const SEGMENT_COLUMNS: usize = 25;
/// Columns of a gap's row.
const GAP_COLUMNS: usize = 8;

pub(super) async fn execute(connection: &impl ConnectionTrait, plan: &Plan<'_>) -> Result<()> {
    drop_open(connection, &plan.dropped).await?;
    let opened: Vec<&Segment> = plan.opened.iter().map(AsRef::as_ref).collect();
    upsert_segments(connection, &opened, open_conflict()).await?;
    progress(connection, &plan.progressed).await?;
    finish(connection, &plan.finished).await?;
    let gaps: Vec<&Gap> = plan.gaps.iter().map(AsRef::as_ref).collect();
    upsert_gaps(connection, &gaps, gap_conflict()).await?;
    close_gaps(connection, plan).await?;
    nodes_seen(connection, plan).await
}

/// Inserts rows of segments; `conflict` says what happens to rows that are there.
pub(crate) async fn upsert_segments(
    connection: &impl ConnectionTrait,
    segments: &[&Segment],
    conflict: OnConflict,
) -> Result<()> {
    for batch in batches(segments, SEGMENT_COLUMNS) {
        segment::Entity::insert_many(batch.iter().copied().map(segment::to_row))
            .on_conflict(conflict.clone())
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

/// Inserts or replaces indexes.
pub(crate) async fn upsert_indexes(
    connection: &impl ConnectionTrait,
    indexes: &[(SegmentId, Vec<u8>)],
) -> Result<()> {
    use segment_index::{ActiveModel, Column, Entity};
    let known = OnConflict::column(Column::SegmentId).update_column(Column::Entries).to_owned();
    for batch in batches(indexes, 2) {
        let rows = batch
            .iter()
            .map(|(id, bytes)| ActiveModel { segment_id: Set(id.0), entries: Set(bytes.clone()) });
        Entity::insert_many(rows).on_conflict(known.clone()).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Inserts rows of gaps; `conflict` says what happens to rows that are there.
pub(crate) async fn upsert_gaps(
    connection: &impl ConnectionTrait,
    gaps: &[&Gap],
    conflict: OnConflict,
) -> Result<()> {
    for batch in batches(gaps, GAP_COLUMNS) {
        gap::Entity::insert_many(batch.iter().copied().map(gap::to_row))
            .on_conflict(conflict.clone())
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

/// Queues finished segments that are not in the bucket.
pub(crate) async fn enqueue(
    connection: &impl ConnectionTrait,
    ids: &[SegmentId],
    due: Option<i64>,
) -> Result<()> {
    for batch in batches(ids, 1) {
        let mut values = Values::default();
        let due = due.map_or_else(|| "end_at".to_owned(), |due| values.bind(due));
        let places = values.bind_row(batch.iter().map(|id| id.0.into()));
        let queue = format!(
            "INSERT INTO uploads (segment_id, node, next_at, attempts, last_error, segment_end, bytes)
             SELECT id, node, {due}, 0, '', end_at, bytes FROM segments
             WHERE id IN {places} AND state = 'finished' AND NOT is_remote
             ON CONFLICT (segment_id) DO NOTHING"
        );
        connection.execute_raw(values.into_statement(connection, queue)).await?;
    }
    Ok(())
}

/// A row that is there follows its segment's progress as long as it is open.
fn open_conflict() -> OnConflict {
    use segment::Column;
    OnConflict::column(Column::Id)
        .update_columns([Column::EndAt, Column::Bytes, Column::MediaDuration, Column::Frames])
        .action_and_where(Expr::cust("segments.state = 'open'"))
        .to_owned()
}

/// A row that is there becomes finished if it is open. A row that is finished already keeps its
/// location: its upload may have gone well since.
fn finish_conflict() -> OnConflict {
    use segment::Column;
    OnConflict::column(Column::Id)
        .update_columns(Column::iter().filter(|column| !matches!(column, Column::Id)))
        .action_and_where(Expr::cust("segments.state = 'open'"))
        .to_owned()
}

/// A gap that is there gets its end if it has none.
fn gap_conflict() -> OnConflict {
    use gap::Column;
    OnConflict::column(Column::Id)
        .update_columns([Column::EndAt])
        .action_and_where(Expr::cust("gaps.end_at IS NULL"))
        .to_owned()
}

async fn drop_open(connection: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<()> {
    for batch in batches(ids, 1) {
        segment::Entity::delete_many()
            .filter(segment::Column::Id.is_in(batch.iter().map(|id| id.0)))
            .filter(segment::Column::State.eq("open"))
            .exec(connection)
            .await?;
    }
    Ok(())
}

async fn progress(connection: &impl ConnectionTrait, progressed: &[Progress]) -> Result<()> {
    for batch in batches(progressed, 5) {
        let mut values = Values::default();
        let rows = values.bind_rows(batch.iter().map(progress_row));
        let update = format!(
            "WITH progress (id, end_at, bytes, media_duration, frames) AS (VALUES {rows})
             UPDATE segments SET end_at = progress.end_at, bytes = progress.bytes,
               media_duration = progress.media_duration, frames = progress.frames
             FROM progress WHERE segments.id = progress.id AND segments.state = 'open'"
        );
        connection.execute_raw(values.into_statement(connection, update)).await?;
    }
    Ok(())
}

fn progress_row(progress: &Progress) -> [Value; 5] {
    [
        progress.id.0.into(),
        progress.end.micros().into(),
        to_i64(progress.bytes).into(),
        to_i64(progress.media_duration).into(),
        progress.frames.cast_signed().into(),
    ]
}

async fn finish(connection: &impl ConnectionTrait, finished: &[Finished<'_>]) -> Result<()> {
    let segments: Vec<&Segment> = finished.iter().map(|finished| finished.segment).collect();
    upsert_segments(connection, &segments, finish_conflict()).await?;
    let indexes: Vec<_> =
        finished.iter().map(|finished| (finished.segment.id, finished.index.encode())).collect();
    upsert_indexes(connection, &indexes).await?;
    let uploads: Vec<SegmentId> =
        finished.iter().filter(|finished| finished.upload).map(|finished| finished.segment.id).collect();
    enqueue(connection, &uploads, None).await
}

async fn nodes_seen(connection: &impl ConnectionTrait, plan: &Plan<'_>) -> Result<()> {
    for (node, at) in &plan.seen {
        node::Entity::update_many()
            .col_expr(node::Column::SeenAt, at.micros().into())
            .filter(node::Column::Id.eq(&node.0))
            .exec(connection)
            .await?;
    }
    Ok(())
}

async fn close_gaps(connection: &impl ConnectionTrait, plan: &Plan<'_>) -> Result<()> {
    for batch in batches(&plan.closed, 2) {
        let mut values = Values::default();
        let rows = values.bind_rows(batch.iter().map(|(id, end)| [id.0.into(), end.micros().into()]));
        let update = format!(
            "WITH closed (id, end_at) AS (VALUES {rows})
             UPDATE gaps SET end_at = closed.end_at
             FROM closed WHERE gaps.id = closed.id AND gaps.end_at IS NULL"
        );
        connection.execute_raw(values.into_statement(connection, update)).await?;
    }
    Ok(())
}
