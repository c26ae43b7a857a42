//! `GET /auth/oidc/{provider}/start`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use nightjar_access::oidc::Errand;
use nightjar_model::ErrorCode;

use super::return_to::own_path;
use super::{BROWSER, failed, see_other};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// How somebody signs in.
pub(crate) struct StartQuery {
    return_to: String,
    proof: bool,
}

impl FromQuery for StartQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let return_to = reader.parsed("return_to", ErrorCode::ValidationFailed, own_path);
        let proof = reader.value::<bool>("proof").unwrap_or(false);
        Self { return_to: return_to.unwrap_or_else(|| "/".to_owned()), proof }
    }
}

/// Begin to sign in at an OpenID provider
///
/// To be opened by a browser: sends it to the provider. It comes back to `callback`, with a cookie by
/// which it is known, within ten minutes. If the provider can't be reached, the browser is sent to the
/// sign-in page with the reason in `error`.
#[utoipa::path(
    get,
    path = "/auth/oidc/{provider}/start",
    tag = "auth",
    params(
        ("provider" = String, Path, description = "Name of the provider, as /auth/providers lists it"),
        ("return_to" = Option<String>, Query, description = "Path of the page to be shown afterwards; `/` without it", max_length = 2000, pattern = "^/"),
        ("proof" = Option<bool>, Query, description = "Whether the provider has to ask for the password again, for a fresh proof that it is you")
    ),
    security(()),
    responses((status = 303, description = "On to the provider", headers(("Location" = String, description = "Its sign-in page"))))
)]
pub(crate) async fn start_at_provider(
    State(state): State<ApiState>,
    client: Client,
    UrlPath(provider): UrlPath<String>,
    headers: HeaderMap,
    Query(query): Query<StartQuery>,
) -> Result<Response, ApiError> {
    let browser = BROWSER.read(&headers, &client);
    let now = state.clock.now();
    let errand = Errand { return_to: &query.return_to, proof: query.proof };
    match state.oidc.start(&provider, errand, browser.as_deref(), now).await {
        Ok(started) => {
            let mut response = see_other(started.address.as_str());
            let age = i64::try_from(started.lifetime.as_secs()).unwrap_or(i64::MAX);
            BROWSER.set(&mut response, started.browser.expose(), age, &client);
            Ok(response)
        }
        Err(error) => failed(&provider, error),
    }
}
