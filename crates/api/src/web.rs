//! The dashboard: the files of `web/dist`, embedded at build.
//!
//! Paths that are no file and have no extension are pages of the dashboard's own router, so they
//! get `index.html`. Under `/api` there is one page, `/api/docs`.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::media::set;
use crate::shell;
use crate::shell::headers::{inline_policy, page_policy};
use crate::state::ApiState;

/// Shown while there is no dashboard in the build.
const MISSING: &str = include_str!("../assets/missing.html");

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dashboard;

/// For every path that is no route.
pub(crate) async fn fallback(State(state): State<ApiState>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return shell::not_found().await.into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return shell::method_not_allowed(request.method().clone()).await.into_response();
    }
    let name = path.trim_start_matches('/');
    let page = name.is_empty() || name == "index.html";
    match Dashboard::get(name).filter(|_| !page) {
        Some(file) => serve(name, &file, &request, &state),
        None if !page && name.rsplit('/').next().is_some_and(|last| last.contains('.')) => {
            shell::not_found().await.into_response()
        }
        None => index(State(state), request).await,
    }
}

/// The document of all pages of the dashboard.
pub(crate) async fn index(State(state): State<ApiState>, request: Request) -> Response {
    match Dashboard::get("index.html") {
        Some(file) => serve("index.html", &file, &request, &state),
        None => html(MISSING),
    }
}

fn serve(name: &str, file: &EmbeddedFile, request: &Request, state: &ApiState) -> Response {
    let hash = file.metadata.sha256_hash();
    let etag = format!("\"{}\"", hash[..16].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(file.data.clone().into_owned()));
        set(&mut response, CONTENT_LENGTH, &file.data.len().to_string());
        set(&mut response, CONTENT_TYPE, content_type(name));
        response
    };
    set(&mut response, ETAG, &etag);
    // The bundler puts a hash into the names of what is in `assets/`.
    let caching =
        if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    set(&mut response, CACHE_CONTROL, caching);
    if name.ends_with(".html") {
        set(&mut response, CONTENT_SECURITY_POLICY, &page_policy(&state.config));
    }
    response
}

fn html(text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    set(&mut response, CONTENT_TYPE, content_type("index.html"));
    set(&mut response, CACHE_CONTROL, "no-cache");
    set(&mut response, CONTENT_SECURITY_POLICY, &inline_policy(text));
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}
