//! `GET /cameras/{id}`.

use axum::extract::State;

use super::Camera;
use crate::answer::{ApiResult, Success};
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Get a camera
#[utoipa::path(
    get,
    path = "/cameras/{id}",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera")),
    responses((status = 200, body = Success<Camera>))
)]
pub(crate) async fn show_camera(
    State(state): State<ApiState>,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<Camera> {
    let camera = path::camera(&state, &id).await?;
    Ok(state.ok(Camera::new(&camera, &state)))
}
