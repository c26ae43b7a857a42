//! Who asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Permissions, Role};
use crate::{GroupId, OrgId, SessionId, TokenId, UserId};

/// Somebody whose identity is proven. What it may do is settled when the request begins: an API
/// token never has more than its owner has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant.
    pub org: OrgId,
    /// The account.
    pub user: UserId,
    /// Its name, for the log and the audit trail.
    pub username: Arc<str>,
    /// Its role.
    pub role: Role,
    /// What it may do.
    pub permissions: Permissions,
    /// With which cameras.
    pub groups: GroupScope,
    /// How the identity was proven.
    pub via: Via,
}

/// How an identity was proven, and so what ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// A sign-in, until it is signed out.
    Session(SessionId),
    /// An API token, until it is revoked.
    Token(TokenId),
}

/// The cameras that somebody is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum GroupScope {
    /// All of the organization.
    #[default]
    All,
    /// Those in one of these groups; cameras without a group are not among them.
    Only(Arc<BTreeSet<GroupId>>),
}

impl GroupScope {
    /// Limited to these groups.
    pub fn only(groups: impl IntoIterator<Item = GroupId>) -> Self {
        Self::Only(Arc::new(groups.into_iter().collect()))
    }

    /// Whether a camera of this group is among them.
    pub fn covers(&self, group: Option<GroupId>) -> bool {
        match self {
            Self::All => true,
            Self::Only(groups) => group.is_some_and(|group| groups.contains(&group)),
        }
    }

    /// What both cover.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, scope) | (scope, Self::All) => scope.clone(),
            (Self::Only(a), Self::Only(b)) => Self::only(a.intersection(b).copied()),
        }
    }
}
