//! `POST /recording/stop`.

use axum::extract::State;
use nightjar_model::Permission;

use super::{CameraBody, switch};
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path;
use crate::query::Query;
use crate::routes::cameras::CameraStatus;
use crate::state::ApiState;

/// Stop recording
///
/// The camera is not recorded from now on, whatever its mode says, until it is started. The file
/// being written is finished; the time is a gap with the cause `disabled`. Stopping a camera
/// that is not recorded changes nothing.
#[utoipa::path(
    post,
    path = "/recording/stop",
    tag = "recording",
    request_body = CameraBody,
    responses((status = 200, body = Success<CameraStatus>), (status = 404, description = "There is no such camera"))
)]
pub(crate) async fn stop_recording(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<CameraBody>,
) -> ApiResult<CameraStatus> {
    let camera = path::camera(&state, &caller, Permission::CameraWrite, &body.camera_id).await?;
    let (caller, camera) = (&caller, &camera);
    let switch = |work: Work| async move {
        work.note(caller, Deed::done("recording.stop").to("camera", camera.id));
        switch(work.catalog(), camera.clone(), false).await
    };
    let camera = state.audited(&client, switch).await?;
    Ok(state.ok(CameraStatus::new(&camera, &state)))
}
