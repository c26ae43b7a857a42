//! `purges`: one row a deletion of footage that somebody asked for.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, OrgId, Purge, PurgeId, SegmentId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::{clean, time, to_i64, to_u64};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "purges")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) camera_id: Uuid,
    pub(crate) segment_id: Option<Uuid>,
    pub(crate) from_at: Option<i64>,
    pub(crate) to_at: Option<i64>,
    pub(crate) requested_at: i64,
    pub(crate) requested_by: String,
    pub(crate) found_segments: i64,
    pub(crate) found_bytes: i64,
    pub(crate) segments: i64,
    pub(crate) bytes: i64,
    pub(crate) finished_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a deletion.
pub(crate) fn to_row(purge: &Purge) -> ActiveModel {
    ActiveModel {
        id: Set(purge.id.0),
        org_id: Set(purge.org_id.0),
        camera_id: Set(purge.camera_id.0),
        segment_id: Set(purge.segment_id.map(|id| id.0)),
        from_at: Set(purge.from.map(WallTime::micros)),
        to_at: Set(purge.to.map(WallTime::micros)),
        requested_at: Set(purge.requested_at.micros()),
        requested_by: Set(clean(&purge.requested_by)),
        found_segments: Set(to_i64(purge.found_segments)),
        found_bytes: Set(to_i64(purge.found_bytes)),
        segments: Set(to_i64(purge.segments)),
        bytes: Set(to_i64(purge.bytes)),
        finished_at: Set(purge.finished_at.map(WallTime::micros)),
    }
}

impl From<Model> for Purge {
    fn from(row: Model) -> Self {
        Self {
            id: PurgeId(row.id),
            org_id: OrgId(row.org_id),
            camera_id: CameraId(row.camera_id),
            segment_id: row.segment_id.map(SegmentId),
            from: time(row.from_at),
            to: time(row.to_at),
            requested_at: WallTime::from_micros(row.requested_at),
            requested_by: row.requested_by,
            found_segments: to_u64(row.found_segments),
            found_bytes: to_u64(row.found_bytes),
            segments: to_u64(row.segments),
            bytes: to_u64(row.bytes),
            finished_at: time(row.finished_at),
        }
    }
}
