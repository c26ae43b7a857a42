//! Accounts and what hangs on them, as the catalog keeps them.

use std::net::IpAddr;

use nightjar_media::WallTime;

use crate::{GroupId, GroupScope, OrgId, Permissions, Role, SessionId, TokenId, UserId};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Key of the row.
    pub id: OrgId,
    /// For people; unique in the installation.
    pub name: String,
    /// When it was made.
    pub created_at: WallTime,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Key of the row.
    pub id: UserId,
    /// The tenant.
    pub org_id: OrgId,
    /// What is typed to sign in: unique in the installation, without regard to case.
    pub username: String,
    /// For people.
    pub display_name: String,
    /// Where messages go.
    pub email: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Whether it also rules the installation (`system:admin`).
    pub system_admin: bool,
    /// With which cameras.
    pub groups: GroupScope,
    /// Whether it may do anything at all.
    pub active: bool,
    /// Whether a password is set: an account that came from a provider has none.
    pub has_password: bool,
    /// Whether signing in takes a second factor.
    pub totp: bool,
    /// Counts changes: what `If-Match` compares.
    pub version: i64,
    /// When it was made.
    pub created_at: WallTime,
    /// When it was last changed.
    pub updated_at: WallTime,
    /// When somebody last signed in with it.
    pub last_login_at: Option<WallTime>,
}

impl User {
    /// What it may do: its role's permissions and, if so, those of the installation.
    pub fn permissions(&self) -> Permissions {
        let system = if self.system_admin { &crate::Permission::OF_SYSTEM[..] } else { &[] };
        system.iter().copied().fold(self.role.permissions(), Permissions::with)
    }
}

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Key of the row: the family of its refresh tokens.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// The tenant.
    pub org_id: OrgId,
    /// When it began.
    pub created_at: WallTime,
    /// When it ends for want of a refresh.
    pub expires_at: WallTime,
    /// When the person last proved to be there: with a password, a code, or at a provider.
    pub proved_at: WallTime,
    /// When it was last refreshed.
    pub last_used_at: WallTime,
    /// When and why it was ended before.
    pub ended: Option<(WallTime, SessionEnd)>,
    /// From where it was last used.
    pub ip: Option<IpAddr>,
    /// With what.
    pub user_agent: String,
}

/// Why a session was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// Signed out.
    Logout,
    /// Ended by an administrator, by a changed password or with all others.
    Revoked,
    /// A refresh token was used twice: somebody has a copy.
    Reuse,
}

impl SessionEnd {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Logout, Self::Revoked, Self::Reuse];

    /// Its name in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::Revoked => "revoked",
            Self::Reuse => "reuse",
        }
    }
}

/// An API token, without its secret: only a hash of that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Key of the row.
    pub id: TokenId,
    /// The tenant.
    pub org_id: OrgId,
    /// Whose: it never may do more than its owner.
    pub user_id: UserId,
    /// For people.
    pub name: String,
    /// More for people.
    pub remark: String,
    /// The beginning of the secret, to tell tokens apart.
    pub prefix: String,
    /// What it may do.
    pub permissions: Permissions,
    /// With which cameras.
    pub groups: GroupScope,
    /// Requests an hour.
    pub rate_limit: u32,
    /// When it ends; none: never.
    pub expires_at: Option<WallTime>,
    /// Addresses or networks (`10.0.0.0/8`) it may be used from; empty: any.
    pub allowed_ips: Vec<String>,
    /// When and from where it was last used; written at most once a minute.
    pub last_used: Option<(WallTime, Option<IpAddr>)>,
    /// When it was made.
    pub created_at: WallTime,
    /// When it was revoked.
    pub revoked_at: Option<WallTime>,
}

/// A group of cameras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraGroup {
    /// Key of the row.
    pub id: GroupId,
    /// The tenant.
    pub org_id: OrgId,
    /// For people; unique in the organization.
    pub name: String,
    /// More for people.
    pub description: String,
    /// Counts changes: what `If-Match` compares.
    pub version: i64,
    /// When it was made.
    pub created_at: WallTime,
    /// When it was last changed.
    pub updated_at: WallTime,
}
