//! Signing in and out, and one's own account.

pub(super) mod login;
pub(super) mod logout;
pub(super) mod me;
pub(super) mod oidc;
pub(super) mod password;
pub(super) mod proof;
pub(super) mod providers;
pub(super) mod refresh;
pub(super) mod sessions;
pub(super) mod totp;

use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use nightjar_access::SignIn as Granted;
use nightjar_model::{Caller, GroupId, GroupScope, User, Via, WallTime};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::Answer;
use crate::enums::Role;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::set;
use crate::state::ApiState;
use crate::time::Timestamp;

/// The cookie of a browser's refresh token.
const COOKIE: &str = "nightjar_refresh";
/// The only paths that get to see it.
const COOKIE_PATH: &str = "/api/v1/auth";

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignIn {
    /// Access token, for `Authorization: Bearer`.
    token: String,
    /// When it ends; get another one with the refresh token before that.
    expires_at: Timestamp,
    /// Works once, at `/auth/refresh`. Null if it was asked for as a cookie.
    refresh_token: Option<String>,
    user: Me,
}

/// One's own account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    id: Uuid,
    #[schema(example = "ada")]
    username: String,
    display_name: String,
    email: Option<String>,
    role: Role,
    /// What may be done, as `camera:read`: of an API token, what that one may do.
    permissions: Vec<String>,
    /// The camera groups it is limited to; null: all cameras.
    groups: Option<Vec<Uuid>>,
    organization: OrganizationName,
    /// Whether signing in takes a second factor.
    totp: bool,
    /// Whether it has a password: one that came from a provider has none.
    has_password: bool,
    /// The sign-in; null for an API token.
    session_id: Option<Uuid>,
}

/// An organization, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationName {
    id: Uuid,
    name: String,
}

impl Me {
    pub(crate) async fn load(state: &ApiState, user: &User, caller: &Caller) -> Result<Self, ApiError> {
        let organization = state.catalog.organization(user.org_id).await?;
        Ok(Self {
            id: user.id.0,
            username: user.username.clone(),
            display_name: user.display_name.clone(),
            email: user.email.clone(),
            role: user.role.into(),
            permissions: caller.permissions.iter().map(|permission| permission.to_string()).collect(),
            groups: group_ids(&caller.groups),
            organization: OrganizationName {
                id: user.org_id.0,
                name: organization.map(|organization| organization.name).unwrap_or_default(),
            },
            totp: user.totp,
            has_password: user.has_password,
            session_id: match caller.via {
                Via::Session(id) => Some(id.0),
                Via::Token(_) => None,
            },
        })
    }
}

/// A scope as the API shows it.
pub(crate) fn group_ids(scope: &GroupScope) -> Option<Vec<Uuid>> {
    match scope {
        GroupScope::All => None,
        GroupScope::Only(groups) => Some(groups.iter().map(|group| group.0).collect()),
    }
}

/// A scope as clients write it: the groups, or null for all cameras.
pub(crate) fn scope(groups: Option<Vec<Uuid>>) -> GroupScope {
    groups.map_or(GroupScope::All, |groups| GroupScope::only(groups.into_iter().map(GroupId)))
}

/// Answers with a sign-in; its refresh token as a cookie if that was asked for.
pub(crate) async fn granted(
    state: &ApiState,
    granted: Granted,
    cookie: bool,
    status: StatusCode,
    client: &Client,
) -> Result<Response, ApiError> {
    let caller = granted.caller();
    let body = SignIn {
        token: granted.access.expose().to_owned(),
        expires_at: Timestamp(granted.expires_at),
        refresh_token: (!cookie).then(|| granted.refresh.expose().to_owned()),
        user: Me::load(state, &granted.user, &caller).await?,
    };
    let answer = match status {
        StatusCode::CREATED => Answer::created(body, state.now()),
        _ => Answer::ok(body, state.now()),
    };
    let mut response = answer.into_response();
    set(&mut response, CACHE_CONTROL, "no-store");
    if cookie {
        keep_refresh(&mut response, &granted, state.clock.now(), client);
    }
    Ok(response)
}

/// Gives the browser the refresh token of a sign-in as a cookie.
fn keep_refresh(response: &mut Response, granted: &Granted, now: WallTime, client: &Client) {
    let age = granted.session.expires_at.micros_since(now) / 1_000_000;
    set_cookie(response, granted.refresh.expose(), age, client);
}

/// Takes the cookie back.
fn clear_cookie(response: &mut Response, client: &Client) {
    set_cookie(response, "", 0, client);
}

fn set_cookie(response: &mut Response, value: &str, max_age: i64, client: &Client) {
    let secure = if client.secure { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={value}; Path={COOKIE_PATH}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// The refresh token in a request's cookies.
fn cookie(headers: &HeaderMap) -> Option<String> {
    cookie_named(headers, COOKIE)
}

/// What a request's cookies have under this name.
fn cookie_named(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(axum::http::header::COOKIE).iter();
    let pairs = cookies.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let found = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == wanted);
    found.map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
}
