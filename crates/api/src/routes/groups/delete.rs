//! `DELETE /camera-groups/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{find, for_audit, unlimited};
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// Delete a camera group
///
/// Its cameras stay, without a group. Accounts and tokens that are limited to it see nothing of them
/// any more.
#[utoipa::path(
    delete,
    path = "/camera-groups/{id}",
    tag = "cameras",
    params(("id" = Uuid, Path, description = "Id of the group")),
    responses((status = 204, description = "It is gone"), (status = 409, description = ""))
)]
pub(crate) async fn delete_group(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let group = find(&state, &caller, &id).await?;
    unlimited(&caller)?;
    let (caller, group) = (&caller, &group);
    let delete = |work: Work| async move {
        work.catalog().delete_camera_group(caller.org, group.id).await?;
        let deed = Deed::done("camera_group.delete").to("camera_group", group.id);
        work.note(caller, deed.with(for_audit(group)));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, delete).await?;
    Ok(no_content())
}
