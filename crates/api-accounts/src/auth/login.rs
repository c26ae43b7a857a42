//! `POST /auth/login`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nightjar_access::{AccessError, Login};
use nightjar_model::{Actor, OrgId, Secret};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{DEVICE, SignIn, granted, remember_device};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginBody {
    #[schema(example = "ada", max_length = 100)]
    username: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// A code of the second factor, or a recovery code.
    totp: Option<String>,
    /// Whether the refresh token is wanted as an `HttpOnly` cookie, for browsers.
    #[serde(default)]
    cookie: bool,
}

/// Sign in
///
/// Gives an access token for 15 minutes, and a refresh token that gets the next one. Failures slow
/// down further tries, by account and network. A browser that has signed in before is known by a cookie, and
/// is not slowed down by the failures of others.
#[utoipa::path(
    post,
    path = "/auth/login",
    tag = "auth",
    request_body = LoginBody,
    security(()),
    responses((status = 200, body = Success<SignIn>), (status = 401, description = "Wrong user name, password or code, or a code is needed (`AUTH_TOTP_REQUIRED`)"), (status = 403, description = "The account is for programs"))
)]
pub(crate) async fn log_in(
    State(state): State<ApiState>,
    client: Client,
    headers: HeaderMap,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Response, ApiError> {
    let login = Login {
        username: body.username.clone(),
        password: body.password,
        totp: body.totp,
        client: client.for_access(),
        device: DEVICE.read(&headers, &client).map(Secret::new),
    };
    let now = state.clock.now();
    let login = &login;
    let log_in = |work: Work| async move {
        let signed_in = work.access.login(login, now).await?;
        let deed = Deed::done("auth.login").to("session", signed_in.session.id);
        work.note(&signed_in.caller(), deed);
        Ok::<_, AccessError>(signed_in)
    };
    match state.audited(&client, log_in).await {
        Ok(signed_in) => {
            let username = signed_in.user.username.clone();
            let mut response = granted(&state, signed_in, body.cookie, StatusCode::OK, &client).await?;
            if body.cookie {
                remember_device(&state, &mut response, (login.device.as_ref(), &username), &client)?;
            }
            Ok(response)
        }
        Err(error) => {
            note_failure(&state, &body.username, &error, &client).await?;
            Err(error.into())
        }
    }
}

/// Counts it, and writes down what was looked at. The name only where an account has it: people type
/// passwords where names belong.
async fn note_failure(
    state: &ApiState,
    typed: &str,
    error: &AccessError,
    client: &Client,
) -> Result<(), ApiError> {
    let noted = error.is_worth_noting();
    let reason = if noted { "wrong" } else { "refused" };
    metrics::counter!("nightjar_login_failures_total", "reason" => reason).increment(1);
    if !noted {
        return Ok(());
    }
    let deed = Deed::refused("auth.login").with(json!({ "reason": error.to_string() }));
    match state.access.account_named(typed).await? {
        Some(user) => {
            let tried = Actor::Anonymous { tried: user.username };
            deed.to("user", user.id).write(state, user.org_id, tried, client).await
        }
        None => {
            let nobody = Actor::Anonymous { tried: String::new() };
            deed.write(state, OrgId::DEFAULT, nobody, client).await
        }
    }
}
