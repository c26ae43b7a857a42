//! The HTTP API: operations, OpenAPI, and the embedded page.
//!
//! Belongs here: turning requests into calls and answers into JSON; one operation a file. Does
//! not belong here: what all operations share (`http`), business rules (`playback`, `catalog`), and
//! anything that acts on cameras: the API writes desired state and reads status.

mod openapi;
mod routes;
mod web;

use axum::Router;

// What operations are made of, by the names that they use.
use nightjar_http::{
    answer, audit, body, camera_cache, enums, error, failures, guard, idempotency, live, media, page, path,
    probe, query, redact, shell, state, time, version, words,
};

pub use camera_cache::CameraCache;
pub use live::Live;
pub use openapi::document as openapi_document;
pub use probe::{ProbeAudio, ProbeFault, ProbeReason, ProbeReport, Prober};
pub use state::{ApiConfig, ApiState, Clock};

/// Everything that is served on `listen`: API, media, health, metrics, documents and the page.
pub fn router(state: ApiState) -> Router {
    let router = routes::api().split_for_parts().0.merge(routes::root()).merge(openapi::routes());
    let router = router.fallback(web::fallback).method_not_allowed_fallback(shell::method_not_allowed);
    shell::wrap(router, state)
}

/// What is served on the metrics port: `/metrics`, `/health` and `/ready`.
pub fn metrics_router(mut state: ApiState) -> Router {
    state.config.is_metrics_listener = true;
    let router =
        routes::root().fallback(shell::not_found).method_not_allowed_fallback(shell::method_not_allowed);
    shell::wrap(router, state)
}
