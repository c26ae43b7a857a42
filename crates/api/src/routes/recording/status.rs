//! `GET /recording/status`.

use std::sync::Arc;

use axum::extract::State;
use nightjar_model::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{ApiResult, Success};
use crate::guard::Signed;
use crate::path;
use crate::query::{FromQuery, Query, QueryReader};
use crate::routes::cameras::{CameraStatus, RecordingState};
use crate::state::ApiState;

/// Of which camera.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `OneCamera` reads")]
struct Params {
    /// Only this camera: id or key.
    camera_id: Option<String>,
}

/// What was asked for.
pub(crate) struct OneCamera(Option<String>);

impl FromQuery for OneCamera {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self(reader.text("camera_id"))
    }
}

/// What the recorder is doing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordingStatus {
    /// Cameras in all.
    total: u64,
    /// Cameras that are recorded.
    recording: u64,
    /// Cameras that should be recorded, but are not.
    gap: u64,
    /// Cameras that should not be recorded.
    off: u64,
    /// Finished files that wait for their upload.
    uploads_pending: u64,
    /// Each camera, ordered by key.
    cameras: Vec<CameraStatus>,
}

/// Get the recording status
#[utoipa::path(get, path = "/recording/status", tag = "recording", params(Params), responses((status = 200, body = Success<RecordingStatus>), (status = 404, description = "One of the cameras is not there")))]
pub(crate) async fn recording_status(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(OneCamera(asked)): Query<OneCamera>,
) -> ApiResult<RecordingStatus> {
    let cameras = match asked {
        Some(asked) => vec![Arc::new(path::camera(&state, &caller, Permission::CameraRead, &asked).await?)],
        None => path::visible_cameras(&state, &caller).await?,
    };
    let cameras: Vec<CameraStatus> = cameras.iter().map(|camera| CameraStatus::new(camera, &state)).collect();
    let count = |wanted| cameras.iter().filter(|camera| camera.recording_state() == wanted).count() as u64;
    Ok(state.ok(RecordingStatus {
        total: cameras.len() as u64,
        recording: count(RecordingState::Recording),
        gap: count(RecordingState::Gap),
        off: count(RecordingState::Off),
        uploads_pending: state.status.storage().uploads_pending,
        cameras,
    }))
}
