//! `POST /auth/totp/enroll`, `…/confirm`, `…/disable`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;

/// The password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordOnly {
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// A code of the second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeOnly {
    #[schema(example = "123456")]
    code: String,
}

/// What an authenticator app needs (RFC 6238).
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolment {
    /// In base32, to be typed.
    secret: String,
    /// `otpauth://…`, to be shown as a QR code.
    uri: String,
}

/// What to keep for the day on which the second factor is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each works once in place of a code. They are shown only now.
    recovery_codes: Vec<String>,
}

/// Begin with a second factor
///
/// Nothing changes until a code of it is confirmed.
#[utoipa::path(
    post,
    path = "/auth/totp/enroll",
    tag = "auth",
    request_body = PasswordOnly,
    responses((status = 200, body = Success<Enrolment>), (status = 409, description = "There is a second factor already, or no password"))
)]
pub(crate) async fn enroll_totp(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<PasswordOnly>,
) -> ApiResult<Enrolment> {
    let now = state.clock.now();
    let enrolment = state.access.enroll_totp(&caller, &body.password, &client.for_access(), now).await?;
    let secret = enrolment.secret.expose().to_owned();
    Ok(state.ok(Enrolment { secret, uri: enrolment.uri.expose().to_owned() }))
}

/// Confirm the second factor
///
/// From now on signing in takes a code.
#[utoipa::path(
    post,
    path = "/auth/totp/confirm",
    tag = "auth",
    request_body = CodeOnly,
    responses((status = 200, body = Success<RecoveryCodes>), (status = 409, description = "Nothing was begun"))
)]
pub(crate) async fn confirm_totp(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<CodeOnly>,
) -> ApiResult<RecoveryCodes> {
    let now = state.clock.now();
    let (caller, body) = (&caller, &body);
    let confirm = |work: Work| async move {
        let codes = work.access.confirm_totp(caller, &body.code, now).await?;
        work.note(caller, Deed::done("user.totp_enable").to("user", caller.user));
        Ok::<_, ApiError>(codes)
    };
    let codes = state.audited(&client, confirm).await?;
    let recovery_codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    Ok(state.ok(RecoveryCodes { recovery_codes }))
}

/// Do without a second factor
#[utoipa::path(
    post,
    path = "/auth/totp/disable",
    tag = "auth",
    request_body = PasswordOnly,
    responses((status = 204, description = "Signing in takes only the password"), (status = 409, description = "There is no second factor"))
)]
pub(crate) async fn disable_totp(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<PasswordOnly>,
) -> Result<Response, ApiError> {
    let now = state.clock.now();
    let (caller, body, client) = (&caller, &body, &client);
    let disable = |work: Work| async move {
        work.access.disable_totp(caller, &body.password, &client.for_access(), now).await?;
        work.note(caller, Deed::done("user.totp_disable").to("user", caller.user));
        Ok::<_, ApiError>(())
    };
    state.audited(client, disable).await?;
    Ok(no_content())
}
