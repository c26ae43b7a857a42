//! `GET /cameras/{id}/footage/deletions`.

use axum::extract::State;
use nightjar_model::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::FootageDeletion;
use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Deletions of a camera's footage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FootageDeletions {
    /// The last 50, the newest first.
    deletions: Vec<FootageDeletion>,
}

/// List the deletions of a camera's footage
///
/// What somebody asked for, and how far it is. What retention deletes is not among them.
#[utoipa::path(
    get,
    path = "/cameras/{id}/footage/deletions",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera")),
    responses((status = 200, body = Success<FootageDeletions>))
)]
pub(crate) async fn list_deletions(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<FootageDeletions> {
    let camera = path::recorded_camera(&state, &caller, Permission::RecordingRead, &id).await?;
    let purges = state.catalog.purges(caller.org, camera.id).await?;
    Ok(state.ok(FootageDeletions { deletions: purges.into_iter().map(FootageDeletion::from).collect() }))
}
