//! `POST /playback/sessions/{id}/extend`.

use axum::extract::State;

use super::PlaybackSession;
use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Extend a playback session
///
/// It lives for another hour from now, up to 24 hours from its start; then 409. Takes no body.
#[utoipa::path(
    post,
    path = "/playback/sessions/{id}/extend",
    tag = "playback",
    params(("id" = Uuid, Path, description = "Id of the session")),
    responses((status = 200, body = Success<PlaybackSession>), (status = 409, description = "It can not live any longer"))
)]
pub(crate) async fn extend_session(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<PlaybackSession> {
    let session = path::own_session(&state, &caller, &id).await?;
    let session = state.playback.extend(session.id, state.clock.now())?;
    Ok(state.ok(session.into()))
}
