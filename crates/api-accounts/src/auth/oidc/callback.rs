//! `GET /auth/oidc/{provider}/callback`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use nightjar_access::oidc::{Answer, Finished, OidcError};
use nightjar_model::{Actor, OrgId, Secret};
use serde_json::json;

use super::{BROWSER, failed, see_other};
use crate::audit::{Deed, Work};
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
    let proven = match state.oidc.prove(&provider, &answer, browser.as_deref(), now).await {
        Ok(proven) => proven,
        Err(error) => return failed(&provider, error),
    };
    let (proven, provider, client) = (&proven, &provider, &client);
    let enter = |work: Work| async move {
        match work.access.sign_in_proven(proven, &client.for_access(), now).await {
            Ok(finished) => {
                note(&work, provider, &finished);
                Ok(Ok(finished))
            }
            // Nobody comes in, but what is written stays: the sign-ins of somebody who has no role any
            // more have ended.
            Err(error) if error.refused().is_some() => {
                note_refusal(&work, provider, &error);
                Ok(Err(error))
            }
            Err(error) => Err(error),
        }
    };
    match state.audited(client, enter).await {
        Ok(Ok(finished)) => {
            let mut response = see_other(&proven.return_to);
            keep_refresh(&mut response, &finished.sign_in, now, client);
            Ok(response)
        }
        Ok(Err(error)) | Err(error) => failed(provider, error),
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

fn note(work: &Work, provider: &str, finished: &Finished) {
    let (caller, user) = (finished.sign_in.caller(), &finished.sign_in.user);
    if finished.created {
        let mut details = for_audit(user);
        details["provider"] = provider.into();
        work.note(&caller, Deed::done("user.create").to("user", user.id).with(details));
    }
    if let Some(before) = finished.previous_role {
        let role = json!({ "from": before.as_str(), "to": user.role.as_str() });
        let deed = Deed::done("user.update").with(json!({ "role": role, "provider": provider }));
        work.note(&caller, deed.to("user", user.id));
    }
    let deed = Deed::done("auth.login").with(json!({ "provider": provider }));
    work.note(&caller, deed.to("session", finished.sign_in.session.id));
}

/// Somebody whom the provider knows, and who may not come in.
fn note_refusal(work: &Work, provider: &str, error: &OidcError) {
    let tried = error.refused().unwrap_or_default().to_owned();
    let deed = Deed::refused("auth.login").with(json!({ "reason": error.code(), "provider": provider }));
    work.note_by(OrgId::DEFAULT, Actor::Anonymous { tried }, deed);
}
