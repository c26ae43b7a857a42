//! Deletions of footage that somebody asked for.
//!
//! The API writes them down, the recorder carries them out and says how far it is. One ends when
//! nothing of what it covers is left, and the same transaction writes that into the audit trail.

use nightjar_media::WallTime;
use nightjar_model::{
    Actor, AuditRecord, CameraId, OrgId, Outcome, Purge, PurgeId, Segment, StreamName, to_rfc3339,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use serde_json::json;
use uuid::Uuid;

use crate::entity::purge::{Column, Entity, to_row};
use crate::entity::{segment, to_i64, to_u64};
use crate::retention::{first_by_start, mark, queries};
use crate::sql::statement;
use crate::{Catalog, Result};

/// Deletions of one camera that are remembered after they were done.
const KEPT: u64 = 50;
/// Deletions of one camera that may be under way at once.
const RUNNING: u64 = 1_000;

impl Catalog {
    /// Notes that footage is to go, and gives the note with what was found. A single file is out of
    /// sight at once. None if the camera has too many of them under way.
    pub async fn start_purge(&self, purge: &Purge) -> Result<Option<Purge>> {
        let mut purge = purge.clone();
        if purge.segment_id.is_none() {
            (purge.found_segments, purge.found_bytes) = self.purgeable_sums(&purge).await?;
        }
        if !self.write(|| self.start_purge_once(&purge)).await? {
            return Ok(None);
        }
        self.changed();
        Ok(Some(purge))
    }

    async fn start_purge_once(&self, purge: &Purge) -> Result<bool> {
        let transaction = self.begin().await?;
        let running = of_camera(purge.camera_id).filter(Column::FinishedAt.is_null());
        if running.count(&transaction).await? >= RUNNING {
            return Ok(false);
        }
        Entity::insert(to_row(purge)).exec_without_returning(&transaction).await?;
        if let Some(id) = purge.segment_id {
            mark(&transaction, &[id]).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn purgeable_sums(&self, purge: &Purge) -> Result<(u64, u64)> {
        let text = "SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM segments
                    WHERE camera_id = $1 AND start_at >= $2 AND start_at <= $3 AND end_at <= $3
                      AND state = 'finished'";
        let (from, to) = bounds(purge);
        let values = [purge.camera_id.0.into(), from.into(), to.into()];
        let row = self.reader().query_one_raw(statement(self.reader(), text, values)).await?;
        let Some(row) = row else { return Ok((0, 0)) };
        Ok((to_u64(row.try_get_by_index(0)?), to_u64(row.try_get_by_index(1)?)))
    }

    /// The last deletions of a camera's footage, the newest first; those under way are among them.
    pub async fn purges(&self, org: OrgId, camera: CameraId) -> Result<Vec<Purge>> {
        let of_camera = of_camera(camera).filter(Column::OrgId.eq(org.0));
        let rows = of_camera.order_by_desc(Column::Id).limit(KEPT).all(self.reader()).await?;
        Ok(rows.into_iter().map(Purge::from).collect())
    }

    /// The deletions of all tenants that are under way, the oldest first.
    pub async fn running_purges(&self) -> Result<Vec<Purge>> {
        let running = Entity::find().filter(Expr::cust("finished_at IS NULL")).order_by_asc(Column::Id);
        Ok(running.all(self.reader()).await?.into_iter().map(Purge::from).collect())
    }

    /// The oldest finished segments that a deletion covers. Those that are marked already are not
    /// among them.
    pub async fn purgeable(&self, purge: &Purge, limit: u32) -> Result<Vec<Segment>> {
        use segment::Column;
        let (from, to) = bounds(purge);
        let mut found = Vec::new();
        for stream in [StreamName::Main, StreamName::Sub] {
            let all = queries::finished(purge.camera_id, stream, Some(WallTime::from_micros(to)));
            let covered = all.filter(Column::StartAt.gte(from)).limit(u64::from(limit));
            let rows = match purge.segment_id {
                Some(id) => covered.filter(Column::Id.eq(id.0)).all(self.reader()).await?,
                None => covered.all(self.reader()).await?,
            };
            found.extend(segment::to_segments(rows)?);
        }
        Ok(first_by_start(found, limit))
    }

    /// Ends a deletion if nothing is left of what it covers; gives it as it ended. A file that is
    /// open counts as far as it is durable: what ends before the deletion's end is still waited for.
    pub async fn finish_purge(&self, purge: &Purge, now: WallTime) -> Result<Option<Purge>> {
        self.write(|| self.finish_purge_once(purge, now)).await
    }

    async fn finish_purge_once(&self, purge: &Purge, now: WallTime) -> Result<Option<Purge>> {
        let transaction = self.begin().await?;
        let left = covered(purge).select_only().column(segment::Column::Id).limit(1);
        if left.into_tuple::<Uuid>().one(&transaction).await?.is_some() {
            return Ok(None);
        }
        let ended = Entity::update_many()
            .col_expr(Column::FinishedAt, Expr::value(now.micros()))
            .filter(Column::Id.eq(purge.id.0))
            .filter(Column::FinishedAt.is_null())
            .exec(&transaction)
            .await?;
        let row = Entity::find_by_id(purge.id.0).one(&transaction).await?;
        let Some(done) = row.map(Purge::from).filter(|_| ended.rows_affected > 0) else { return Ok(None) };
        nightjar_audit::append(self.database(), &transaction, done.org_id.0, &[&record(&done, now)]).await?;
        forget_old(&transaction, done.camera_id).await?;
        transaction.commit().await?;
        Ok(Some(done))
    }
}

/// Counts what is gone, in the transaction in which it goes.
pub(crate) async fn credit(
    connection: &impl ConnectionTrait,
    purge: PurgeId,
    (segments, bytes): (u64, u64),
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Segments, Expr::col(Column::Segments).add(to_i64(segments)))
        .col_expr(Column::Bytes, Expr::col(Column::Bytes).add(to_i64(bytes)))
        .filter(Column::Id.eq(purge.0))
        .exec(connection)
        .await?;
    Ok(())
}

fn of_camera(camera: CameraId) -> Select<Entity> {
    Entity::find().filter(Column::CameraId.eq(camera.0))
}

/// The range in microseconds, with ends where it has none.
fn bounds(purge: &Purge) -> (i64, i64) {
    (purge.from.map_or(i64::MIN, WallTime::micros), purge.to.map_or(i64::MAX, WallTime::micros))
}

/// All segments that a deletion covers, in whatever state.
pub(crate) fn covered(purge: &Purge) -> Select<segment::Entity> {
    use segment::{Column, Entity};
    let (from, to) = bounds(purge);
    let range = Entity::find()
        .filter(Column::CameraId.eq(purge.camera_id.0))
        .filter(Column::Stream.is_in([StreamName::Main.as_str(), StreamName::Sub.as_str()]))
        .filter(Column::StartAt.between(from, to))
        .filter(Column::EndAt.lte(to));
    match purge.segment_id {
        Some(id) => range.filter(Column::Id.eq(id.0)),
        None => range,
    }
}

/// What the audit trail keeps of a deletion that is done.
fn record(done: &Purge, now: WallTime) -> AuditRecord {
    let (kind, id) = match done.segment_id {
        Some(id) => ("recording", id.to_string()),
        None => ("camera", done.camera_id.to_string()),
    };
    AuditRecord {
        id: Uuid::now_v7(),
        org_id: done.org_id,
        at: now,
        actor: Actor::System,
        action: "footage.deleted".to_owned(),
        object_kind: kind.to_owned(),
        object_id: id,
        outcome: Outcome::Done,
        ip: None,
        request_id: None,
        details: json!({
            "deletion_id": done.id.to_string(),
            "camera_id": done.camera_id.to_string(),
            "from": done.from.map(to_rfc3339),
            "to": done.to.map(to_rfc3339),
            "segments": done.segments,
            "bytes": done.bytes,
            "requested_by": done.requested_by,
        }),
    }
}

/// Forgets all but the last of a camera's deletions that are done.
async fn forget_old(transaction: &DatabaseTransaction, camera: CameraId) -> Result<()> {
    let ids = of_camera(camera).select_only().column(Column::Id).order_by_desc(Column::Id);
    let last_kept: Option<Uuid> = ids.offset(KEPT - 1).limit(1).into_tuple().one(transaction).await?;
    let Some(last_kept) = last_kept else { return Ok(()) };
    Entity::delete_many()
        .filter(Column::CameraId.eq(camera.0))
        .filter(Column::Id.lt(last_kept))
        .filter(Column::FinishedAt.is_not_null())
        .exec(transaction)
        .await?;
    Ok(())
}
