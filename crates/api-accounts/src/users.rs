//! Accounts of the organization.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;
pub(super) mod update;

use nightjar_model::{Caller, User as DomainUser, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::auth::group_ids;
use crate::enums::Role;
use crate::error::ApiError;
use crate::state::ApiState;
use crate::time::Timestamp;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    id: Uuid,
    #[schema(example = "ada")]
    username: String,
    display_name: String,
    email: Option<String>,
    role: Role,
    /// Whether it also rules the installation (`system:admin`).
    system_admin: bool,
    /// The camera groups it is limited to; null: all cameras.
    groups: Option<Vec<Uuid>>,
    /// Whether it may do anything at all.
    active: bool,
    /// Whether signing in takes a second factor.
    totp: bool,
    /// Whether it has a password: one that came from a provider has none.
    has_password: bool,
    /// Counts changes; also the `ETag`.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_login_at: Option<Timestamp>,
}

impl User {
    fn new(user: &DomainUser) -> Self {
        Self {
            id: user.id.0,
            username: user.username.clone(),
            display_name: user.display_name.clone(),
            email: user.email.clone(),
            role: user.role.into(),
            system_admin: user.system_admin,
            groups: group_ids(&user.groups),
            active: user.active,
            totp: user.totp,
            has_password: user.has_password,
            version: user.version,
            created_at: Timestamp(user.created_at),
            updated_at: Timestamp(user.updated_at),
            last_login_at: user.last_login_at.map(Timestamp),
        }
    }
}

async fn find(state: &ApiState, caller: &Caller, asked: &str) -> Result<DomainUser, ApiError> {
    let hidden = || ApiError::user_not_found(asked);
    let id: UserId = asked.parse().map_err(|_| hidden())?;
    state.catalog.user(caller.org, id).await?.ok_or_else(hidden)
}

pub(super) fn for_audit(user: &DomainUser) -> Value {
    json!({
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "role": user.role.as_str(),
        "system_admin": user.system_admin,
        "groups": group_ids(&user.groups),
        "active": user.active,
    })
}
