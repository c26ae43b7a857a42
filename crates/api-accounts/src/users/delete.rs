//! `DELETE /users/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{find, for_audit};
use crate::audit::Deed;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// Delete an account
///
/// Its sign-ins and API tokens end. Takes a fresh proof that it is you: see `/auth/proof`. What it did stays in the audit trail.
#[utoipa::path(
    delete,
    path = "/users/{id}",
    tag = "users",
    params(("id" = Uuid, Path, description = "Id of the account")),
    responses((status = 204, description = "It is gone"), (status = 409, description = "It is the last administrator"))
)]
pub(crate) async fn delete_user(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let user = find(&state, &caller, &id).await?;
    state.access.delete_user(&caller, user.id, state.clock.now()).await?;
    let deed = Deed::done("user.delete").to("user", user.id).with(for_audit(&user));
    deed.by(&state, &caller, &client).await?;
    Ok(no_content())
}
