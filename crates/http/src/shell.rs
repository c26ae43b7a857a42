//! What is around every request: its id, its time limit, its failure in the envelope, one line
//! in the log, one count in the metrics. A panic in a handler ends that request and no more.

pub mod headers;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Version};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Json, Router, response::IntoResponse};
use futures::FutureExt;
use nightjar_cache::Permit;
use nightjar_model::{Caller, ErrorCode};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use uuid::Uuid;

use crate::audit::Deed;
use crate::body;
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::guard::{self, Admission, Refusal, Signed};
use crate::idempotency;
use crate::state::ApiState;

/// Answers smaller than this are not worth compressing.
const MIN_COMPRESSED: u64 = 1024;

/// Puts the shell around all routes.
pub fn wrap(router: Router<ApiState>, state: ApiState) -> Router {
    let compression = CompressionLayer::new().compress_when(SizeAbove::new(MIN_COMPRESSED).and(is_text));
    let router = router
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .layer(DefaultBodyLimit::max(state.config.max_body_bytes))
        .layer(compression);
    let router = match headers::cors(&state.config) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(middleware::from_fn_with_state(state.clone(), headers::protect)).with_state(state)
}

/// For paths that do not exist.
pub async fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is nothing at this path.")
}

/// For paths that do not take the method; the router adds `Allow`.
pub async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::new(ErrorCode::MethodNotAllowed, format!("This path does not take {method}."))
}

async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let uuid = Uuid::now_v7();
    let id = uuid.to_string();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let started = monotonic();

    let client = Client::of(request.extensions(), request.headers(), &state.config, uuid);
    let handled = AssertUnwindSafe(handle(&state, request, next, client, route.as_deref())).catch_unwind();
    let mut response = match tokio::time::timeout(state.config.timeout, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => ApiError::internal(format!("panic: {}", panic_text(&*panic))).into_response(),
        Err(_) => timed_out(state.config.timeout).into_response(),
    };
    let route = route.as_deref().unwrap_or("unmatched");
    if let Some(error) = failure_of(&mut response) {
        log_failure(&error, &id, &method, route);
        response = with_envelope(response, &error, &id, &state);
    } else {
        tracing::debug!(request_id = id, %method, route, status = response.status().as_u16(), "answered");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    count(&method, route, response.status(), monotonic().saturating_duration_since(started));
    response
}

/// Asks the guard, then the handler.
async fn handle(
    state: &ApiState,
    request: Request,
    next: Next,
    client: Client,
    route: Option<&str>,
) -> Response {
    let changes = !request.method().is_safe();
    let (caller, response) = match admitted(state, request, &client, route).await {
        Ok((request, Admission { caller, decision, place })) => {
            let mut response = if changes {
                changed(state, caller.clone(), route.map(str::to_owned), (request, next, place)).await
            } else {
                let response = next.run(request).await;
                drop(place);
                response
            };
            if let Some(decision) = &decision {
                guard::limits::tell(response.headers_mut(), decision);
            }
            (caller, response)
        }
        Err(Refusal { error, caller }) => (caller, error.into_response()),
    };
    if changes
        && is_refusal(&response)
        && let (Some(caller), Some(route)) = (&caller, route)
    {
        note_refusal(state, caller, &client, route).await;
    }
    response
}

/// The request as its handler gets it. What shall change something is there to its last byte before
/// anybody asks who it is from: rights that are taken away meanwhile are gone, and who sends half a body
/// and waits is not waited for.
async fn admitted(
    state: &ApiState,
    request: Request,
    client: &Client,
    route: Option<&str>,
) -> Result<(Request, Admission), Refusal> {
    let rule = guard::knock(state, request.method(), route, client).await?;
    let mut request = if request.method().is_safe() { request } else { whole(request).await? };
    let admission = guard::admit(state, rule, request.headers(), client).await?;
    request.extensions_mut().insert(client.clone());
    if let Some(caller) = &admission.caller {
        request.extensions_mut().insert(Signed(caller.clone()));
    }
    Ok((request, admission))
}

