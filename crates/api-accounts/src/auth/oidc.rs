//! Signing in at OpenID providers: two stops of the browser here, with the provider in between.
//!
//! Both are visited by the browser itself, so what goes wrong on the way is told by the sign-in page,
//! which gets a code for it; only a provider that is not there is a failure in the envelope.

pub(crate) mod callback;
mod return_to;
pub(crate) mod start;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::response::{IntoResponse, Response};
use nightjar_access::oidc::OidcError;
use nightjar_model::ErrorCode;

use crate::cookie::Cookie;
use crate::error::{ApiError, chain};
use crate::media::set;

/// By which the browser is known that has begun a sign-in. `Lax`, because it comes back from another site.
const BROWSER: Cookie = Cookie { name: "nightjar_oidc", path: "/api/v1/auth/oidc", same_site: "Lax" };
/// The page that says what went wrong.
const SIGN_IN_PAGE: &str = "/login";

/// Sends the browser on, with a `GET`.
fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    set(&mut response, LOCATION, location);
    set(&mut response, CACHE_CONTROL, "no-store");
    response
}

/// Tells a person on the sign-in page, and the log, why it came to nothing.
fn failed(provider: &str, error: OidcError) -> Result<Response, ApiError> {
    let code = error.code();
    let cause = chain(&error);
    match error {
        OidcError::UnknownProvider => {
            let message = "There is no such provider to sign in with.";
            return Err(ApiError::new(ErrorCode::NotFound, message));
        }
        OidcError::Expired | OidcError::Denied(_) | OidcError::NotProven => {
            tracing::debug!(provider, cause, "a sign-in at a provider was not finished");
        }
        OidcError::Refused { .. } => tracing::info!(provider, cause, "a sign-in at a provider was refused"),
        OidcError::Unreachable { .. } | OidcError::Answer { .. } | OidcError::Token(_) => {
            tracing::warn!(provider, cause, "a provider's answer let nobody sign in");
        }
        OidcError::Access(_) => tracing::error!(provider, cause, "a sign-in at a provider failed"),
    }
    Ok(see_other(&format!("{SIGN_IN_PAGE}?error={code}")))
}
