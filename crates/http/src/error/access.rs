//! What `access` refuses, as clients are told it.

use nightjar_access::{AccessError, AuthFault, Forbidden};
use nightjar_model::ErrorCode;

use super::ApiError;
use crate::guard;

impl From<AuthFault> for ApiError {
    fn from(fault: AuthFault) -> Self {
        match fault {
            AuthFault::Missing => Self::new(
                ErrorCode::AuthTokenMissing,
                "Sign in first: this needs `Authorization: Bearer` with an access token or an API token.",
            ),
            AuthFault::Invalid => Self::new(
                ErrorCode::AuthTokenInvalid,
                "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again.",
            ),
            AuthFault::IpNotAllowed => {
                Self::new(ErrorCode::AuthIpNotAllowed, "This API token may not be used from your address.")
            }
            AuthFault::Catalog(error) => error.into(),
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        let said = sentence(&error.to_string());
        match error {
            AccessError::Credentials => {
                Self::new(ErrorCode::AuthCredentialsInvalid, "Wrong user name or password.")
            }
            AccessError::TotpRequired => Self::new(
                ErrorCode::AuthTotpRequired,
                "A code of your second factor is needed: send it as `totp`.",
            ),
            AccessError::TotpWrong => {
                Self::new(ErrorCode::AuthCredentialsInvalid, "The code is wrong, or was used already.")
            }
            AccessError::TooMany { retry_after } => {
                let message = "Too many failures. Wait before you try again.";
                Self::new(ErrorCode::RateLimitExceeded, message).retry_after(retry_after.as_secs().max(1))
            }
            AccessError::RoleRestricted => Self::new(
                ErrorCode::AuthRoleRestricted,
                "This account is for programs: it has API tokens and can't sign in.",
            ),
            AccessError::Refresh | AccessError::RefreshReused(_) => {
                Self::new(ErrorCode::AuthTokenInvalid, "The sign-in has ended. Sign in again.")
            }
            AccessError::Field { field, why } => Self::field(ErrorCode::ValidationFailed, field, why),
            AccessError::Taken(field) => Self::field(ErrorCode::Conflict, field, "is taken"),
            AccessError::NotFound(what) => Self::new(not_found(what), said),
            AccessError::Stale => Self::stale(),
            AccessError::Forbidden(Forbidden::Missing(permission)) => guard::missing(permission),
            AccessError::Forbidden(Forbidden::LastAdmin) => Self::new(ErrorCode::Conflict, said),
            AccessError::Forbidden(Forbidden::NeedsSession) => Self::new(
                ErrorCode::AuthSignInRequired,
                "This takes a person who is signed in: an API token can't do it.",
            ),
            AccessError::Forbidden(_) => Self::new(ErrorCode::AuthInsufficientPermissions, said),
            AccessError::TooManyTokens(_) | AccessError::Totp(_) => Self::new(ErrorCode::Conflict, said),
            AccessError::SetupClosed => Self::new(
                ErrorCode::AuthTokenInvalid,
                "The set-up link is wrong, was used, or is not needed any more. While there is no account, the \
                 server prints a new one when it starts.",
            ),
            AccessError::Catalog(error) => error.into(),
            AccessError::Crypto(cause) => Self::internal(cause),
        }
    }
}

fn not_found(what: &str) -> ErrorCode {
    match what {
        "user" => ErrorCode::UserNotFound,
        "token" => ErrorCode::TokenNotFound,
        "organization" => ErrorCode::OrganizationNotFound,
        "group" => ErrorCode::GroupNotFound,
        _ => ErrorCode::NotFound,
    }
}

/// A text of an error as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}
