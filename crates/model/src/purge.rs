//! Deletions of footage that somebody asked for.

use nightjar_media::WallTime;

use crate::{CameraId, OrgId, PurgeId, Segment, SegmentId};

/// Footage that is to go before its time: as it was asked for, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purge {
    /// Key of the row; ordered by the time of asking.
    pub id: PurgeId,
    /// The tenant.
    pub org_id: OrgId,
    /// Whose footage.
    pub camera_id: CameraId,
    /// Only this file; none: all of the range.
    pub segment_id: Option<SegmentId>,
    /// Only files that begin at or after this; none: from the first on.
    pub from: Option<WallTime>,
    /// Only files that end at or before this; none: to the last, the one included that a deleted
    /// camera leaves unfinished.
    pub to: Option<WallTime>,
    /// When it was asked for.
    pub requested_at: WallTime,
    /// By whom: the name of the account.
    pub requested_by: String,
    /// Finished files in the range when it was asked for.
    pub found_segments: u64,
    /// Their bytes.
    pub found_bytes: u64,
    /// Files that are gone.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the last was gone; none while there are some.
    pub finished_at: Option<WallTime>,
}

impl Purge {
    /// Whether this file is to go. Only whole files go, so one that reaches out of the range stays.
    pub fn covers(&self, segment: &Segment) -> bool {
        segment.camera_id == self.camera_id
            && self.segment_id.is_none_or(|id| id == segment.id)
            && self.from.is_none_or(|from| segment.start >= from)
            && self.to.is_none_or(|to| segment.end <= to)
    }
}
