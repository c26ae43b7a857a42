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

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use nightjar_access::SignIn as Granted;
use nightjar_model::{Caller, GroupId, GroupScope, Secret, User, Via, WallTime};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::Answer;
use crate::cookie::Cookie;
use crate::enums::Role;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::media::set;
use crate::state::ApiState;
use crate::time::Timestamp;

/// A browser's refresh token.
const REFRESH: Cookie = Cookie { name: "nightjar_refresh", path: "/api/v1/auth", same_site: "Strict" };

/// Accounts that a browser has signed in with before.
const DEVICE: Cookie = Cookie { name: "nightjar_device", path: "/api/v1/auth", same_site: "Strict" };
/// Seconds for which it is kept: browsers keep none for longer.
const DEVICE_AGE: i64 = 400 * 24 * 60 * 60;

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

/// Lets the browser be known again when it signs in with this name.
fn remember_device(
    state: &ApiState,
    response: &mut Response,
    (before, username): (Option<&Secret>, &str),
    client: &Client,
) -> Result<(), ApiError> {
    if let Some(marks) = state.access.mark_device(before, username, state.clock.now())? {
        DEVICE.set(response, marks.expose(), DEVICE_AGE, client);
    }
    Ok(())
}

/// Gives the browser the refresh token of a sign-in as a cookie.
fn keep_refresh(response: &mut Response, granted: &Granted, now: WallTime, client: &Client) {
    let age = granted.session.expires_at.micros_since(now) / 1_000_000;
    REFRESH.set(response, granted.refresh.expose(), age, client);
}
