//! `DELETE /tokens/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::parse_id;
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// Revoke an API token
///
/// It stops working at once, and so do the signed addresses that were made with it.
#[utoipa::path(
    delete,
    path = "/tokens/{id}",
    tag = "tokens",
    params(("id" = Uuid, Path, description = "Id of the token")),
    responses((status = 204, description = "It is revoked"))
)]
pub(crate) async fn revoke_token(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let id = parse_id(&id)?;
    let now = state.clock.now();
    let caller = &caller;
    let revoke = |work: Work| async move {
        if work.access.revoke_token(caller, id, now).await? {
            work.note(caller, Deed::done("token.revoke").to("token", id));
        }
        Ok::<_, ApiError>(())
    };
    state.audited(&client, revoke).await?;
    Ok(no_content())
}
