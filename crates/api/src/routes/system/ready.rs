//! `GET /ready`.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::{database_answers, enabled_cameras};
use crate::guard::Signed;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// How long the database may take to answer before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(1);
/// Cameras that are named among the reasons.
const MAX_NAMED: usize = 10;

/// How much is asked.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Strictness` reads")]
struct Params {
    /// `cameras`: also that every enabled camera is connected.
    #[param(pattern = r"^cameras$")]
    strict: Option<String>,
}

/// What was asked for.
pub(crate) struct Strictness {
    cameras: bool,
}

impl FromQuery for Strictness {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self { cameras: reader.one_of("strict", &["cameras"]).is_some() }
    }
}

/// Whether the process can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    ready: bool,
    /// Why not; empty if it is.
    reasons: Vec<String>,
}

/// Get the readiness of the process
///
/// 200 when the database answers and the recorders run, else 503 with the reasons; without the
/// envelope: it is for machines. Cameras are named on the metrics port and to `metrics:read`; others
/// get their number.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "system",
    params(Params),
    responses((status = 200, body = Readiness), (status = 503, description = "It can not: the reasons", body = Readiness))
)]
pub(crate) async fn ready(
    State(state): State<ApiState>,
    caller: Option<Extension<Signed>>,
    Query(strict): Query<Strictness>,
) -> (StatusCode, Json<Readiness>) {
    let mut reasons = Vec::new();
    if !database_answers(&state, PATIENCE).await {
        reasons.push("the database does not answer".to_owned());
    }
    if !state.recorders_are_started() {
        reasons.push("the recorders are not started yet".to_owned());
    }
    if strict.cameras {
        let cameras = enabled_cameras(&state, PATIENCE).await.unwrap_or_default();
        let missing: Vec<_> =
            cameras.into_iter().filter(|(_, connected)| !connected).map(|(key, _)| key).collect();
        let named = if state.config.is_metrics_listener || caller.is_some() { MAX_NAMED } else { 0 };
        reasons.extend(missing.iter().take(named).map(|key| format!("camera `{key}` is not connected")));
        match missing.len().saturating_sub(named) {
            0 => {}
            1 => reasons.push("1 camera is not connected".to_owned()),
            others => reasons.push(format!("{others} cameras are not connected")),
        }
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: reasons.is_empty(), reasons }))
}
