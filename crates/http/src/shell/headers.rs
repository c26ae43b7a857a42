//! What every answer tells browsers: what it is not, who may frame it, what it may load.

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_MATCH,
    IF_NONE_MATCH, RANGE, REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::guard::client::Client;
use crate::guard::rules::{Rule, rule};
use crate::state::{ApiConfig, ApiState};

/// For what is no document: nothing in it is ever run.
const NO_DOCUMENT: &str = "default-src 'none'; frame-ancestors 'none'";
/// A browser shows a video that is opened by its address in a document of its own making.
const MEDIA: &str = "frame-ancestors 'none'";
/// A year.
const ONLY_TLS: &str = "max-age=31536000";
/// Nothing of the machine is used.
const PERMISSIONS: &str =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=()";
/// How long a browser may remember what other origins may do.
const PREFLIGHT_AGE: std::time::Duration = std::time::Duration::from_secs(600);

/// Puts the headers on every answer; what a handler has set stays.
pub(super) async fn protect(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let secure = Client::is_secure(request.extensions(), request.headers(), &state.config);
    let is_api = request.uri().path().starts_with("/api/");
    let route = request.extensions().get::<MatchedPath>();
    let is_media = route.and_then(|route| rule(request.method(), route.as_str())) == Some(Rule::Media);
    let mut response = next.run(request).await;
    let mut set = |name: HeaderName, value: &'static str| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(X_FRAME_OPTIONS, "DENY");
    set(CONTENT_SECURITY_POLICY, if is_media { MEDIA } else { NO_DOCUMENT });
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    // Pages that may use the API may show its media; whatever else is ours is for our page.
    let shared = is_media && !state.config.cors_origins.is_empty();
    let resource = if shared { "cross-origin" } else { "same-origin" };
    set(HeaderName::from_static("cross-origin-resource-policy"), resource);
    if is_api {
        set(CACHE_CONTROL, "no-store");
    }
    if secure {
        set(STRICT_TRANSPORT_SECURITY, ONLY_TLS);
    }
    response
}

/// What pages of other origins may do; none if there are no such origins.
pub(super) fn cors(config: &ApiConfig) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> =
        config.cors_origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let named = HeaderName::from_static;
    let told =
        ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-request-id", "idempotency-replayed"];
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            RANGE,
            named("idempotency-key"),
        ])
        .expose_headers(
            told.into_iter().map(named).chain([ETAG, RETRY_AFTER, CONTENT_RANGE]).collect::<Vec<_>>(),
        )
        .max_age(PREFLIGHT_AGE);
    Some(layer)
}

/// The policy of the page: its own files, and media and playlists from where media is.
pub fn page_policy(config: &ApiConfig) -> String {
    let media = config.media_origin.as_ref().map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; manifest-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:{media}; connect-src 'self'{media}; worker-src 'self' blob:; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
}

/// The policy of a page that has script and style in itself: exactly these, by their digests.
pub fn inline_policy(html: &str) -> String {
    let digests = |start: &str, end: &str| {
        let blocks = html.split(start).skip(1).filter_map(|rest| rest.split(end).next());
        let digests = blocks.map(|text| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text))));
        digests.collect::<String>()
    };
    format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self'{}; connect-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'none'",
        digests("<script>", "</script>"),
        digests("<style>", "</style>")
    )
}
