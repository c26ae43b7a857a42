//! The way of a segment out of the catalog.

mod forget;
pub(crate) mod queries;

use nightjar_media::WallTime;
use nightjar_model::{CameraId, GapCause, Location, NodeId, PurgeId, Segment, SegmentId, StreamName};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use crate::entity::segment::{Column, Entity, to_segments};
use crate::entity::upload;
use crate::sql::batches;
use crate::{Catalog, Result};

impl Catalog {
    /// The oldest finished segments on this node's disk; `remote_only`: only those that are in
    /// the bucket too.
    pub async fn oldest_local(&self, node: &NodeId, remote_only: bool, limit: u32) -> Result<Vec<Segment>> {
        // The index is ordered by start for each of the two.
        let mut oldest = self.read(queries::local(node, true).limit(u64::from(limit))).await?;
        if !remote_only {
            oldest.extend(self.read(queries::local(node, false).limit(u64::from(limit))).await?);
        }
        Ok(first_by_start(oldest, limit))
    }

    /// A camera's oldest finished segments; with `before`, only those that end at or before it.
    pub async fn oldest_finished(
        &self,
        camera: CameraId,
        before: Option<WallTime>,
        limit: u32,
    ) -> Result<Vec<Segment>> {
        let mut oldest = Vec::new();
        for stream in [StreamName::Main, StreamName::Sub] {
            let query = queries::finished(camera, stream, before).limit(u64::from(limit));
            oldest.extend(self.read(query).await?);
        }
        Ok(first_by_start(oldest, limit))
    }

    /// Segments that were verified in the bucket at or before `uploaded_before` and are still on
    /// this node's disk.
    pub async fn local_copies_due(
        &self,
        node: &NodeId,
        uploaded_before: WallTime,
        limit: u32,
    ) -> Result<Vec<Segment>> {
        self.read(queries::local_copies(node, uploaded_before).limit(u64::from(limit))).await
    }

    /// Notes where a segment's bytes are now.
    pub async fn set_location(&self, id: SegmentId, location: Location) -> Result<()> {
        // A copy whose upload nobody saw counts as uploaded when the segment ended.
        let uploaded = if location.remote { "coalesce(uploaded_at, end_at)" } else { "NULL" };
        let update = Entity::update_many()
            .col_expr(Column::IsLocal, Expr::value(location.local))
            .col_expr(Column::IsRemote, Expr::value(location.remote))
            .col_expr(Column::UploadedAt, Expr::cust(uploaded))
            .filter(Column::Id.eq(id.0));
        self.update(update).await?;
        Ok(())
    }

    /// Marks finished segments whose objects are about to be deleted, and takes them out of the
    /// upload queue. Open ones are left as they are.
    pub async fn mark_deleting(&self, ids: &[SegmentId]) -> Result<()> {
        self.write(|| self.mark_deleting_once(ids)).await
    }

    async fn mark_deleting_once(&self, ids: &[SegmentId]) -> Result<()> {
        let transaction = self.begin().await?;
        mark(&transaction, ids).await?;
        Ok(transaction.commit().await?)
    }

    /// Marked segments in the order of their ids, page by page: those after `after`, at most `limit`.
    pub async fn deleting(&self, after: Option<SegmentId>, limit: u32) -> Result<Vec<Segment>> {
        self.read(queries::deleting(after).limit(u64::from(limit))).await
    }

    /// Deletes the rows of these segments with their indexes and uploads, and records their time
    /// as gaps of this cause, joined with each other and with adjacent closed gaps of the same cause.
    pub async fn forget_segments(&self, ids: &[SegmentId], cause: GapCause, details: &str) -> Result<()> {
        self.write(|| self.forget_once(ids, (cause, details), None)).await
    }

    /// The same for what somebody asked for: it is counted there.
    pub async fn forget_purged(&self, ids: &[SegmentId], details: &str, purge: PurgeId) -> Result<()> {
        self.write(|| self.forget_once(ids, (GapCause::Deleted, details), Some(purge))).await
    }

    async fn forget_once(
        &self,
        ids: &[SegmentId],
        why: (GapCause, &str),
        purge: Option<PurgeId>,
    ) -> Result<()> {
        let transaction = self.begin().await?;
        let gone = forget::forget(&transaction, ids, why).await?;
        if let Some(purge) = purge {
            crate::purges::credit(&transaction, purge, gone).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn read(&self, query: Select<Entity>) -> Result<Vec<Segment>> {
        to_segments(query.all(self.reader()).await?)
    }
}

/// Marks finished segments and takes them out of the upload queue.
pub(crate) async fn mark(connection: &impl ConnectionTrait, ids: &[SegmentId]) -> Result<()> {
    for batch in batches(ids, 1) {
        let ids = || batch.iter().map(|id| id.0);
        Entity::update_many()
            .col_expr(Column::State, Expr::value("deleting"))
            .filter(Column::Id.is_in(ids()))
            .filter(Column::State.eq("finished"))
            .exec(connection)
            .await?;
        let queued = upload::Entity::delete_many().filter(upload::Column::SegmentId.is_in(ids()));
        queued.exec(connection).await?;
    }
    Ok(())
}

pub(crate) fn first_by_start(mut segments: Vec<Segment>, limit: u32) -> Vec<Segment> {
    segments.sort_by_key(|segment| (segment.start, segment.id));
    segments.truncate(limit as usize);
    segments
}
