//! `users`: one row an account.

use nightjar_media::WallTime;
use nightjar_model::{GroupScope, OrgId, Role, User, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::{Hidden, clean, time, unknown};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) username: String,
    pub(crate) username_key: String,
    pub(crate) search_key: String,
    pub(crate) display_name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    pub(crate) system_admin: bool,
    pub(crate) all_groups: bool,
    pub(crate) active: bool,
    pub(crate) password_hash: Option<Hidden>,
    pub(crate) password_version: i64,
    pub(crate) totp_pending: Option<Hidden>,
    pub(crate) totp_secret: Option<Hidden>,
    pub(crate) totp_step: Option<i64>,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) last_login_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What signing in and uniqueness go by.
pub(crate) fn username_key(username: &str) -> String {
    clean(&username.to_lowercase())
}

/// What an administrator sets, as columns; the others are left out.
pub(crate) fn settable(user: &User) -> ActiveModel {
    let searched = [user.username.as_str(), &user.display_name, user.email.as_deref().unwrap_or_default()];
    ActiveModel {
        username: Set(clean(&user.username)),
        username_key: Set(username_key(&user.username)),
        search_key: Set(clean(&searched.join("\n").to_lowercase())),
        display_name: Set(clean(&user.display_name)),
        email: Set(user.email.as_deref().map(clean)),
        role: Set(user.role.as_str().to_owned()),
        system_admin: Set(user.system_admin),
        all_groups: Set(user.groups == GroupScope::All),
        active: Set(user.active),
        ..Default::default()
    }
}

/// The row of a new account.
pub(crate) fn to_row(user: &User, password_hash: Option<Hidden>) -> ActiveModel {
    ActiveModel {
        id: Set(user.id.0),
        org_id: Set(user.org_id.0),
        password_hash: Set(password_hash),
        password_version: Set(0),
        totp_pending: Set(None),
        totp_secret: Set(None),
        totp_step: Set(None),
        version: Set(user.version),
        created_at: Set(user.created_at.micros()),
        updated_at: Set(user.updated_at.micros()),
        last_login_at: Set(user.last_login_at.map(WallTime::micros)),
        ..settable(user)
    }
}

impl Model {
    /// The account, limited to `groups`.
    pub(crate) fn into_user(self, groups: GroupScope) -> crate::Result<User> {
        Ok(User {
            id: UserId(self.id),
            org_id: OrgId(self.org_id),
            username: self.username,
            display_name: self.display_name,
            email: self.email,
            role: self.role.parse::<Role>().map_err(|_| unknown("role", &self.role))?,
            system_admin: self.system_admin,
            groups,
            active: self.active,
            has_password: self.password_hash.is_some(),
            totp: self.totp_secret.is_some(),
            version: self.version,
            created_at: WallTime::from_micros(self.created_at),
            updated_at: WallTime::from_micros(self.updated_at),
            last_login_at: time(self.last_login_at),
        })
    }
}
