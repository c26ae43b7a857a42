//! `POST /camera-groups`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::{CameraGroup as DomainGroup, GroupId};
use uuid::Uuid;

use super::{CameraGroup, GroupInput, for_audit, taken, unlimited};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::tagged;

/// Add a camera group
#[utoipa::path(
    post,
    path = "/camera-groups",
    tag = "cameras",
    request_body = GroupInput,
    responses((status = 201, body = Success<CameraGroup>, headers(("ETag" = String, description = "Its version"))), (status = 409, description = "Another group has this name"))
)]
pub(crate) async fn create_group(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<GroupInput>,
) -> Result<Response, ApiError> {
    unlimited(&caller)?;
    let now = state.clock.now();
    let group = body.apply_to(DomainGroup {
        id: GroupId(Uuid::now_v7()),
        org_id: caller.org,
        name: String::new(),
        description: String::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    })?;
    let (caller, new) = (&caller, &group);
    let create = |work: Work| async move {
        work.catalog().create_camera_group(new).await.map_err(taken)?;
        let deed = Deed::done("camera_group.create").to("camera_group", new.id);
        work.note(caller, deed.with(for_audit(new)));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, create).await?;
    Ok(tagged(state.created(CameraGroup::new(group)), 1))
}
