//! Who gets in: before a handler runs, the table of rules has been asked, and whoever must be known is.
//!
//! The guard proves identity and checks the permission that the operation needs. Whether the
//! caller may touch *this* object is asked where the object is loaded: see [`may`].

pub mod client;
pub mod limits;
pub mod rules;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use nightjar_access::{AuthFault, needs_session};
use nightjar_cache::{Decision, Permit};
use nightjar_model::{
    Caller, Denial, ErrorCode, GroupId, GroupScope, Object, Permission, WallTime, authorize,
};

use self::client::Client;
use self::rules::Rule;
use crate::error::ApiError;
use crate::state::ApiState;

/// Who a request is from: for handlers of operations that need to know.
#[derive(Debug, Clone)]
pub struct Signed(pub Caller);

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| {
            ApiError::internal("an operation that needs a caller has no rule that asks for one")
        })
    }
}

/// A request that may go on.
#[derive(Default)]
pub struct Admission {
    /// Who it is from; none where nobody needs to know.
    pub caller: Option<Caller>,
    /// How much the caller may still ask for.
    pub decision: Option<Decision>,
    /// Its place among the requests that run at the same time.
    pub place: Option<Permit>,
}

/// A request that may not.
pub struct Refusal {
    /// Why not.
    pub error: ApiError,
    /// Who it is from, where that is known.
    pub caller: Option<Caller>,
}

impl<E: Into<ApiError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self { error: error.into(), caller: None }
    }
}

/// The rule for an operation, if the address may ask at all. `route` is the template of the path; where
/// there is none, and for methods that it does not take, the router has the answer.
pub async fn knock(
    state: &ApiState,
    method: &Method,
    route: Option<&str>,
    client: &Client,
) -> Result<Option<Rule>, ApiError> {
    let Some(route) = route else { return Ok(None) };
    let Some(rule) = rules::rule(method, route) else {
        // Everything else is denied by default.
        let denied = || ApiError::internal(format!("no rule says who may {method} {route}"));
        return if rules::has_route(route) { Ok(None) } else { Err(denied()) };
    };
    if rule != Rule::Media {
        limits::by_address(state, client).await?;
    }
    Ok(Some(rule))
}

/// Lets a request in, or says why not.
pub async fn admit(
    state: &ApiState,
    rule: Option<Rule>,
    headers: &HeaderMap,
    client: &Client,
) -> Result<Admission, Refusal> {
    let rule = match rule {
        None | Some(Rule::Public | Rule::Media) => return Ok(Admission::default()),
        // The listener of metrics is for machines that the operator lets reach it.
        Some(Rule::Needs(Permission::MetricsRead) | Rule::More(_)) if state.config.is_metrics_listener => {
            return Ok(Admission::default());
        }
        Some(Rule::More(action)) => return Ok(perhaps_known(state, action, headers, client).await),
        Some(Rule::Socket(_)) if !headers.contains_key(AUTHORIZATION) => return Ok(Admission::default()),
        Some(rule) => rule,
    };
    let (caller, decision, place) = admit_token(state, bearer(headers)?, rule, client).await?;
    Ok(Admission { caller: Some(caller), decision: Some(decision), place: Some(place) })
}

/// Authenticates an access token or an API token, counts the request against the caller's limits and
/// checks what `rule` asks: the same for a token in a header and for one in the address of a
/// WebSocket.
pub async fn admit_token(
    state: &ApiState,
    token: &str,
    rule: Rule,
    client: &Client,
) -> Result<(Caller, Decision, Permit), Refusal> {
    let now = state.clock.now();
    let caller = state.access.authenticate(token, client.ip, now).await?;
    let hourly = state.access.hourly_limit(&caller, now).await?;
    let decision = limits::by_caller(state, &caller, hourly).await?;
    let place = limits::at_once(state, &caller)?;
    match check(state, rule, &caller, now).await {
        Ok(()) => Ok((caller, decision, place)),
        Err(error) => Err(Refusal { error, caller: Some(caller) }),
    }
}

/// Checks what a rule asks of a known caller. Freshness comes last: nobody types a password for what they
/// may not do anyway.
async fn check(state: &ApiState, rule: Rule, caller: &Caller, now: WallTime) -> Result<(), ApiError> {
    if rule.wants_person() {
        needs_session(caller)?;
    }
    if let Some(action) = rule.permission() {
        may_here(caller, action)?;
    }
    if rule.wants_proof() && !state.access.is_freshly_proven(caller, now).await? {
        let message = "This takes a fresh proof that it is you: send your password or a code of your second \
                       factor to /auth/proof, and repeat the request.";
        return Err(ApiError::new(ErrorCode::AuthFreshProofRequired, message));
    }
    Ok(())
}

/// Lets a request in that anybody may send; it has a caller if that one proves to have the permission.
async fn perhaps_known(
    state: &ApiState,
    action: Permission,
    headers: &HeaderMap,
    client: &Client,
) -> Admission {
    let Ok(token) = bearer(headers) else { return Admission::default() };
    let caller = state.access.authenticate(token, client.ip, state.clock.now()).await;
    let caller = caller.ok().filter(|caller| may_here(caller, action).is_ok());
    Admission { caller, ..Admission::default() }
}

/// Whether `caller` may do `action` to a camera of its organization, or what belongs to one. What is
/// out of reach is `hidden`: as if it were not there.
pub fn may(
    caller: &Caller,
    action: Permission,
    camera_group: Option<GroupId>,
    hidden: impl FnOnce() -> ApiError,
) -> Result<(), ApiError> {
    let object = Object::Camera { org: caller.org, group: camera_group };
    authorize(caller, action, &object).map_err(|denial| denied(denial, hidden))
}

/// Whether `caller` may do `action` to something of its organization as a whole.
pub fn may_here(caller: &Caller, action: Permission) -> Result<(), ApiError> {
    if action == Permission::MetricsRead && caller.groups != GroupScope::All {
        // They name all cameras.
        return Err(missing(action));
    }
    authorize(caller, action, &Object::Organization(caller.org)).map_err(|denial| denied(denial, not_here))
}

fn denied(denial: Denial, hidden: impl FnOnce() -> ApiError) -> ApiError {
    match denial {
        Denial::Hidden => hidden(),
        Denial::Missing(permission) => missing(permission),
    }
}

/// A permission is missing.
pub fn missing(permission: Permission) -> ApiError {
    let message = format!("This needs the permission `{permission}`, which you do not have.");
    ApiError::new(ErrorCode::AuthInsufficientPermissions, message).detail("permission", permission.as_str())
}

fn not_here() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is nothing at this path.")
}

/// The token of `Authorization: Bearer …` (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(match headers.contains_key(AUTHORIZATION) {
            true => AuthFault::Invalid.into(),
            false => AuthFault::Missing.into(),
        });
    };
    let text = value.to_str().map_err(|_| AuthFault::Invalid)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(token.trim())
        }
        _ => Err(AuthFault::Invalid.into()),
    }
}
