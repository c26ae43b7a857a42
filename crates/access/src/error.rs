//! What can go wrong.

use std::time::Duration;

use nightjar_catalog::CatalogError;
use nightjar_model::{Permission, Session};

use crate::PasswordRule;

/// Why something was refused or failed. The texts are for people and hold no secrets; those of the
/// last two are for the log only.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The account or its password is wrong; which of them is not told.
    #[error("wrong username or password")]
    Credentials,
    /// The password is right, and a code of the second factor is needed too.
    #[error("a code of the second factor is needed")]
    TotpRequired,
    /// The password is right; the code is wrong or was used before.
    #[error("the code is wrong")]
    TotpWrong,
    /// Too many failures, or too many at once.
    #[error("too many attempts")]
    TooMany {
        /// When it may be tried again.
        retry_after: Duration,
    },
    /// The account is for programs.
    #[error("this account can't sign in; it has API tokens")]
    RoleRestricted,
    /// The refresh token is not ours, or its sign-in has ended.
    #[error("the sign-in has ended")]
    Refresh,
    /// The refresh token was used before: somebody has a copy. The sign-in has ended with this.
    #[error("the sign-in has ended")]
    RefreshReused(Box<Session>),
    /// A field can't be that.
    #[error("{why}")]
    Field {
        /// As the API names it.
        field: &'static str,
        /// For the person who typed it.
        why: String,
    },
    /// Another object has this value; names the field.
    #[error("the {0} is taken")]
    Taken(&'static str),
    /// There is no such object, or not in the caller's reach.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Somebody else has changed it.
    #[error("it was changed by somebody else")]
    Stale,
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The user has as many API tokens as anybody may have.
    #[error("a user has at most {0} API tokens")]
    TooManyTokens(usize),
    /// A second factor can't be switched on or off like that.
    #[error(transparent)]
    Totp(#[from] TotpFault),
    /// The set-up link is wrong, was used, or somebody has an account already.
    #[error("the set-up link is not valid any more")]
    SetupClosed,
    /// The database failed.
    #[error(transparent)]
    Catalog(CatalogError),
    /// A cryptographic operation failed.
    #[error("cryptography: {0}")]
    Crypto(&'static str),
}

/// Why a request is nobody's.
#[derive(Debug, thiserror::Error)]
pub enum AuthFault {
    /// It brings no token.
    #[error("no token was sent")]
    Missing,
    /// Its token is not ours, has expired, was revoked, or its owner may not do anything any more.
    #[error("the token is not valid")]
    Invalid,
    /// Its token is good, but not from there.
    #[error("the token may not be used from this address")]
    IpNotAllowed,
    /// The database failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Why a caller may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// A permission is missing.
    #[error("the permission `{0}` is needed")]
    Missing(Permission),
    /// It would give more than the caller has, or concerns somebody who may do more.
    #[error("nobody can give or take more than they may themselves")]
    BeyondOwn,
    /// An organization needs an active administrator.
    #[error("this is the organization's last active administrator")]
    LastAdmin,
    /// Nobody takes the last way in from themselves.
    #[error("this can't be done to one's own account")]
    Oneself,
    /// It concerns the person, not a program that acts for it.
    #[error("this needs a sign-in, not an API token")]
    NeedsSession,
}

/// Why a second factor can't be switched on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpFault {
    /// It is on already.
    #[error("a second factor is set up already")]
    AlreadyOn,
    /// It was not begun.
    #[error("begin by enrolling a second factor")]
    NotBegun,
    /// The code is not the one that is due.
    #[error("the code is wrong")]
    CodeWrong,
}

impl AccessError {
    /// Whether a failed sign-in belongs into the audit trail: attempts that were not even looked at
    /// would fill it.
    pub fn is_worth_noting(&self) -> bool {
        matches!(self, Self::Credentials | Self::TotpWrong | Self::RoleRestricted)
    }

    pub(crate) fn field(field: &'static str, why: impl ToString) -> Self {
        Self::Field { field, why: why.to_string() }
    }
}

impl From<PasswordRule> for AccessError {
    fn from(rule: PasswordRule) -> Self {
        Self::field("password", rule)
    }
}

impl From<CatalogError> for AccessError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Taken(field) => Self::Taken(field),
            CatalogError::Stale => Self::Stale,
            other => Self::Catalog(other),
        }
    }
}
