//! What footage takes.

use std::collections::HashMap;

use nightjar_media::WallTime;
use nightjar_model::{CameraId, OrgId};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::entity::to_u64;
use crate::sql::statement;
use crate::{Catalog, Result};

/// What a camera's footage takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraUsage {
    /// The camera.
    pub camera_id: CameraId,
    /// Bytes of all its segments.
    pub bytes: u64,
    /// Bytes on local disks.
    pub local_bytes: u64,
    /// Bytes in the bucket.
    pub remote_bytes: u64,
    /// Number of segments.
    pub segments: u64,
    /// Start of its oldest segment.
    pub oldest: Option<WallTime>,
    /// End of its newest segment.
    pub newest: Option<WallTime>,
}

impl Catalog {
    /// What each camera of a tenant takes, those without footage included. Sums that the database
    /// keeps, so the cost is that of the cameras, not of their footage.
    pub async fn usage(&self, org: OrgId) -> Result<Vec<CameraUsage>> {
        let rows = UsageRow::find_by_statement(statement(self.reader(), USAGE, [org.0.into()]))
            .all(self.reader())
            .await?;
        let open = OpenRow::find_by_statement(statement(self.reader(), OPEN, [org.0.into()]))
            .all(self.reader())
            .await?;
        let mut usages: HashMap<Uuid, CameraUsage> =
            rows.iter().map(|row| (row.camera_id, row.usage())).collect();
        for row in open {
            if let Some(usage) = usages.get_mut(&row.camera_id) {
                let bytes = to_u64(row.bytes);
                usage.segments += 1;
                usage.bytes += bytes;
                usage.local_bytes += if row.is_local { bytes } else { 0 };
                usage.remote_bytes += if row.is_remote { bytes } else { 0 };
            }
        }
        Ok(rows.iter().filter_map(|row| usages.remove(&row.camera_id)).collect())
    }
}

/// Each subquery reads one entry of an index.
pub(crate) const USAGE: &str = "
    SELECT cameras.id AS camera_id, used.segments, used.bytes, used.local_bytes, used.remote_bytes,
      (SELECT start_at FROM segments WHERE camera_id = cameras.id AND stream = 'main'
       ORDER BY start_at LIMIT 1) AS oldest_main,
      (SELECT start_at FROM segments WHERE camera_id = cameras.id AND stream = 'sub'
       ORDER BY start_at LIMIT 1) AS oldest_sub,
      (SELECT end_at FROM segments WHERE camera_id = cameras.id AND stream = 'main'
       ORDER BY start_at DESC LIMIT 1) AS newest_main,
      (SELECT end_at FROM segments WHERE camera_id = cameras.id AND stream = 'sub'
       ORDER BY start_at DESC LIMIT 1) AS newest_sub
    FROM cameras JOIN camera_usage AS used ON used.camera_id = cameras.id
    WHERE cameras.org_id = $1 ORDER BY cameras.camera_key";

/// Open segments are not in the sums: they change every second. `IS TRUE` keeps the tenant's index
/// out of it: that one has all segments.
pub(crate) const OPEN: &str = "
    SELECT camera_id, bytes, is_local, is_remote FROM segments
    WHERE state = 'open' AND node >= '' AND (org_id = $1) IS TRUE";

#[derive(FromQueryResult)]
struct UsageRow {
    camera_id: Uuid,
    segments: i64,
    bytes: i64,
    local_bytes: i64,
    remote_bytes: i64,
    oldest_main: Option<i64>,
    oldest_sub: Option<i64>,
    newest_main: Option<i64>,
    newest_sub: Option<i64>,
}

impl UsageRow {
    fn usage(&self) -> CameraUsage {
        let oldest = [self.oldest_main, self.oldest_sub].into_iter().flatten().min();
        let newest = [self.newest_main, self.newest_sub].into_iter().flatten().max();
        CameraUsage {
            camera_id: CameraId(self.camera_id),
            bytes: to_u64(self.bytes),
            local_bytes: to_u64(self.local_bytes),
            remote_bytes: to_u64(self.remote_bytes),
            segments: to_u64(self.segments),
            oldest: oldest.map(WallTime::from_micros),
            newest: newest.map(WallTime::from_micros),
        }
    }
}

#[derive(FromQueryResult)]
struct OpenRow {
    camera_id: Uuid,
    bytes: i64,
    is_local: bool,
    is_remote: bool,
}
