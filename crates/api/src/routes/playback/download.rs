//! `GET /playback/sessions/{id}/download.mp4`.

use axum::body::Body;
use axum::extract::State;
use axum::http::Method;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;

use super::session_prefix;
use crate::error::ApiError;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::routes::media::{TokenParams, TokenQuery, attach, set};
use crate::state::ApiState;

/// Download a session's range as one MP4
///
/// An ordinary, seekable MP4 put together from the stored files while it is sent, without
/// transcoding; gaps are left out. Of a session without an end: what was recorded until now.
/// Serves no byte ranges.
#[utoipa::path(
    get,
    path = "/playback/sessions/{id}/download.mp4",
    tag = "playback",
    params(("id" = Uuid, Path, description = "Id of the session"), TokenParams),
    responses((status = 200, description = "The whole file", content_type = "video/mp4"))
)]
pub(crate) async fn download_session(
    State(state): State<ApiState>,
    UrlPath(id): UrlPath<String>,
    Query(token): Query<TokenQuery>,
    method: Method,
) -> Result<Response, ApiError> {
    let id = path::session_id(&id)?;
    token.check(&state, &session_prefix(id))?;
    let file = state.playback.download(id, state.clock.now()).await?;
    let (name, len) = (file.name.clone(), file.len());
    let body = if method == Method::HEAD { Body::empty() } else { Body::from_stream(file.stream()) };
    let mut response = Response::new(body);
    set(&mut response, CONTENT_TYPE, "video/mp4");
    set(&mut response, CONTENT_LENGTH, &len.to_string());
    set(&mut response, ACCEPT_RANGES, "none");
    set(&mut response, CACHE_CONTROL, "no-store");
    attach(&mut response, &name);
    Ok(response)
}
