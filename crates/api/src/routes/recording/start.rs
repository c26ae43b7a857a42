//! `POST /recording/start`.

use axum::extract::State;
use nightjar_model::{ErrorCode, Permission};

use super::{CameraBody, switch};
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path;
use crate::query::Query;
use crate::routes::cameras::CameraStatus;
use crate::state::ApiState;

/// Start recording
///
/// The camera is recorded from now on, whatever its mode says, until it is stopped. Answers at
/// once with the status as it is: recording begins within a second or two. Starting a camera
/// that is recorded changes nothing.
#[utoipa::path(
    post,
    path = "/recording/start",
    tag = "recording",
    request_body = CameraBody,
    responses((status = 200, body = Success<CameraStatus>), (status = 404, description = "There is no such camera"), (status = 409, description = "The camera is disabled"))
)]
pub(crate) async fn start_recording(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<CameraBody>,
) -> ApiResult<CameraStatus> {
    let camera = path::camera(&state, &caller, Permission::CameraWrite, &body.camera_id).await?;
    if !camera.enabled {
        return Err(ApiError::new(ErrorCode::Conflict, "The camera is disabled, so it can't be recorded."));
    }
    let (caller, camera) = (&caller, &camera);
    let switch = |work: Work| async move {
        work.note(caller, Deed::done("recording.start").to("camera", camera.id));
        switch(work.catalog(), camera.clone(), true).await
    };
    let camera = state.audited(&client, switch).await?;
    Ok(state.ok(CameraStatus::new(&camera, &state)))
}
