//! `GET /playback/sessions/{id}/download.mp4`.

use axum::body::Body;
use axum::extract::State;
use axum::http::Method;
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use nightjar_model::Permission;

use super::{addressed, range_of};
use crate::audit::Deed;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::{TokenParams, TokenQuery, attach, set};
use crate::path::UrlPath;
use crate::query::Query;
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
    responses((status = 200, description = "The whole file", content_type = "video/mp4"), (status = 403, description = "Whoever started the session does not have the permission `recording:export`"))
)]
pub(crate) async fn download_session(
    State(state): State<ApiState>,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(token): Query<TokenQuery>,
    method: Method,
) -> Result<Response, ApiError> {
    let (session, caller) = addressed(&state, &client, &token, &id, Permission::RecordingExport).await?;
    if method != Method::HEAD {
        let deed = Deed::done("footage.download").to("camera", session.camera_id);
        deed.with(range_of(&session)).by(&state, &caller, &client).await?;
    }
    let file = state.playback.download(session.id, state.clock.now()).await?;
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
