//! `GET /storage/segments/{id}/download`.

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use nightjar_model::{Permission, SegmentState};
use serde_json::json;

use super::download_prefix;
use crate::audit::Deed;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::{self, Caching, TokenParams, TokenQuery};
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;

/// Download a stored file
///
/// One MP4 with the recorder's own bytes. Byte ranges and `If-Range` are honoured. The address
/// comes from `/recordings/{id}/signed-url` or from the list. A file that is only in the bucket is
/// answered with 307 to a presigned address there, if the server is configured so.
#[utoipa::path(
    get,
    path = "/storage/segments/{id}/download",
    tag = "storage",
    params(("id" = Uuid, Path, description = "Id of the file"), TokenParams),
    responses(
        (status = 200, description = "The whole file", content_type = "video/mp4"),
        (status = 206, description = "A part of it", content_type = "video/mp4"),
        (status = 304, description = "The client has it already"),
        (status = 307, description = "It is in the bucket, at `Location`"), (status = 416, description = ""))
)]
pub(crate) async fn download_segment(
    State(state): State<ApiState>,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(token): Query<TokenQuery>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = path::segment_id(&id)?;
    let prefix = download_prefix(id);
    let caller = token.check(&state, &client, &prefix).await?;
    let found = state.catalog.segment_by_id(id).await?;
    let segment = found.filter(|segment| segment.state != SegmentState::Deleting);
    let hidden = || ApiError::recording_not_found(&id.to_string());
    let segment = segment.ok_or_else(hidden)?;
    let camera = (segment.org_id, segment.camera_id);
    media::still_may(&state, &caller, Permission::RecordingExport, camera, hidden).await?;
    if method != Method::HEAD
        && (media::is_first_use(&state, token.text().unwrap_or_default(), &client).await
            || media::is_first_part(&headers))
    {
        let deed = Deed::done("footage.download").to("recording", id);
        let details = json!({ "camera_id": segment.camera_id.to_string(), "key": segment.key });
        deed.with(details).by(&state, &caller, &client).await?;
    }
    let delivery = state.playback.segment_file(&segment).await?;
    media::serve(delivery, &method, &headers, Caching::Download)
}
