//! `GET /playback/sessions/{id}/playlist.m3u8`.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use nightjar_model::Permission;

use super::{addressed, note_viewer};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::{TokenQuery, set};
use crate::path::UrlPath;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// What lets a player fetch the playlist, and what it has already.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `PlaylistQuery` reads")]
struct Params {
    /// Signature of the address; part of `playlist_url`.
    token: String,
    /// `YES` or `v2`: leave out what the player has (a delta update of HLS).
    #[param(rename = "_HLS_skip", pattern = r"^(YES|v2)$")]
    hls_skip: Option<String>,
}

/// What was asked for.
pub(crate) struct PlaylistQuery {
    token: TokenQuery,
    skip: bool,
}

impl FromQuery for PlaylistQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let token = TokenQuery::from_query(reader);
        Self { token, skip: reader.one_of("_HLS_skip", &["YES", "v2"]).is_some() }
    }
}

/// Get a session's HLS playlist
///
/// While the session grows it is an `EVENT` playlist that offers delta updates; players load it
/// again and again.
#[utoipa::path(
    get,
    path = "/playback/sessions/{id}/playlist.m3u8",
    tag = "playback",
    params(("id" = Uuid, Path, description = "Id of the session"), Params),
    responses((status = 200, description = "Media playlist (RFC 8216)", content_type = "application/vnd.apple.mpegurl"))
)]
pub(crate) async fn session_playlist(
    State(state): State<ApiState>,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(query): Query<PlaylistQuery>,
) -> Result<Response, ApiError> {
    let (session, caller) = addressed(&state, &client, &query.token, &id, Permission::RecordingRead).await?;
    note_viewer(&state, &session, (&query.token, &caller), &client).await?;
    let playlist = state.playback.playlist(session.id, query.skip, state.clock.now()).await?;
    let mut response = Response::new(Body::from(playlist.text));
    set(&mut response, CONTENT_TYPE, "application/vnd.apple.mpegurl");
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response)
}
