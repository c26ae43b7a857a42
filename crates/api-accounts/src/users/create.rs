//! `POST /users`.

use axum::extract::State;
use axum::response::Response;
use nightjar_access::UserDraft;
use nightjar_model::{OrgId, Secret};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{User, for_audit};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::auth::scope;
use crate::body::JsonBody;
use crate::enums::Role;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::tagged;

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// What is typed to sign in; unique, in upper or lower case.
    #[schema(example = "ada", max_length = 64, min_length = 1, pattern = r"^[A-Za-z0-9._@+-]+$")]
    username: String,
    /// At least 10 characters; neither the user name nor one that everybody tries first. Not for
    /// `api_only`.
    #[schema(value_type = Option<String>, format = Password, min_length = 10, max_length = 256)]
    password: Option<Secret>,
    #[serde(default)]
    #[schema(
        max_length = 100,
        pattern = r"^([^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb][^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]*)?$"
    )]
    display_name: String,
    #[schema(
        max_length = 254,
        pattern = r"^[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb@]+@[^\s\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb@]+$"
    )]
    email: Option<String>,
    role: Role,
    /// Whether it also rules the installation; only for those who do to give.
    #[serde(default)]
    system_admin: bool,
    /// The camera groups it is limited to; null: all cameras.
    groups: Option<Vec<Uuid>>,
    /// The organization; default: yours. Another one only for those who rule the installation.
    organization_id: Option<Uuid>,
}

/// Add an account
///
/// Takes a fresh proof that it is you: see `/auth/proof`.
#[utoipa::path(
    post,
    path = "/users",
    tag = "users",
    request_body = NewUser,
    responses((status = 201, body = Success<User>, headers(("ETag" = String, description = "Its version"))), (status = 404, description = "There is no such organization"), (status = 409, description = "Another account has this user name"))
)]
pub(crate) async fn create_user(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<NewUser>,
) -> Result<Response, ApiError> {
    let org = body.organization_id.map_or(caller.org, OrgId);
    let draft = UserDraft {
        username: body.username,
        display_name: body.display_name,
        email: body.email,
        role: body.role.into(),
        system_admin: body.system_admin,
        groups: scope(body.groups),
        active: true,
        password: body.password,
    };
    let now = state.clock.now();
    let (caller, draft) = (&caller, &draft);
    let create = |work: Work| async move {
        let user = work.access.create_user(caller, org, draft.clone(), now).await?;
        let deed = Deed::done("user.create").to("user", user.id).with(for_audit(&user));
        if user.org_id != caller.org {
            // Whoever looks there must see where the account came from.
            work.note_in(user.org_id, caller, deed.clone());
        }
        work.note(caller, deed);
        Ok::<_, ApiError>(user)
    };
    let user = state.audited(&client, create).await?;
    Ok(tagged(state.created(User::new(&user)), user.version))
}
