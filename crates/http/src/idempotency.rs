//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that makes something,
//! sent again because its answer was lost, gets that answer instead of a second something.
//!
//! A key is one caller's, of one operation. First it is claimed, which only one of several
//! requests at the same time can do; then the handler runs; then the answer is kept in the cache.
//! Failures are not kept: what failed may be tried again. An answer with a secret in it is not
//! kept either, only that it was given and for which object. With a shared cache that is away,
//! each node remembers claims for itself and nobody remembers answers.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use nightjar_cache::{Key, keys};
use nightjar_model::{Caller, ErrorCode, Via};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::state::ApiState;

/// The header that names a request.
pub const HEADER: &str = "Idempotency-Key";
/// On an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a key.
const MAX_KEY: usize = 255;
/// How long a claim holds if whoever made it dies.
const CLAIM_TTL: Duration = Duration::from_secs(120);
/// Bytes of an answer that is kept; those of operations that make one thing are far smaller.
const MAX_ANSWER: usize = 256 * 1024;

/// The operations that take keys: those that make something. The path within the answer leads to
/// the object's id, where the answer holds a secret.
const OPERATIONS: &[(&str, Option<&str>)] = &[
    ("/api/v1/cameras", None),
    ("/api/v1/camera-groups", None),
    ("/api/v1/users", None),
    ("/api/v1/organizations", None),
    ("/api/v1/tokens", Some("/data/token/id")),
];

/// Whether the operation takes keys.
pub fn takes_key(method: &Method, route: &str) -> bool {
    *method == Method::POST && OPERATIONS.iter().any(|(known, _)| *known == route)
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of the request that it answered.
    digest: String,
    answer: Answered,
}

#[derive(Serialize, Deserialize)]
enum Answered {
    Whole {
        status: u16,
        etag: Option<String>,
        body: String,
    },
    /// It held a secret; this is the object's id.
    Secret {
        id: Value,
    },
}

/// One request with a key.
struct Attempt {
    digest: String,
    kept: Key,
    claim: Key,
    secret: Option<&'static str>,
}

/// Runs the handler, unless the request is one that was answered before.
pub async fn run(
    state: &ApiState,
    caller: Option<&Caller>,
    route: Option<&str>,
    request: Request,
    next: Next,
) -> Response {
    let (Some(caller), Some(route)) = (caller, route) else { return next.run(request).await };
    if !takes_key(request.method(), route) || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    once(state, caller, route, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn once(
    state: &ApiState,
    caller: &Caller,
    route: &str,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, state.config.max_body_bytes).await.map_err(|_| crate::body::too_large())?;
    let query = parts.uri.query().unwrap_or_default();
    let attempt = Attempt::new(caller, route, &key, query, &body);
    if let Some(answer) = attempt.answered(state).await {
        return answer;
    }
    if !state.cache.add_once(&attempt.claim, CLAIM_TTL).await {
        // Whoever had the claim may have finished between the two questions.
        return attempt.answered(state).await.unwrap_or_else(|| Err(under_way()));
    }
    if let Some(answer) = attempt.answered(state).await {
        state.cache.remove(&attempt.claim).await;
        return answer;
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let response = attempt.keep(state, response).await;
    state.cache.remove(&attempt.claim).await;
    response
}

impl Attempt {
    fn new(caller: &Caller, route: &str, key: &str, query: &str, body: &[u8]) -> Self {
        let whose = match caller.via {
            Via::Session(_) => format!("user-{}", caller.user),
            Via::Token(id) => format!("token-{id}"),
        };
        let mut digest = Sha256::new();
        digest.update((query.len() as u64).to_be_bytes());
        digest.update(query);
        digest.update(body);
        let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            digest,
            kept: Key::new("idempotency", &[&whose, route, key]),
            claim: keys::once("idempotency", &format!("{whose} {route} {key}")),
            secret: OPERATIONS.iter().find(|(known, _)| *known == route).and_then(|(_, secret)| *secret),
        }
    }

    /// The answer that was given before.
    async fn answered(&self, state: &ApiState) -> Option<Result<Response, ApiError>> {
        let kept: Kept = state.cache.get_json(&self.kept).await?;
        if kept.digest != self.digest {
            let message =
                "This Idempotency-Key was used for another request. Give each request a key of its own.";
            return Some(Err(ApiError::new(ErrorCode::IdempotencyKeyReused, message)));
        }
        Some(match kept.answer {
            Answered::Whole { status, etag, body } => Ok(replay(status, etag.as_deref(), body)),
            Answered::Secret { id } => {
                let message = "This was done already, and its secret is shown only once. If the answer was lost, \
                     delete the object and make another one with a new Idempotency-Key.";
                Err(ApiError::new(ErrorCode::Conflict, message).detail("id", id))
            }
        })
    }

    /// Keeps the answer of a success.
    async fn keep(&self, state: &ApiState, response: Response) -> Result<Response, ApiError> {
        if !response.status().is_success() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MAX_ANSWER).await;
        let body =
            body.map_err(|error| ApiError::internal(format!("an answer that can't be kept: {error}")))?;
        let answer = match self.secret {
            None => Answered::Whole {
                status: parts.status.as_u16(),
                etag: parts.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned),
                body: String::from_utf8_lossy(&body).into_owned(),
            },
            Some(path) => {
                let value: Value = serde_json::from_slice(&body).unwrap_or_default();
                Answered::Secret { id: value.pointer(path).cloned().unwrap_or_default() }
            }
        };
        let kept = Kept { digest: self.digest.clone(), answer };
        state.cache.set_json(&self.kept, &kept, keys::IDEMPOTENCY_TTL).await;
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

fn replay(status: u16, etag: Option<&str>, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (REPLAYED, HeaderValue::from_static("true")),
    ];
    let mut response = (status, headers, body).into_response();
    if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn under_way() -> ApiError {
    let message =
        "A request with this Idempotency-Key is under way. Try again in a moment, to get its answer.";
    ApiError::new(ErrorCode::Conflict, message).retry_after(1)
}

pub(crate) fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    let mut values = headers.get_all(HEADER).iter();
    let key = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_key = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_key && values.next().is_none() {
        return Ok(key.to_owned());
    }
    let reason = "must be one text of 1 to 255 visible ASCII characters, as a UUID";
    Err(ApiError::field(ErrorCode::ValidationFailed, HEADER, reason))
}
