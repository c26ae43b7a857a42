//! `GET /recordings/{id}`.

use axum::extract::State;
use nightjar_model::{Caller, Permission, Segment, SegmentState};

use super::{CameraNames, Recording};
use crate::answer::{ApiResult, Success};
use crate::error::ApiError;
use crate::guard::{self, Signed};
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// The segment with this id, unless it is about to be deleted.
pub(crate) async fn find(
    state: &ApiState,
    caller: &Caller,
    action: Permission,
    asked: &str,
) -> Result<Segment, ApiError> {
    let hidden = || ApiError::recording_not_found(asked);
    let found = state.catalog.segment(caller.org, path::segment_id(asked)?).await?;
    let segment = found.filter(|segment| segment.state != SegmentState::Deleting).ok_or_else(hidden)?;
    let camera =
        state.catalog.camera_with_deleted(caller.org, segment.camera_id).await?.ok_or_else(hidden)?;
    guard::may(caller, action, camera.group_id, hidden)?;
    Ok(segment)
}

/// Get a recording
#[utoipa::path(
    get,
    path = "/recordings/{id}",
    tag = "recordings",
    params(("id" = Uuid, Path, description = "Id of the recorded file")),
    responses((status = 200, body = Success<Recording>))
)]
pub(crate) async fn show_recording(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<Recording> {
    let segment = find(&state, &caller, Permission::RecordingRead, &id).await?;
    let names = CameraNames::load(&state, &caller).await?;
    Ok(state.ok(Recording::new(&segment, &names)))
}
