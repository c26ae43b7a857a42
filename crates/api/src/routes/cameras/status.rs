//! `GET /cameras/{id}/status`.

use axum::extract::State;
use nightjar_model::Permission;

use super::CameraStatus;
use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Get a camera's status
///
/// What is going on with the camera now: whether media arrives, and whether it is recorded.
#[utoipa::path(
    get,
    path = "/cameras/{id}/status",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera")),
    responses((status = 200, body = Success<CameraStatus>))
)]
pub(crate) async fn camera_status(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<CameraStatus> {
    let (camera, wanted) = path::camera_in_cache(&state, &caller, Permission::CameraRead, &id).await?;
    Ok(state.ok(CameraStatus::of(camera, wanted, &state)))
}
