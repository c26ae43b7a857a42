//! `GET /camera-tags`, `POST /camera-tags`.

use axum::extract::State;
use nightjar_model::{ErrorCode, Permission, normalize_tags};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path;
use crate::query::Query;
use crate::state::ApiState;
use crate::words::Tag;

/// Cameras of one request.
const MAX_CAMERAS: usize = 500;

/// A tag, and how often it is used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagCount {
    tag: String,
    cameras: u64,
}

/// All tags.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tags {
    /// In alphabetical order.
    tags: Vec<TagCount>,
}

/// Tags for many cameras.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkTags {
    /// Ids or keys, 500 at most.
    #[schema(max_items = 500)]
    camera_ids: Vec<String>,
    /// Tags that they get.
    #[serde(default)]
    #[schema(max_items = 32, value_type = Vec<Tag>)]
    add: Vec<String>,
    /// Tags that they lose.
    #[serde(default)]
    #[schema(max_items = 32, value_type = Vec<Tag>)]
    remove: Vec<String>,
}

/// What was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changed {
    cameras: u64,
}

/// List the tags of cameras
#[utoipa::path(get, path = "/camera-tags", tag = "cameras", responses((status = 200, body = Success<Tags>)))]
pub(crate) async fn list_tags(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(()): Query<()>,
) -> ApiResult<Tags> {
    let tags = state.catalog.camera_tags(caller.org, &caller.groups).await?;
    Ok(state.ok(Tags { tags: tags.into_iter().map(|(tag, cameras)| TagCount { tag, cameras }).collect() }))
}

/// Tag many cameras
///
/// All of them, or none if one of them is not there.
#[utoipa::path(
    post,
    path = "/camera-tags",
    tag = "cameras",
    request_body = BulkTags,
    responses((status = 200, body = Success<Changed>), (status = 404, description = "One of the cameras is not there"), (status = 409, description = "One of the cameras stands in the configuration file"))
)]
pub(crate) async fn change_tags(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<BulkTags>,
) -> ApiResult<Changed> {
    let wrong = |field, reason: String| ApiError::field(ErrorCode::ValidationFailed, field, reason);
    if body.camera_ids.len() > MAX_CAMERAS {
        return Err(wrong("camera_ids", format!("must not name more than {MAX_CAMERAS} cameras")));
    }
    let add = normalize_tags(&body.add).map_err(|error| wrong("add", error.to_string()))?;
    let remove = normalize_tags(&body.remove).map_err(|error| wrong("remove", error.to_string()))?;
    let mut ids = Vec::with_capacity(body.camera_ids.len());
    for asked in &body.camera_ids {
        ids.push(path::camera(&state, &caller, Permission::CameraWrite, asked).await?.id);
    }
    let now = state.clock.now();
    let details = json!({ "cameras": ids.iter().map(ToString::to_string).collect::<Vec<_>>(), "add": add, "remove": remove });
    let (caller, ids, add, remove, details) = (&caller, &ids, &add, &remove, &details);
    let change = |work: Work| async move {
        let cameras = work.catalog().bulk_tags(caller.org, ids, add, remove, now).await;
        work.note(caller, Deed::done("camera.tag").with(details.clone()));
        cameras.map_err(super::taken)
    };
    let cameras = state.audited(&client, change).await?;
    Ok(state.ok(Changed { cameras }))
}
