//! Why a sign-in at a provider came to nothing.

use nightjar_catalog::CatalogError;

use crate::AccessError;
use crate::oidc::TokenFault;

/// What went wrong. The texts are for the log; a person is told by [`OidcError::code`].
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// Nobody has configured a provider of this name.
    #[error("there is no such provider")]
    UnknownProvider,
    /// The answer belongs to no sign-in of this browser that is under way.
    #[error("the sign-in took too long, was finished already, or was begun in another browser")]
    Expired,
    /// A fresh proof was asked for, and the provider doesn't say that it asked the person just now.
    #[error("the ID token has no recent `auth_time`, which `max_age` asks for")]
    NotProven,
    /// The person, or the provider for them, said no.
    #[error("the provider refused: {0}")]
    Denied(String),
    /// The provider did not answer.
    #[error("the provider's {what} can't be reached: {cause}")]
    Unreachable {
        /// What was asked for.
        what: &'static str,
        /// Why there is no answer.
        cause: String,
    },
    /// The provider's answer can't be used.
    #[error("the provider's {what} can't be used: {cause}")]
    Answer {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// The ID token proves nothing.
    #[error("the provider's ID token can't be believed: {0}")]
    Token(#[from] TokenFault),
    /// It is proven who it is, and they may not come in.
    #[error("{who}: {refusal}")]
    Refused {
        /// As the provider names them, for the audit trail.
        who: String,
        /// Why.
        refusal: Refusal,
    },
    /// It failed on our side.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Why somebody whose identity is proven may not come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The verified address is of no domain that is allowed, or there is none.
    #[error("no verified address of an allowed domain")]
    Domain,
    /// No role is mapped to what the provider says of them.
    #[error("no role is mapped to what the provider says of them")]
    NoRole,
    /// There is no account, and none is made.
    #[error("there is no account, and none is made")]
    NoAccount,
    /// The account was disabled.
    #[error("the account is disabled")]
    Disabled,
    /// The account is for programs.
    #[error("the account is for programs")]
    ForPrograms,
    /// Nobody has made the first administrator yet.
    #[error("the installation has no administrator yet")]
    NotSetUp,
    /// The provider takes the role from the organization's last administrator.
    #[error("the organization's last administrator would lose that role")]
    LastAdmin,
    /// The organization of new accounts is not there.
    #[error("the organization of new accounts is not there")]
    NoOrganization,
}

impl From<CatalogError> for OidcError {
    fn from(error: CatalogError) -> Self {
        Self::Access(error.into())
    }
}

impl OidcError {
    /// For the page, which has a sentence for each.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider => "unknown_provider",
            Self::Expired => "expired",
            Self::NotProven => "not_proven",
            Self::Denied(_) => "denied",
            Self::Unreachable { .. } => "unreachable",
            Self::Answer { .. } | Self::Token(_) => "bad_answer",
            Self::Refused { refusal, .. } => refusal.code(),
            Self::Access(_) => "failed",
        }
    }

    /// Whether it belongs into the audit trail: who got as far as this is known by name.
    pub fn refused(&self) -> Option<&str> {
        match self {
            Self::Refused { who, .. } => Some(who),
            _ => None,
        }
    }

    pub(super) fn answer(what: &'static str, cause: impl ToString) -> Self {
        Self::Answer { what, cause: cause.to_string() }
    }
}

impl Refusal {
    fn code(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::NoRole => "no_role",
            Self::NoAccount => "no_account",
            Self::Disabled => "disabled",
            Self::ForPrograms => "for_programs",
            Self::NotSetUp => "not_set_up",
            Self::LastAdmin => "last_admin",
            Self::NoOrganization => "failed",
        }
    }
}
