//! `GET /recordings/{id}`.

use axum::extract::State;
use nightjar_model::{OrgId, Segment, SegmentState};

use super::{CameraNames, Recording};
use crate::answer::{ApiResult, Success};
use crate::error::ApiError;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// The segment with this id, unless it is about to be deleted.
pub(crate) async fn find(state: &ApiState, asked: &str) -> Result<Segment, ApiError> {
    let found = state.catalog.segment(OrgId::DEFAULT, path::segment_id(asked)?).await?;
    let found = found.filter(|segment| segment.state != SegmentState::Deleting);
    found.ok_or_else(|| ApiError::recording_not_found(asked))
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
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<Recording> {
    let segment = find(&state, &id).await?;
    let names = CameraNames::load(&state).await?;
    Ok(state.ok(Recording::new(&segment, &names)))
}
