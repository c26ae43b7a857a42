//! `POST /auth/logout`.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::REFRESH;
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// How far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogoutBody {
    /// Whether all sign-ins of the account end, not only this one.
    #[serde(default)]
    everywhere: bool,
}

/// Sign out
///
/// The sign-in ends at once, with its tokens and the signed addresses that it asked for. API tokens
/// are not signed in: with one, nothing ends, and `everywhere` is refused.
#[utoipa::path(
    post,
    path = "/auth/logout",
    tag = "auth",
    request_body = LogoutBody,
    responses((status = 204, description = "Signed out"))
)]
pub(crate) async fn log_out(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<LogoutBody>,
) -> Result<Response, ApiError> {
    let now = state.clock.now();
    let (caller, body) = (&caller, &body);
    let log_out = |work: Work| async move {
        work.access.logout(caller, body.everywhere, now).await?;
        let deed = Deed::done("auth.logout").with(json!({ "everywhere": body.everywhere }));
        work.note(caller, deed.to("user", caller.user));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, log_out).await?;
    let mut response = no_content();
    REFRESH.clear(&mut response, &client);
    Ok(response)
}
