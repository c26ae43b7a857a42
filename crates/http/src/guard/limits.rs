//! How much one account, one token, one address may ask for.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use nightjar_access::{network_of, site_of};
use nightjar_cache::{Decision, Limit, Permit};
use nightjar_model::{Caller, ErrorCode, Via};

use super::client::Client;
use crate::error::ApiError;
use crate::state::ApiState;

/// So many times as much as one network may a site of IPv6 (/48) ask for: it has 65,536 networks.
const NETWORKS_OF_SITE: u32 = 10;

/// Counts a request of an address; of an IPv6 network and its site, where whoever has one address has them
/// all.
pub async fn by_address(state: &ApiState, client: &Client) -> Result<(), ApiError> {
    let Some(ip) = client.ip else { return Ok(()) };
    let limit = Limit::per_minute(state.config.ip_rate);
    let subject = format!("ip:{}", network_of(ip));
    let now = state.clock.now();
    allowed(&state.limiter.check(&subject, limit, now).await)?;
    if ip.to_canonical().is_ipv6() {
        let limit = Limit::per_minute(state.config.ip_rate.saturating_mul(NETWORKS_OF_SITE));
        let subject = format!("site:{}", site_of(ip));
        allowed(&state.limiter.check(&subject, limit, now).await)?;
    }
    Ok(())
}

/// Counts a request of an account or an API token; tells how much is left.
pub async fn by_caller(
    state: &ApiState,
    caller: &Caller,
    rate_limit: Option<u32>,
) -> Result<Decision, ApiError> {
    let (subject, limit) = match (caller.via, rate_limit) {
        (Via::Token(id), Some(hourly)) => (format!("token:{id}"), Limit::per_hour(hourly)),
        _ => (format!("user:{}", caller.user), Limit::per_minute(state.config.user_rate)),
    };
    let decision = state.limiter.check(&subject, limit, state.clock.now()).await;
    allowed(&decision)?;
    Ok(decision)
}

/// Takes one of the places for requests at the same time.
pub fn at_once(state: &ApiState, caller: &Caller) -> Result<Permit, ApiError> {
    let subject = match caller.via {
        Via::Session(_) => format!("user:{}", caller.user),
        Via::Token(id) => format!("token:{id}"),
    };
    let limit = state.config.concurrent;
    state.running.enter(&subject, limit).ok_or_else(|| {
        let message = "Too many of your requests are running at the same time. Wait for their answers.";
        ApiError::new(ErrorCode::ConcurrentLimitExceeded, message).detail("limit", limit).retry_after(1)
    })
}

/// Tells a client where it stands (draft-ietf-httpapi-ratelimit-headers, the form of three headers).
pub fn tell(headers: &mut HeaderMap, decision: &Decision) {
    let mut set = |name, value: u64| headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    set("ratelimit-limit", decision.limit.into());
    set("ratelimit-remaining", decision.remaining.into());
    set("ratelimit-reset", whole_seconds(decision.reset_after));
}

fn allowed(decision: &Decision) -> Result<(), ApiError> {
    if decision.allowed {
        return Ok(());
    }
    let wait = whole_seconds(decision.retry_after).max(1);
    let message = format!("Too many requests. Try again in {wait} s.");
    Err(ApiError::new(ErrorCode::RateLimitExceeded, message)
        .detail("limit", decision.limit)
        .retry_after(wait))
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}
