//! `DELETE /playback/sessions/{id}`.

use axum::extract::State;
use axum::response::Response;

use crate::error::ApiError;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// End a playback session
///
/// All its addresses stop working at once.
#[utoipa::path(
    delete,
    path = "/playback/sessions/{id}",
    tag = "playback",
    params(("id" = Uuid, Path, description = "Id of the session")),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete_session(
    State(state): State<ApiState>,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    state.playback.delete(path::session_id(&id)?, state.clock.now())?;
    Ok(no_content())
}
