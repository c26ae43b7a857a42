//! `POST /auth/refresh`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use nightjar_access::{AccessError, AuthFault};
use nightjar_model::{Actor, EventType, NewEvent, Secret, Session, Severity};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{REFRESH, SignIn, granted};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;

/// What lets a sign-in go on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// The refresh token; without it, that of the cookie.
    #[schema(value_type = Option<String>)]
    refresh_token: Option<Secret>,
}

/// Get the next access token
///
/// A refresh token works once and is replaced by the one in the answer. Using an old one again ends
/// the sign-in, because then two have it. If the answer got lost, the same token can be sent again, three
/// times at most, within a minute of its first use: the one of the lost answer is void then, and ends the
/// sign-in if it is used.
#[utoipa::path(
    post,
    path = "/auth/refresh",
    tag = "auth",
    request_body = RefreshBody,
    security(()),
    responses((status = 200, body = Success<SignIn>), (status = 401, description = "The sign-in has ended, or there is no refresh token"), (status = 403, description = "The account may not sign in any more"))
)]
pub(crate) async fn refresh(
    State(state): State<ApiState>,
    client: Client,
    headers: HeaderMap,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<RefreshBody>,
) -> Result<Response, ApiError> {
    let by_cookie = body.refresh_token.is_none();
    let Some(token) = body.refresh_token.or_else(|| REFRESH.read(&headers, &client).map(Secret::new)) else {
        return Err(AuthFault::Missing.into());
    };
    let now = state.clock.now();
    let (token, client) = (&token, &client);
    let refresh = |work: Work| async move {
        match work.access.refresh(token, &client.for_access(), now).await {
            // What ended the sign-in stays written. Only that is noted: showing an old token again and again
            // would fill the trail.
            Err(AccessError::RefreshReused(session)) => {
                if session.ended.is_some_and(|(at, _)| at == now) {
                    note_reuse(&work, &session).await?;
                }
                Ok(Err(AccessError::RefreshReused(session)))
            }
            Err(AccessError::Refresh) => Ok(Err(AccessError::Refresh)),
            outcome => outcome.map(Ok),
        }
    };
    let refreshed = state.audited(client, refresh).await?;
    if let Err(AccessError::RefreshReused(session)) = &refreshed
        && session.ended.is_some_and(|(at, _)| at == now)
    {
        tell_reuse(&state, session, client).await?;
    }
    match refreshed {
        Ok(signed_in) => granted(&state, signed_in, by_cookie, StatusCode::OK, client).await,
        Err(error @ (AccessError::Refresh | AccessError::RefreshReused(_))) if by_cookie => {
            let mut response = ApiError::from(error).into_response();
            REFRESH.clear(&mut response, client);
            Ok(response)
        }
        Err(error) => Err(error.into()),
    }
}

/// Two have the token: that ends the sign-in, and is written down with it.
async fn note_reuse(work: &Work, session: &Session) -> Result<(), AccessError> {
    let user = work.catalog().user_by_id(session.user_id).await?;
    let tried = user.map(|user| user.username).unwrap_or_default();
    let details = json!({ "session": session.id.to_string(), "reason": "the refresh token was used twice" });
    let deed = Deed::refused("auth.refresh").to("user", session.user_id).with(details);
    work.note_by(session.org_id, Actor::Anonymous { tried }, deed);
    Ok(())
}

/// Two have the token: somebody must hear of it.
async fn tell_reuse(state: &ApiState, session: &Session, client: &Client) -> Result<(), ApiError> {
    let user = state.catalog.user_by_id(session.user_id).await?;
    let username = user.map(|user| user.username).unwrap_or_default();
    let kind = EventType::REFRESH_TOKEN_REUSED;
    let event = NewEvent::new(session.org_id, kind, Severity::Warning, state.clock.now());
    let event = event.with("details", "a sign-in was ended because its refresh token was used twice");
    let event = event.with("username", username.as_str());
    // What finds no room is counted.
    state.events.publish(match client.ip {
        Some(ip) => event.with("ip", ip.to_string()),
        None => event,
    });
    Ok(())
}
