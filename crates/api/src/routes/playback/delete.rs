//! `DELETE /playback/sessions/{id}`.

use axum::extract::State;
use axum::response::Response;

use crate::error::ApiError;
use crate::guard::Signed;
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
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let session = path::own_session(&state, &caller, &id).await?;
    state.playback.delete(session.id, state.clock.now())?;
    Ok(no_content())
}
