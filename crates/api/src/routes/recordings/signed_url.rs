//! `GET /recordings/{id}/signed-url`.

use std::time::Duration;

use axum::extract::State;
use nightjar_model::{Permission, to_rfc3339};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::show::find;
use crate::answer::{ApiResult, Success};
use crate::audit::Deed;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::time::Timestamp;
use crate::{media, routes::storage};

/// Longest life of an address: a day.
const MAX_SECONDS: u64 = 24 * 3600;

/// For how long.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Life` reads")]
struct Params {
    /// Seconds that the address shall work.
    #[param(minimum = 1, maximum = 86400, default = 900)]
    expires_in: Option<u64>,
}

/// What was asked for.
pub(crate) struct Life(Option<u64>);

impl FromQuery for Life {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self(reader.number("expires_in", 1, MAX_SECONDS))
    }
}

/// A ready-to-use address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedUrl {
    /// Relative to this server; needs no other credentials.
    url: String,
    /// Until when it works.
    expires_at: Timestamp,
}

/// Get a signed address of a recording
///
/// Anybody who has it can download the file until it expires. It serves byte ranges, so that a
/// `<video>` element can play and seek it; a file that is only in the bucket is answered with a
/// redirection to a presigned address there, or passed through, as the server is configured.
#[utoipa::path(
    get,
    path = "/recordings/{id}/signed-url",
    tag = "recordings",
    params(("id" = Uuid, Path, description = "Id of the recorded file"), Params),
    responses((status = 200, body = Success<SignedUrl>))
)]
pub(crate) async fn sign_recording_url(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(life): Query<Life>,
) -> ApiResult<SignedUrl> {
    let segment = find(&state, &caller, Permission::RecordingExport, &id).await?;
    let life = life.0.map_or(state.playback.config().token_ttl, Duration::from_secs);
    let expires = state.clock.now() + life;
    let url = storage::download_url(&state, &media::holder(&state, &caller, &client), segment.id, expires);
    let deed = Deed::done("footage.sign_url").to("recording", segment.id);
    let details = json!({ "camera_id": segment.camera_id.to_string(), "expires_at": to_rfc3339(expires) });
    deed.with(details).by(&state, &caller, &client).await?;
    Ok(state.ok(SignedUrl { url, expires_at: Timestamp(expires) }))
}
