//! `GET /auth/oidc/{provider}/callback`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use nightjar_access::oidc::{Answer, Finished, OidcError};
use nightjar_model::{Actor, OrgId, Secret};
use serde_json::json;

use super::{BROWSER, failed, see_other};
use crate::audit::Deed;
use crate::auth::keep_refresh;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::state::ApiState;
use crate::users::for_audit;

/// Finish signing in at an OpenID provider
///
/// The provider sends the browser here. Signs in with the refresh token as a cookie and goes on to the
/// page that was asked for; or to the sign-in page, with the reason in `error`.
#[utoipa::path(
    get,
    path = "/auth/oidc/{provider}/callback",
    tag = "auth",
    params(
        ("provider" = String, Path, description = "Name of the provider"),
        ("state" = Option<String>, Query, description = "Which sign-in it is, from `start`"),
        ("code" = Option<String>, Query, description = "What the provider gave the browser"),
        ("error" = Option<String>, Query, description = "Why it gave none"),
        ("error_description" = Option<String>, Query, description = "The same in a sentence"),
        ("iss" = Option<String>, Query, description = "Which provider it is; other parameters of the provider's are not looked at")
    ),
    security(()),
    responses((status = 303, description = "Signed in, or on to the sign-in page", headers(("Location" = String, description = "A path of ours"))))
)]
pub(crate) async fn back_from_provider(
    State(state): State<ApiState>,
    client: Client,
    UrlPath(provider): UrlPath<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let answer = read(query.as_deref().unwrap_or_default());
    let browser = BROWSER.read(&headers, &client);
    let now = state.clock.now();
    let finished = state.oidc.finish(&provider, &answer, browser.as_deref(), &client.for_access(), now).await;
    match finished {
        Ok(finished) => {
            note(&state, &provider, &finished, &client).await?;
            let mut response = see_other(&finished.return_to);
            keep_refresh(&mut response, &finished.sign_in, now, &client);
            Ok(response)
        }
        Err(error) => {
            note_refusal(&state, &provider, &error, &client).await?;
            failed(&provider, error)
        }
    }
}

/// Providers add parameters of their own, so what is unknown is no mistake here.
fn read(query: &str) -> Answer {
    let mut answer = Answer::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = Some(value.into_owned());
        match name.as_ref() {
            "state" => answer.state = value,
            "code" => answer.code = value.map(Secret::new),
            "error" => answer.error = value,
            "error_description" => answer.description = value,
            "iss" => answer.issuer = value,
            _ => {}
        }
    }
    answer
}

async fn note(
    state: &ApiState,
    provider: &str,
    finished: &Finished,
    client: &Client,
) -> Result<(), ApiError> {
    let (caller, user) = (finished.sign_in.caller(), &finished.sign_in.user);
    if finished.created {
        let mut details = for_audit(user);
        details["provider"] = provider.into();
        Deed::done("user.create").to("user", user.id).with(details).by(state, &caller, client).await?;
    }
    if let Some(before) = finished.previous_role {
        let role = json!({ "from": before.as_str(), "to": user.role.as_str() });
        let deed = Deed::done("user.update").with(json!({ "role": role, "provider": provider }));
        deed.to("user", user.id).by(state, &caller, client).await?;
    }
    let deed = Deed::done("auth.login").with(json!({ "provider": provider }));
    deed.to("session", finished.sign_in.session.id).by(state, &caller, client).await
}

/// Somebody whom the provider knows, and who may not come in.
async fn note_refusal(
    state: &ApiState,
    provider: &str,
    error: &OidcError,
    client: &Client,
) -> Result<(), ApiError> {
    let Some(who) = error.refused() else { return Ok(()) };
    let deed = Deed::refused("auth.login").with(json!({ "reason": error.code(), "provider": provider }));
    deed.write(state, OrgId::DEFAULT, Actor::Anonymous { tried: who.to_owned() }, client).await
}
