//! Queries about gaps.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, Gap, GapId, StreamName};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::entity::gap::{Column, Entity, to_gaps};
use crate::window::Window;
use crate::{Catalog, Result};

/// All columns of a gap.
const COLUMNS: &str = "id, org_id, camera_id, stream, start_at, end_at, cause, details";

impl Catalog {
    /// The gaps that have something of `from..to`, ordered by start, not clipped.
    pub async fn gaps_between(
        &self,
        camera: CameraId,
        stream: StreamName,
        from: WallTime,
        to: WallTime,
    ) -> Result<Vec<Gap>> {
        self.gaps_in(&Window { camera, stream, from, to }).await
    }

    /// The gap that has no end yet; of several, which should not be, the latest.
    pub async fn open_gap(&self, camera: CameraId, stream: StreamName) -> Result<Option<Gap>> {
        let mut gaps = to_gaps(open_query(camera, stream).all(self.reader()).await?)?;
        gaps.sort_by_key(|gap| gap.start);
        Ok(gaps.pop())
    }

    /// All gaps in the order of their ids, page by page: those after `after`, at most `limit`.
    pub async fn gaps_after(&self, after: Option<GapId>, limit: u32) -> Result<Vec<Gap>> {
        let mut query = Entity::find().order_by_asc(Column::Id).limit(u64::from(limit));
        if let Some(after) = after {
            query = query.filter(Column::Id.gt(after.0));
        }
        to_gaps(query.all(self.reader()).await?)
    }

    pub(crate) async fn gaps_in(&self, window: &Window) -> Result<Vec<Gap>> {
        let all = u32::MAX;
        let select = window.select(self.reader(), ("gaps", COLUMNS), "1 = 1", all);
        let mut gaps = to_gaps(Entity::find().from_raw_sql(select).all(self.reader()).await?)?;
        gaps.retain(|gap| window.touches(gap.start, gap.end));
        gaps.sort_by_key(|gap| (gap.start, gap.id));
        Ok(gaps)
    }
}

/// Not in order, lest the index of all gaps be read for it; there is one, if any.
pub(crate) fn open_query(camera: CameraId, stream: StreamName) -> Select<Entity> {
    Entity::find()
        .filter(Column::CameraId.eq(camera.0))
        .filter(Column::Stream.eq(stream.as_str()))
        .filter(Column::EndAt.is_null())
}
