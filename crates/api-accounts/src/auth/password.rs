//! `PUT /auth/password`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::Secret;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    #[schema(value_type = String, format = Password)]
    current_password: Secret,
    /// At least 10 characters; neither the user name nor one that everybody tries first.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 256)]
    new_password: Secret,
    /// Whether the account's API tokens stay; without it they are revoked.
    #[serde(default)]
    keep_api_tokens: bool,
}

/// Change one's password
///
/// All other sign-ins of the account end, and its API tokens unless they are to be kept.
#[utoipa::path(
    put,
    path = "/auth/password",
    tag = "auth",
    request_body = PasswordBody,
    responses((status = 204, description = "It is changed"), (status = 409, description = "The account has no password"))
)]
pub(crate) async fn change_password(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<Response, ApiError> {
    let now = state.clock.now();
    let (caller, body, client) = (&caller, &body, &client);
    let change = |work: Work| async move {
        let (current, new, keep) = (&body.current_password, &body.new_password, body.keep_api_tokens);
        work.access.change_password(caller, current, new, keep, &client.for_access(), now).await?;
        let deed = Deed::done("user.password").with(json!({ "keep_api_tokens": keep }));
        work.note(caller, deed.to("user", caller.user));
        Ok::<_, ApiError>(())
    };
    state.audited(client, change).await?;
    Ok(no_content())
}
