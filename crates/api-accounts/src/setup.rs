//! `GET /setup`, `POST /setup`: the first start.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use nightjar_access::FirstAdmin;
use nightjar_model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{SignIn, granted};
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;

/// Whether there is an account yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupState {
    /// Whether the first administrator is still to be made, with the link that the server printed.
    needed: bool,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupBody {
    /// From the link that the server printed when it started.
    #[schema(value_type = String)]
    token: Secret,
    #[schema(example = "ada", min_length = 1, max_length = 64, pattern = r"^[A-Za-z0-9._@+-]+$")]
    username: String,
    /// At least 10 characters; neither the user name nor one that everybody tries first.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 256)]
    password: Secret,
    display_name: Option<String>,
    /// Name of the organization.
    organization: Option<String>,
    /// Whether the refresh token is wanted as an `HttpOnly` cookie, for browsers.
    #[serde(default)]
    cookie: bool,
}

/// Ask whether the server is set up
#[utoipa::path(get, path = "/setup", tag = "auth", security(()), responses((status = 200, body = Success<SetupState>)))]
pub(crate) async fn setup_state(
    State(state): State<ApiState>,
    Query(()): Query<()>,
) -> ApiResult<SetupState> {
    Ok(state.ok(SetupState { needed: !state.access.is_set_up().await? }))
}

/// Make the first administrator
///
/// Works once, with the token of the link that the server printed, as long as there is no account.
#[utoipa::path(
    post,
    path = "/setup",
    tag = "auth",
    request_body = SetupBody,
    security(()),
    responses((status = 201, body = Success<SignIn>), (status = 401, description = "The link is wrong, was used, or is not needed any more"))
)]
pub(crate) async fn set_up(
    State(state): State<ApiState>,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<SetupBody>,
) -> Result<Response, ApiError> {
    let first = FirstAdmin {
        token: body.token,
        username: body.username,
        password: body.password,
        display_name: body.display_name.unwrap_or_default(),
        organization: body.organization,
    };
    let now = state.clock.now();
    let (first, client) = (&first, &client);
    let set_up = |work: Work| async move {
        let signed_in = work.access.set_up(first, &client.for_access(), now).await?;
        let caller = signed_in.caller();
        work.note(&caller, Deed::done("setup.done").to("user", caller.user));
        Ok::<_, ApiError>(signed_in)
    };
    let signed_in = state.audited(client, set_up).await?;
    granted(&state, signed_in, body.cookie, StatusCode::CREATED, client).await
}
