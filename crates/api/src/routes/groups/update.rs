//! `PUT /camera-groups/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{CameraGroup, GroupInput, find, for_audit, taken, unlimited};
use crate::answer::Success;
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::{IfMatch, IfMatchParam, tagged};

/// Replace a camera group
#[utoipa::path(
    put,
    path = "/camera-groups/{id}",
    tag = "cameras",
    params(("id" = Uuid, Path, description = "Id of the group"), IfMatchParam),
    request_body = GroupInput,
    responses((status = 200, body = Success<CameraGroup>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn replace_group(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    IfMatch(expected): IfMatch,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<GroupInput>,
) -> Result<Response, ApiError> {
    let old = find(&state, &caller, &id).await?;
    unlimited(&caller)?;
    let wanted = body.apply_to(old.clone())?;
    let group =
        state.catalog.update_camera_group(&wanted, expected, state.clock.now()).await.map_err(taken)?;
    let deed = Deed::done("camera_group.update").to("camera_group", group.id);
    deed.change(&for_audit(&old), &for_audit(&group)).by(&state, &caller, &client).await?;
    let version = group.version;
    Ok(tagged(state.ok(CameraGroup::new(group)), version))
}
