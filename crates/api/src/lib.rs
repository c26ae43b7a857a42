//! The HTTP API: routes, OpenAPI, limits, and the embedded page.
//!
//! Belongs here: turning requests into calls and answers into JSON; one operation a file. Does
//! not belong here: business rules (`playback`, `catalog`), and anything that acts on cameras:
//! the API writes desired state and reads status.

mod answer;
mod audit;
mod body;
mod enums;
mod error;
mod guard;
mod idempotency;
mod live;
mod openapi;
mod page;
mod path;
mod probe;
mod query;
mod routes;
mod shell;
mod state;
mod time;
mod version;
mod web;

use axum::Router;

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
pub fn metrics_router(state: ApiState) -> Router {
    let router =
        routes::root().fallback(shell::not_found).method_not_allowed_fallback(shell::method_not_allowed);
    shell::wrap(router, state)
}
