//! `GET /users/{id}`.

use axum::extract::State;
use axum::response::Response;

use super::{User, find};
use crate::answer::Success;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::tagged;

/// Get an account
#[utoipa::path(
    get,
    path = "/users/{id}",
    tag = "users",
    params(("id" = Uuid, Path, description = "Id of the account")),
    responses((status = 200, body = Success<User>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn show_user(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let user = find(&state, &caller, &id).await?;
    Ok(tagged(state.ok(User::new(&user)), user.version))
}
