//! `GET /ready`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{database_answers, enabled_cameras};
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
/// envelope: it is for machines.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "system",
    params(Params),
    responses((status = 200, body = Readiness), (status = 503, description = "It can not: the reasons", body = Readiness))
)]
pub(crate) async fn ready(
    State(state): State<ApiState>,
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
        reasons.extend(missing.iter().take(MAX_NAMED).map(|key| format!("camera `{key}` is not connected")));
        if missing.len() > MAX_NAMED {
            reasons.push(format!("{} more cameras are not connected", missing.len() - MAX_NAMED));
        }
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: reasons.is_empty(), reasons }))
}
