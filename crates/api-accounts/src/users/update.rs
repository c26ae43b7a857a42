//! `PATCH /users/{id}`.

use axum::extract::State;
use axum::response::Response;
use nightjar_access::UserPatch;
use nightjar_model::{ErrorCode, Secret};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{User, find, for_audit};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::auth::scope;
use crate::body::JsonBody;
use crate::enums::Role;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::{IfMatch, IfMatchParam, tagged};

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*$"
    )]
    display_name: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 254, pattern = r"^[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb@]+@[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb@]+$")]
    email: Option<Option<String>>,
    role: Option<Role>,
    /// Only for those who rule the installation.
    system_admin: Option<bool>,
    /// The camera groups it is limited to; null: all cameras.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    groups: Option<Option<Vec<Uuid>>>,
    /// False ends its sign-ins and revokes its API tokens.
    active: Option<bool>,
    /// A new password; ends its sign-ins and revokes its API tokens. One's own is changed at `/auth/password`.
    #[schema(value_type = Option<String>, format = Password, min_length = 10, max_length = 256)]
    password: Option<Secret>,
    /// False takes its second factor away and ends its sign-ins; only itself can set one up.
    totp: Option<bool>,
    /// Whether its API tokens outlive a new password, and work again after it was disabled.
    #[serde(default)]
    keep_api_tokens: bool,
}

/// Tells a null from what was left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Change an account
///
/// Takes a fresh proof that it is you: see `/auth/proof`.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    tag = "users",
    params(("id" = Uuid, Path, description = "Id of the account"), IfMatchParam),
    request_body = UserChange,
    responses((status = 200, body = Success<User>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn change_user(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    IfMatch(expected): IfMatch,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<UserChange>,
) -> Result<Response, ApiError> {
    let before = find(&state, &caller, &id).await?;
    if body.totp == Some(true) {
        let reason = "can only be set up by its owner, at /auth/totp/enroll";
        return Err(ApiError::field(ErrorCode::ValidationFailed, "totp", reason));
    }
    let patch = UserPatch {
        display_name: body.display_name,
        email: body.email,
        role: body.role.map(Into::into),
        system_admin: body.system_admin,
        groups: body.groups.map(scope),
        active: body.active,
        keep_api_tokens: body.keep_api_tokens,
    };
    let now = state.clock.now();
    let (password, totp, keep) = (body.password, body.totp, body.keep_api_tokens);
    let (caller, before, patch, password) = (&caller, &before, &patch, &password);
    let change = |work: Work| async move {
        let user = work.access.update_user(caller, before.id, patch.clone(), expected, now).await?;
        let deed = Deed::done("user.update").to("user", user.id);
        work.note(caller, deed.change(&for_audit(before), &for_audit(&user)));
        if let Some(password) = password {
            work.access.reset_password(caller, before.id, password, keep, now).await?;
            let deed = Deed::done("user.password").with(json!({ "keep_api_tokens": keep }));
            work.note(caller, deed.to("user", user.id));
        }
        if totp == Some(false) && before.totp {
            work.access.reset_totp(caller, before.id, now).await?;
            work.note(caller, Deed::done("user.totp_disable").to("user", user.id));
        }
        Ok::<_, ApiError>(user)
    };
    let mut user = state.audited(&client, change).await?;
    if password.is_some() || totp.is_some() {
        user = find(&state, caller, &id).await?;
    }
    Ok(tagged(state.ok(User::new(&user)), user.version))
}
