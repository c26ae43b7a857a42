//! The upload queue, which survives restarts.

use std::collections::HashMap;

use nightjar_media::WallTime;
use nightjar_model::{NodeId, Segment, SegmentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::upload::{Column, Entity};
use crate::entity::{segment, to_u64};
use crate::ledger::enqueue;
use crate::sql::{batches, statement};
use crate::{Catalog, Result};

/// A segment that waits for its upload.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadJob {
    /// The segment.
    pub segment: Segment,
    /// How often it failed.
    pub attempts: u32,
}

/// A node's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UploadStats {
    /// Segments that wait.
    pub pending: u64,
    /// Their bytes.
    pub bytes: u64,
    /// End of the oldest of them.
    pub oldest: Option<WallTime>,
    /// How many of them have failed at least once.
    pub failing: u64,
}

impl Catalog {
    /// The uploads that are due at `now`, longest due first. Those that the caller is busy with
    /// already are among them.
    pub async fn due_uploads(&self, node: &NodeId, now: WallTime, limit: u32) -> Result<Vec<UploadJob>> {
        let jobs = Entity::find()
            .filter(Column::Node.eq(node.0.as_str()))
            .filter(Column::NextAt.lte(now.micros()))
            .order_by_asc(Column::NextAt)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        let mut rows = HashMap::with_capacity(jobs.len());
        for batch in batches(&jobs, 1) {
            let found = segment::Entity::find()
                .filter(segment::Column::Id.is_in(batch.iter().map(|job| job.segment_id)))
                .all(self.reader())
                .await?;
            rows.extend(found.into_iter().map(|row| (row.id, row)));
        }
        let jobs = jobs.into_iter().filter_map(|job| Some((rows.remove(&job.segment_id)?, job.attempts)));
        jobs.map(|(row, attempts)| {
            Ok(UploadJob { segment: row.try_into()?, attempts: attempts.cast_unsigned() })
        })
        .collect()
    }

    /// When the next upload is due; it may be past.
    pub async fn next_upload_due(&self, node: &NodeId) -> Result<Option<WallTime>> {
        let next = statement(
            self.reader(),
            "SELECT min(next_at) FROM uploads WHERE node = $1",
            [node.0.as_str().into()],
        );
        let row = self.reader().query_one_raw(next).await?;
        let micros: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        Ok(micros.map(WallTime::from_micros))
    }

    /// The bucket has confirmed size and checksum at `now`.
    pub async fn upload_succeeded(&self, id: SegmentId, now: WallTime) -> Result<()> {
        self.write(|| self.upload_succeeded_once(id, now)).await
    }

    async fn upload_succeeded_once(&self, id: SegmentId, now: WallTime) -> Result<()> {
        let transaction = self.begin().await?;
        segment::Entity::update_many()
            .col_expr(segment::Column::IsRemote, Expr::value(true))
            .col_expr(segment::Column::UploadedAt, Expr::value(now.micros()))
            .filter(segment::Column::Id.eq(id.0))
            .exec(&transaction)
            .await?;
        Entity::delete_by_id(id.0).exec(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// An attempt failed; the next is due at `next_at`. `error` must hold no credential.
    pub async fn upload_failed(&self, id: SegmentId, error: &str, next_at: WallTime) -> Result<()> {
        let update = Entity::update_many()
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .col_expr(Column::LastError, Expr::value(error))
            .col_expr(Column::NextAt, Expr::value(next_at.micros()))
            .filter(Column::SegmentId.eq(id.0));
        self.update(update).await?;
        Ok(())
    }

    /// Queues a finished segment that is not in the bucket; does nothing if it is queued already.
    pub async fn enqueue_upload(&self, id: SegmentId, now: WallTime) -> Result<()> {
        self.write(|| async { enqueue(self.writer(), &[id], Some(now.micros())).await }).await
    }

    /// What waits.
    pub async fn upload_stats(&self, node: &NodeId) -> Result<UploadStats> {
        let sums = statement(
            self.reader(),
            "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT), min(segment_end),
               CAST(coalesce(sum(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM uploads WHERE node = $1",
            [node.0.as_str().into()],
        );
        let Some(row) = self.reader().query_one_raw(sums).await? else {
            return Ok(UploadStats::default());
        };
        Ok(UploadStats {
            pending: to_u64(row.try_get_by_index(0)?),
            bytes: to_u64(row.try_get_by_index(1)?),
            oldest: row.try_get_by_index::<Option<i64>>(2)?.map(WallTime::from_micros),
            failing: to_u64(row.try_get_by_index(3)?),
        })
    }
}
