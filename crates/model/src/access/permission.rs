//! Permissions, and the roles that are named sets of them.

use std::fmt;
use std::str::FromStr;

/// One thing that somebody may do: `resource:action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Permission {
    /// See cameras, their state and their live picture.
    CameraRead,
    /// Add, change and remove cameras and groups; start and stop recording.
    CameraWrite,
    /// Move, switch and restart the device itself.
    CameraControl,
    /// Find and watch footage.
    RecordingRead,
    /// Delete footage, and say how long it is kept.
    RecordingDelete,
    /// Take footage away: downloads and exports.
    RecordingExport,
    /// See events and alerts.
    EventRead,
    /// Acknowledge and resolve them.
    EventAck,
    /// Tag and annotate footage, keep incidents.
    MetadataWrite,
    /// Manage the accounts of the organization.
    UserAdmin,
    /// Make API tokens for oneself.
    TokenWrite,
    /// Read who did what.
    AuditRead,
    /// Manage the installation: organizations, nodes, storage.
    SystemAdmin,
    /// Read the metrics of the installation, which name the cameras of all organizations.
    MetricsRead,
}

/// A text that names no permission or role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is unknown")]
pub struct UnknownWord(pub String);

impl Permission {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::CameraRead,
        Self::CameraWrite,
        Self::CameraControl,
        Self::RecordingRead,
        Self::RecordingDelete,
        Self::RecordingExport,
        Self::EventRead,
        Self::EventAck,
        Self::MetadataWrite,
        Self::UserAdmin,
        Self::TokenWrite,
        Self::AuditRead,
        Self::SystemAdmin,
        Self::MetricsRead,
    ];

    /// Those that concern the installation: in no role, but given to a person.
    pub const OF_SYSTEM: [Self; 2] = [Self::SystemAdmin, Self::MetricsRead];

    /// Its name in the API and in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CameraRead => "camera:read",
            Self::CameraWrite => "camera:write",
            Self::CameraControl => "camera:control",
            Self::RecordingRead => "recording:read",
            Self::RecordingDelete => "recording:delete",
            Self::RecordingExport => "recording:export",
            Self::EventRead => "event:read",
            Self::EventAck => "event:ack",
            Self::MetadataWrite => "metadata:write",
            Self::UserAdmin => "user:admin",
            Self::TokenWrite => "token:write",
            Self::AuditRead => "audit:read",
            Self::SystemAdmin => "system:admin",
            Self::MetricsRead => "metrics:read",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|permission| permission.as_str() == text);
        found.ok_or_else(|| UnknownWord(text.to_owned()))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Permissions(u16);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// Whether it holds this one.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// With one more.
    #[must_use]
    pub fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u8)
    }

    /// What both hold.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of it is in `other` too.
    pub fn is_subset_of(self, other: Self) -> bool {
        self.intersection(other) == self
    }

    /// Its members, in the order of the documentation.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }

    /// Their names, separated by blanks: the form in the catalog.
    pub fn to_words(self) -> String {
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
    }

    /// From [`Self::to_words`].
    pub fn from_words(words: &str) -> Result<Self, UnknownWord> {
        words.split_ascii_whitespace().map(str::parse).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::as_str)).finish()
    }
}

/// What a person is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Rules the organization.
    Admin,
    /// Works with cameras and footage.
    Operator,
    /// Watches.
    Viewer,
    /// A program: acts by API tokens only and can't sign in with a password.
    ApiOnly,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Operator, Self::Viewer, Self::ApiOnly];

    /// Its name in the API and in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
            Self::ApiOnly => "api_only",
        }
    }

    /// What it may do. `system:admin` and `metrics:read` are in no role: they are given to a person.
    pub fn permissions(self) -> Permissions {
        let all = Permission::ALL.into_iter();
        let watches = |p: &Permission| {
            matches!(p, Permission::CameraRead | Permission::RecordingRead | Permission::EventRead)
        };
        let works = |p: &Permission| {
            watches(p)
                || matches!(
                    p,
                    Permission::CameraControl
                        | Permission::RecordingExport
                        | Permission::EventAck
                        | Permission::MetadataWrite
                )
        };
        match self {
            Self::Admin => all.filter(|p| !Permission::OF_SYSTEM.contains(p)).collect(),
            Self::Operator => all.filter(|p| works(p) || *p == Permission::TokenWrite).collect(),
            Self::Viewer => all.filter(watches).collect(),
            Self::ApiOnly => all.filter(|p| works(p) || *p == Permission::CameraWrite).collect(),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownWord;

    /// Also takes `user`, which older documents call an operator.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text == "user" {
            return Ok(Self::Operator);
        }
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownWord(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_read_back_what_they_write() {
        for role in Role::ALL {
            let set = role.permissions();
            assert_eq!(Permissions::from_words(&set.to_words()), Ok(set));
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!(Permissions::from_words("camera:read nonsense"), Err(UnknownWord("nonsense".into())));
        assert_eq!("user".parse(), Ok(Role::Operator));
    }

    #[test]
    fn each_role_is_more_than_the_one_below() {
        let [admin, operator, viewer, api_only] = Role::ALL.map(Role::permissions);
        assert!(
            viewer.is_subset_of(operator) && operator.is_subset_of(admin) && api_only.is_subset_of(admin)
        );
        for permission in Permission::OF_SYSTEM {
            assert!(!Role::ALL.iter().any(|role| role.permissions().contains(permission)));
        }
        assert!(!viewer.contains(Permission::RecordingExport));
    }
}
