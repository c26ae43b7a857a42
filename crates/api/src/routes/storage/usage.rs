//! `GET /storage/usage`.

use axum::extract::State;
use nightjar_model::GroupScope;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
use crate::query::Query;
use crate::routes::recordings::CameraNames;
use crate::state::ApiState;
use crate::time::Timestamp;

/// What footage takes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StorageUsage {
    /// Bytes of all footage, wherever it is.
    bytes: u64,
    /// Bytes on local disks.
    local_bytes: u64,
    /// Bytes in the bucket.
    remote_bytes: u64,
    /// Number of files.
    segments: u64,
    volume: Volume,
    /// Null without a bucket.
    bucket: Option<Bucket>,
    /// Each camera, those without footage included.
    cameras: Vec<CameraUsage>,
}

/// The local volume; zeros until it was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Volume {
    total_bytes: u64,
    free_bytes: u64,
}

/// The bucket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bucket {
    /// Whether the last upload or probe went well.
    ok: bool,
    /// Finished files that wait for their upload.
    uploads_pending: u64,
}

/// What a camera's footage takes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraUsage {
    camera_id: Uuid,
    camera_key: String,
    camera_name: String,
    bytes: u64,
    local_bytes: u64,
    remote_bytes: u64,
    segments: u64,
    /// Beginning of its oldest file.
    oldest: Option<Timestamp>,
    /// End of its newest file.
    newest: Option<Timestamp>,
}

/// Get the storage usage
#[utoipa::path(get, path = "/storage/usage", tag = "storage", responses((status = 200, body = Success<StorageUsage>)))]
pub(crate) async fn storage_usage(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(()): Query<()>,
) -> ApiResult<StorageUsage> {
    let names = CameraNames::load(&state, &caller).await?;
    let mut usage = state.catalog.usage(caller.org).await?;
    if caller.groups != GroupScope::All {
        usage.retain(|camera| names.holds(camera.camera_id));
    }
    let storage = state.status.storage();
    let cameras = usage.iter().map(|usage| {
        let (camera_key, camera_name) = names.of(usage.camera_id);
        CameraUsage {
            camera_id: usage.camera_id.0,
            camera_key,
            camera_name,
            bytes: usage.bytes,
            local_bytes: usage.local_bytes,
            remote_bytes: usage.remote_bytes,
            segments: usage.segments,
            oldest: usage.oldest.map(Timestamp),
            newest: usage.newest.map(Timestamp),
        }
    });
    Ok(state.ok(StorageUsage {
        bytes: usage.iter().map(|camera| camera.bytes).sum(),
        local_bytes: usage.iter().map(|camera| camera.local_bytes).sum(),
        remote_bytes: usage.iter().map(|camera| camera.remote_bytes).sum(),
        segments: usage.iter().map(|camera| camera.segments).sum(),
        volume: Volume { total_bytes: storage.volume_bytes, free_bytes: storage.free_bytes },
        bucket: storage.bucket_ok.map(|ok| Bucket { ok, uploads_pending: storage.uploads_pending }),
        cameras: cameras.collect(),
    }))
}
