//! `GET /playback/sessions/{id}`.

use axum::extract::State;

use super::PlaybackSession;
use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Get a playback session
#[utoipa::path(
    get,
    path = "/playback/sessions/{id}",
    tag = "playback",
    params(("id" = Uuid, Path, description = "Id of the session")),
    responses((status = 200, body = Success<PlaybackSession>))
)]
pub(crate) async fn show_session(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<PlaybackSession> {
    let session = path::own_session(&state, &caller, &id).await?;
    Ok(state.ok(session.into()))
}
