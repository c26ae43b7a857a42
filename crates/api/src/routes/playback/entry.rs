//! `GET /playback/sessions/{id}/segment/{entry}`.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use nightjar_model::{ErrorCode, Permission};

use super::{addressed, note_viewer};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::{self, TokenParams, TokenQuery};
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;

/// Get an entry of a session's playlist
///
/// The bytes of one entry as a file of its own, for players that know no byte ranges:
/// `{index}.m4s` are the fragments of the entry with this media sequence number, and
/// `{index}.init.mp4` is the init section that they need.
#[utoipa::path(
    get,
    path = "/playback/sessions/{id}/segment/{entry}",
    tag = "playback",
    params(
        ("id" = Uuid, Path, description = "Id of the session"),
        ("entry" = String, Path, description = "`{index}.m4s` or `{index}.init.mp4`", example = "0.m4s"),
        TokenParams,
    ),
    responses((status = 200, description = "Fragments, or an init section", content_type = "video/mp4"))
)]
pub(crate) async fn session_entry(
    State(state): State<ApiState>,
    client: Client,
    UrlPath((id, entry)): UrlPath<(String, String)>,
    Query(token): Query<TokenQuery>,
    method: Method,
) -> Result<Response, ApiError> {
    let (session, caller) = addressed(&state, &client, &token, &id, Permission::RecordingRead).await?;
    note_viewer(&state, &session, (&token, &caller), &client).await?;
    let now = state.clock.now();
    let file = match (index_of(&entry, ".init.mp4"), index_of(&entry, ".m4s")) {
        (Some(index), _) => state.playback.entry_init(session.id, index, now).await?,
        (None, Some(index)) => state.playback.entry(session.id, index, now).await?,
        (None, None) => {
            let message = "An entry is `{index}.m4s` or `{index}.init.mp4`. There is no MPEG-TS.";
            return Err(ApiError::new(ErrorCode::NotFound, message));
        }
    };
    Ok(media::serve_part(&file.footage, file.range, &method))
}

fn index_of(entry: &str, suffix: &str) -> Option<usize> {
    let digits = entry.strip_suffix(suffix)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
