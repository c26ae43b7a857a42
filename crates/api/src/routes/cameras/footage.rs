//! A camera's footage as a whole: deleting it before its time.

pub(in crate::routes) mod delete;
pub(in crate::routes) mod deletions;

use nightjar_catalog::Catalog;
use nightjar_model::{Caller, Camera, ErrorCode, Purge, PurgeId, SegmentId, WallTime};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::enums::api_enum;
use crate::error::ApiError;
use crate::time::Timestamp;

/// Footage that is to go before its time, and how far that is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FootageDeletion {
    id: Uuid,
    camera_id: Uuid,
    /// Only this file; null: all whole files of the range.
    recording_id: Option<Uuid>,
    /// Files that begin before this stay; null: from the first on.
    from: Option<Timestamp>,
    /// Files that end after this stay; null: to the last of a deleted camera.
    to: Option<Timestamp>,
    state: DeletionState,
    /// Finished files in the range when it was asked for, and their bytes.
    found: FootageAmount,
    /// What is gone, from every disk and bucket.
    deleted: FootageAmount,
    requested_at: Timestamp,
    /// The name of the account.
    requested_by: String,
    /// When the last file was gone; null while it is running.
    finished_at: Option<Timestamp>,
}

/// Files and their bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FootageAmount {
    segments: u64,
    bytes: u64,
}

/// Whether anything is left.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress {
    Running,
    Finished,
}

api_enum! {
    /// How far a deletion is.
    pub(crate) DeletionState = Progress {
        /// Something is left: it is being deleted, or waits for a bucket or node that is away.
        Running => "running",
        /// Everything is gone.
        Finished => "finished",
    }
}

impl From<Purge> for FootageDeletion {
    fn from(purge: Purge) -> Self {
        let progress = if purge.finished_at.is_some() { Progress::Finished } else { Progress::Running };
        Self {
            id: purge.id.0,
            camera_id: purge.camera_id.0,
            recording_id: purge.segment_id.map(|id| id.0),
            from: purge.from.map(Timestamp),
            to: purge.to.map(Timestamp),
            state: progress.into(),
            found: FootageAmount { segments: purge.found_segments, bytes: purge.found_bytes },
            deleted: FootageAmount { segments: purge.segments, bytes: purge.bytes },
            requested_at: Timestamp(purge.requested_at),
            requested_by: purge.requested_by,
            finished_at: purge.finished_at.map(Timestamp),
        }
    }
}

/// Which footage is to go.
pub(crate) struct Wanted {
    pub(crate) segment: Option<(SegmentId, u64)>,
    pub(crate) from: Option<WallTime>,
    pub(crate) to: Option<WallTime>,
}

/// Writes down that footage is to go: the recorder carries it out.
pub(crate) async fn start(
    catalog: &Catalog,
    caller: &Caller,
    camera: &Camera,
    wanted: Wanted,
    now: WallTime,
) -> Result<Purge, ApiError> {
    let purge = Purge {
        id: PurgeId(Uuid::now_v7()),
        org_id: caller.org,
        camera_id: camera.id,
        segment_id: wanted.segment.map(|(id, _)| id),
        from: wanted.from,
        to: wanted.to,
        requested_at: now,
        requested_by: caller.username.to_string(),
        found_segments: u64::from(wanted.segment.is_some()),
        found_bytes: wanted.segment.map_or(0, |(_, bytes)| bytes),
        segments: 0,
        bytes: 0,
        finished_at: None,
    };
    catalog.start_purge(&purge).await?.ok_or_else(|| {
        let message = "Too many deletions of this camera's footage are under way. Try again later.";
        ApiError::new(ErrorCode::ConcurrentLimitExceeded, message).retry_after(60)
    })
}
