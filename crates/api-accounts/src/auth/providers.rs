//! `GET /auth/providers`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{ApiResult, Success};
use crate::query::Query;
use crate::state::ApiState;

/// What one can sign in with, besides a password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInProviders {
    items: Vec<SignInProvider>,
}

/// An OpenID provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInProvider {
    /// For `/auth/oidc/{provider}/start`.
    #[schema(example = "google")]
    name: String,
    /// What people know it as.
    #[schema(example = "Google")]
    label: String,
}

/// List the OpenID providers to sign in with
#[utoipa::path(get, path = "/auth/providers", tag = "auth", security(()), responses((status = 200, body = Success<SignInProviders>)))]
pub(crate) async fn list_providers(
    State(state): State<ApiState>,
    Query(()): Query<()>,
) -> ApiResult<SignInProviders> {
    let item = |provider: &nightjar_access::oidc::OidcProvider| SignInProvider {
        name: provider.name.clone(),
        label: provider.label.clone(),
    };
    Ok(state.ok(SignInProviders { items: state.oidc.providers().map(item).collect() }))
}
