//! Queries about segments.

pub(crate) mod list;

use std::collections::HashMap;

use nightjar_media::WallTime;
use nightjar_model::{CameraId, NodeId, OrgId, Segment, SegmentId, SegmentIndex, StreamName};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::segment::{Column, Entity, to_segments};
use crate::entity::segment_index;
use crate::sql::batches;
use crate::window::Window;
use crate::{Catalog, CatalogError, Result};

/// All columns of a segment.
const COLUMNS: &str = "id, org_id, camera_id, stream, recording_id, object_key, start_at, end_at, \
    media_start, media_duration, timescale, bytes, init_offset, init_len, init_hash, frames, codecs, \
    width, height, blake3, state, is_local, is_remote, uploaded_at, node";

impl Catalog {
    /// One segment of a tenant.
    pub async fn segment(&self, org: OrgId, id: SegmentId) -> Result<Option<Segment>> {
        let row = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0)).one(self.reader()).await?;
        row.map(Segment::try_from).transpose()
    }

    /// One segment, whose tenant is known already.
    pub async fn segment_by_id(&self, id: SegmentId) -> Result<Option<Segment>> {
        let row = Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(Segment::try_from).transpose()
    }

    /// The segments that have something of `from..to`, ordered by start, without those being
    /// deleted. One that begins in it is there however little of it is durable yet.
    pub async fn segments_between(
        &self,
        camera: CameraId,
        stream: StreamName,
        from: WallTime,
        to: WallTime,
        limit: u32,
    ) -> Result<Vec<Segment>> {
        let window = Window { camera, stream, from, to };
        let select = window.select(self.reader(), ("segments", COLUMNS), "state <> 'deleting'", limit);
        let mut segments = to_segments(Entity::find().from_raw_sql(select).all(self.reader()).await?)?;
        segments.retain(|segment| window.touches(segment.start, Some(segment.end)));
        segments.sort_by_key(|segment| (segment.start, segment.id));
        segments.truncate(limit as usize);
        Ok(segments)
    }

    /// The indexes of those of these segments that have one.
    pub async fn indexes(&self, ids: &[SegmentId]) -> Result<HashMap<SegmentId, SegmentIndex>> {
        let mut found = HashMap::with_capacity(ids.len());
        for batch in batches(ids, 1) {
            let rows = segment_index::Entity::find()
                .filter(segment_index::Column::SegmentId.is_in(batch.iter().map(|id| id.0)))
                .all(self.reader())
                .await?;
            for row in rows {
                let index = SegmentIndex::decode(&row.entries).ok_or_else(|| {
                    CatalogError::Damaged(format!("the index of segment {}", row.segment_id))
                })?;
                found.insert(SegmentId(row.segment_id), index);
            }
        }
        Ok(found)
    }

    /// The segments that this node was writing.
    pub async fn open_segments(&self, node: &NodeId) -> Result<Vec<Segment>> {
        let rows = Entity::find()
            .filter(Expr::cust("state = 'open'"))
            .filter(Column::Node.eq(node.0.as_str()))
            .order_by_asc(Column::Id)
            .all(self.reader())
            .await?;
        to_segments(rows)
    }

    /// All segments in the order of their ids, page by page: those after `after`, at most `limit`.
    pub async fn segments_after(&self, after: Option<SegmentId>, limit: u32) -> Result<Vec<Segment>> {
        let mut query = Entity::find().order_by_asc(Column::Id).limit(u64::from(limit));
        if let Some(after) = after {
            query = query.filter(Column::Id.gt(after.0));
        }
        to_segments(query.all(self.reader()).await?)
    }
}