/// The request with all of its body.
async fn whole(request: Request) -> Result<Request, ApiError> {
    let (parts, body) = request.into_parts();
    let body = body::read(Request::from_parts(parts.clone(), body), &()).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// What was begun to be changed is finished, with its entry in the audit trail, even if the client
/// goes away: it can't know how far its request came.
async fn changed(
    state: &ApiState,
    caller: Option<Caller>,
    route: Option<String>,
    (request, next, place): (Request, Next, Option<Permit>),
) -> Response {
    let state = state.clone();
    let changes = state.changes.clone();
    let change = async move {
        let response = idempotency::run(&state, caller.as_ref(), route.as_deref(), request, next).await;
        drop(place);
        response
    };
    match changes.spawn(change).await {
        Ok(response) => response,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => ApiError::internal("a change was cancelled").into_response(),
        },
    }
}

/// Whether somebody may not do it. Who only has to type their password again may.
fn is_refusal(response: &Response) -> bool {
    let code = response.extensions().get::<ApiError>().map(ApiError::code);
    response.status() == StatusCode::FORBIDDEN && code != Some(ErrorCode::AuthFreshProofRequired)
}

/// Somebody tried to change what is not theirs.
async fn note_refusal(state: &ApiState, caller: &Caller, client: &Client, route: &str) {
    let deed = Deed::refused("request.refused").with(serde_json::json!({ "operation": route }));
    if let Err(error) = deed.by(state, caller, client).await {
        tracing::warn!(cause = error.log_cause(), "a refusal could not be written into the audit trail");
    }
}

/// The failure that a response carries; also those that the router or a layer made.
fn failure_of(response: &mut Response) -> Option<ApiError> {
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        return Some(error);
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            Some(ApiError::new(ErrorCode::MethodNotAllowed, "This path does not take this method."))
        }
        StatusCode::PAYLOAD_TOO_LARGE => Some(body::too_large()),
        _ => None,
    }
}

fn with_envelope(response: Response, error: &ApiError, id: &str, state: &ApiState) -> Response {
    let (old, _) = response.into_parts();
    let mut response = (error.status(), Json(error.envelope(id, state.now()))).into_response();
    let headers = response.headers_mut();
    // Say what the handler said, but for the body.
    for (name, value) in &old.headers {
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            headers.insert(name.clone(), value.clone());
        }
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(allow) = old.headers.get(ALLOW) {
        headers.insert(ALLOW, allow.clone());
    }
    if error.status() == StatusCode::UNAUTHORIZED {
        // RFC 9110 §11.6.1; browsers do not ask for a password because of `Bearer`.
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = error.retry_after_secs() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn log_failure(error: &ApiError, id: &str, method: &Method, route: &str) {
    let (code, cause) = (error.code().as_str(), error.log_cause().unwrap_or_default());
    let of_camera = matches!(error.code(), ErrorCode::CameraUnreachable | ErrorCode::CameraError);
    if of_camera {
        tracing::info!(request_id = id, %method, route, code, cause, "a camera could not be asked");
    } else if error.status().is_server_error() {
        tracing::error!(request_id = id, %method, route, code, cause, "a request failed");
    } else {
        tracing::debug!(request_id = id, %method, route, code, cause, "a request was refused");
    }
}

fn timed_out(limit: Duration) -> ApiError {
    let message = format!("The answer took longer than {} s. Try again, or ask for less.", limit.as_secs());
    ApiError::new(ErrorCode::RequestTimeout, message).retry_after(5)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

/// Routes are a fixed set, and so are the labels.
fn count(method: &Method, route: &str, status: StatusCode, took: Duration) {
    let method = match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE => {
            method.as_str()
        }
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    let (method, endpoint) = (method.to_owned(), route.to_owned());
    let labels = [("method", method.clone()), ("endpoint", endpoint.clone())];
    metrics::histogram!("reolink_api_request_duration_seconds", &labels).record(took.as_secs_f64());
    let status = status.as_str().to_owned();
    let labels = [("method", method), ("endpoint", endpoint), ("status", status)];
    metrics::counter!("reolink_api_requests_total", &labels).increment(1);
}

/// Media is compressed already; only text gains. A part of a file must stay that part.
fn is_text(status: StatusCode, _: Version, headers: &HeaderMap, _: &axum::http::Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let text = [
        "text/",
        "application/json",
        "application/manifest+json",
        "application/vnd.apple.mpegurl",
        "image/svg",
    ];
    status != StatusCode::PARTIAL_CONTENT && text.iter().any(|start| kind.starts_with(start))
}

/// Time for durations.
fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the edge measures how long an answer took")]
    Instant::now()
}

/// An answer without a body.
pub fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
