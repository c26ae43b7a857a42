//! `PUT /camera-groups/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{CameraGroup, GroupInput, find, for_audit, taken, unlimited};
use crate::answer::Success;
use crate::audit::{Deed, Work};
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
    let now = state.clock.now();
    let (caller, wanted, old) = (&caller, &wanted, &old);
    let change = |work: Work| async move {
        let group = work.catalog().update_camera_group(wanted, expected, now).await.map_err(taken)?;
        let deed = Deed::done("camera_group.update").to("camera_group", group.id);
        work.note(caller, deed.change(&for_audit(old), &for_audit(&group)));
        Ok::<_, ApiError>(group)
    };
    let group = state.audited(&client, change).await?;
    let version = group.version;
    Ok(tagged(state.ok(CameraGroup::new(group)), version))
}
