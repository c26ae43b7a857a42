//! `GET /cameras/{id}`.

use axum::extract::State;
use nightjar_model::Permission;

use super::Camera;
use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
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
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<Camera> {
    let camera = path::camera(&state, &caller, Permission::CameraRead, &id).await?;
    Ok(state.ok(Camera::new(&camera, &state)))
}
