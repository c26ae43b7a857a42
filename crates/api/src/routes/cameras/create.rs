//! `POST /cameras`.

use axum::extract::State;
use axum::response::Response;

use super::input::{CameraInput, check_group, for_audit};
use super::{Camera, taken};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::query::Query;
use crate::state::ApiState;
use crate::version::tagged;

/// Add a camera
///
/// It is connected to, and recorded if it should be, within a few seconds.
#[utoipa::path(
    post,
    path = "/cameras",
    tag = "cameras",
    request_body = CameraInput,
    responses((status = 201, body = Success<Camera>, headers(("ETag" = String, description = "Its version"))), (status = 409, description = "Key, address or serial number is that of another camera"))
)]
pub(crate) async fn create_camera(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<CameraInput>,
) -> Result<Response, ApiError> {
    let camera = body.camera(&state, &caller)?;
    check_group(&state, &caller, &camera).await?;
    let (caller, camera) = (&caller, &camera);
    let create = |work: Work| async move {
        work.catalog().create_camera_within(camera, &caller.groups).await.map_err(taken)?;
        work.note(caller, Deed::done("camera.create").to("camera", camera.id).with(for_audit(camera)));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, create).await?;
    Ok(tagged(state.created(Camera::new(camera, &state)), camera.version))
}
