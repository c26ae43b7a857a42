//! `GET /camera-groups/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{CameraGroup, find};
use crate::answer::Success;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::tagged;

/// Get a camera group
#[utoipa::path(
    get,
    path = "/camera-groups/{id}",
    tag = "cameras",
    params(("id" = Uuid, Path, description = "Id of the group")),
    responses((status = 200, body = Success<CameraGroup>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn show_group(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let group = find(&state, &caller, &id).await?;
    let version = group.version;
    Ok(tagged(state.ok(CameraGroup::new(group)), version))
}
