//! `GET /auth/me`.

use axum::extract::State;

use super::Me;
use crate::answer::{ApiResult, Success};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::query::Query;
use crate::state::ApiState;

/// Get one's own account
#[utoipa::path(get, path = "/auth/me", tag = "auth", responses((status = 200, body = Success<Me>)))]
pub(crate) async fn me(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(()): Query<()>,
) -> ApiResult<Me> {
    let user = state.catalog.user(caller.org, caller.user).await?;
    let user = user.ok_or_else(|| ApiError::user_not_found(&caller.user.to_string()))?;
    Ok(state.ok(Me::load(&state, &user, &caller).await?))
}
