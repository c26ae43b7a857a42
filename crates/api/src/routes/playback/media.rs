//! `GET /playback/sessions/{id}/media/{file}`.

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use nightjar_model::Permission;

use super::{addressed, note_viewer};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::{self, Caching, TokenParams, TokenQuery};
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Get media of a session's playlist
///
/// What the entries of the playlist point at, by byte ranges: `{segment id}.mp4`, a stored file.
/// Answered with 307 to a presigned address if the file is only in the bucket and the server is
/// configured so. There is no `gap.mp4`: players do not fetch the entries of gaps, and those that do
/// not know `EXT-X-GAP` go on after a 404 (an empty file makes ffmpeg wait for ever).
#[utoipa::path(
    get,
    path = "/playback/sessions/{id}/media/{file}",
    tag = "playback",
    params(
        ("id" = Uuid, Path, description = "Id of the session"),
        ("file" = String, Path, description = "`{segment id}.mp4`"),
        TokenParams,
    ),
    responses(
        (status = 200, description = "The whole file", content_type = "video/mp4"),
        (status = 206, description = "A part of it", content_type = "video/mp4"),
        (status = 304, description = "The client has it already"),
        (status = 307, description = "It is in the bucket, at `Location`"), (status = 416, description = ""))
)]
pub(crate) async fn session_media(
    State(state): State<ApiState>,
    client: Client,
    UrlPath((id, file)): UrlPath<(String, String)>,
    Query(token): Query<TokenQuery>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (session, caller) = addressed(&state, &client, &token, &id, Permission::RecordingRead).await?;
    note_viewer(&state, &session, (&token, &caller), &client).await?;
    let name = file.strip_suffix(".mp4").ok_or_else(|| ApiError::recording_not_found(&file))?;
    let delivery =
        state.playback.session_media(session.id, path::segment_id(name)?, state.clock.now()).await?;
    media::serve(delivery, &method, &headers, Caching::Player)
}
