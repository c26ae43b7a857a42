//! `DELETE /users/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{find, for_audit};
use crate::audit::{Deed, Work};
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
    let now = state.clock.now();
    let (caller, user) = (&caller, &user);
    let delete = |work: Work| async move {
        work.access.delete_user(caller, user.id, now).await?;
        work.note(caller, Deed::done("user.delete").to("user", user.id).with(for_audit(user)));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, delete).await?;
    Ok(no_content())
}
