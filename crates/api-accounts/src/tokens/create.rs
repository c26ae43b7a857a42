//! `POST /tokens`.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use nightjar_access::TokenDraft;
use nightjar_model::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ApiToken, for_audit, parse_permissions};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::auth::scope;
use crate::body::{JsonBody, whole};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::media::set;
use crate::query::Query;
use crate::state::ApiState;
use crate::time::{Bound, TimeInput};
use crate::words::{Network, PermissionName};

/// Requests an hour, unless something else is asked for.
const RATE_LIMIT: u32 = 1_000;

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiToken {
    #[schema(
        example = "nightly export",
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    name: String,
    #[serde(default)]
    #[schema(max_length = 1000)]
    remark: String,
    /// What it may do: part of what its owner may.
    #[schema(example = json!(["camera:read", "recording:read"]), min_items = 1, value_type = Vec<PermissionName>)]
    permissions: Vec<String>,
    /// The camera groups it is limited to; null: all that you see.
    groups: Option<Vec<Uuid>>,
    /// Requests an hour; default: 1,000.
    #[schema(minimum = 1, maximum = 1000000)]
    #[serde(default, deserialize_with = "whole")]
    rate_limit: Option<u32>,
    /// When it ends; default: never.
    expires_at: Option<TimeInput>,
    /// Addresses or networks (`10.0.0.0/8`) it may be used from; default: any.
    #[serde(default)]
    #[schema(max_items = 50, value_type = Vec<Network>)]
    allowed_ips: Vec<String>,
    /// Whose it is; default: yours. Another account's only with `user:admin`.
    user_id: Option<Uuid>,
}

/// A token and its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    token: ApiToken,
    /// The token itself, for `Authorization: Bearer`. It is shown only now.
    secret: String,
}

/// Make an API token
///
/// Its secret is in this answer and nowhere else: only a hash of it is kept. Only whoever is signed in
/// makes tokens, with a fresh proof (see `/auth/proof`): an API token can't.
#[utoipa::path(
    post,
    path = "/tokens",
    tag = "tokens",
    request_body = NewApiToken,
    responses((status = 201, body = Success<CreatedToken>), (status = 404, description = "There is no such account"), (status = 409, description = "There are too many tokens already"))
)]
pub(crate) async fn create_token(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<NewApiToken>,
) -> Result<Response, ApiError> {
    let expires_at = body.expires_at.map(|time| time.at(Bound::End)).transpose();
    let expires_at = expires_at.map_err(|reason| {
        ApiError::field(nightjar_model::ErrorCode::ValidationFailed, "expires_at", reason)
    })?;
    let draft = TokenDraft {
        name: body.name,
        remark: body.remark,
        permissions: parse_permissions(&body.permissions)?,
        groups: scope(body.groups),
        rate_limit: body.rate_limit.unwrap_or(RATE_LIMIT),
        expires_at,
        allowed_ips: body.allowed_ips,
    };
    let now = state.clock.now();
    let (caller, draft) = (&caller, &draft);
    let create = |work: Work| async move {
        let made = work.access.create_token(caller, body.user_id.map(UserId), draft.clone(), now).await?;
        let deed = Deed::done("token.create").to("token", made.token.id);
        work.note(caller, deed.with(for_audit(&made.token)));
        Ok::<_, ApiError>(made)
    };
    let made = state.audited(&client, create).await?;
    let owner = state.catalog.user(made.token.org_id, made.token.user_id).await?;
    let username = owner.map(|user| user.username).unwrap_or_default();
    let secret = made.secret.expose().to_owned();
    let created = CreatedToken { token: ApiToken::new(made.token, username), secret };
    let mut response = state.created(created).into_response();
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response)
}
