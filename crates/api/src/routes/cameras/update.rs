//! `PUT /cameras/{id}`, `PATCH /cameras/{id}`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::{Caller, Camera as DomainCamera, Permission};
use serde_json::Value;

use super::input::{CameraInput, as_input, check_group, for_audit};
use super::{Camera, taken};
use crate::answer::Success;
use crate::audit::{Deed, Work};
use crate::body::{JsonBody, from_value, merge};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::guard::{self, Signed};
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;
use crate::version::{IfMatch, IfMatchParam, tagged};

/// Replace a camera
///
/// What is left out gets its default, but for user name and password, which stay. Recording goes on
/// while names and the like change; a changed address is connected to at once.
#[utoipa::path(
    put,
    path = "/cameras/{id}",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera"), IfMatchParam),
    request_body = CameraInput,
    responses((status = 200, body = Success<Camera>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn replace_camera(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    IfMatch(expected): IfMatch,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<CameraInput>,
) -> Result<Response, ApiError> {
    let camera = path::camera(&state, &caller, Permission::CameraWrite, &id).await?;
    let wanted = body.change(&state, &camera)?;
    write(&state, (&caller, &client), &camera, &wanted, expected).await
}

/// Change a camera
///
/// Merges the body into the camera (RFC 7396): what is left out stays, null means the default. How long
/// footage is kept says who may delete it (`recording:delete`), and a password has to be entered again
/// when an address leads to another device.
#[utoipa::path(
    patch,
    path = "/cameras/{id}",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera"), IfMatchParam),
    request_body(content = ref("#/components/schemas/CameraChange"), description = "Any of the fields", content_type = "application/json"),
    responses((status = 200, body = Success<Camera>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn change_camera(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    IfMatch(expected): IfMatch,
    Query(()): Query<()>,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiError> {
    let camera = path::camera(&state, &caller, Permission::CameraWrite, &id).await?;
    let input: CameraInput = from_value(merge(as_input(&camera), patch))?;
    let wanted = input.change(&state, &camera)?;
    // What was merged into is what was read: nobody else may have changed it meanwhile.
    write(&state, (&caller, &client), &camera, &wanted, expected.or(Some(camera.version))).await
}

async fn write(
    state: &ApiState,
    (caller, client): (&Caller, &Client),
    camera: &DomainCamera,
    wanted: &DomainCamera,
    expected: Option<i64>,
) -> Result<Response, ApiError> {
    if wanted.group_id != camera.group_id {
        check_group(state, caller, wanted).await?;
    }
    let kept = |camera: &DomainCamera| (camera.retention_secs, camera.retention_bytes);
    if kept(wanted) != kept(camera) {
        // Footage that is kept for a minute is as good as deleted.
        let hidden = || ApiError::camera_not_found(camera.key.as_str());
        guard::may(caller, Permission::RecordingDelete, camera.group_id, hidden)?;
    }
    let now = state.clock.now();
    let change = |work: Work| async move {
        let written = work.catalog().update_camera_within(wanted, expected, now, &caller.groups).await;
        let written = written.map_err(taken)?;
        let deed = Deed::done("camera.update").to("camera", camera.id);
        work.note(caller, deed.change(&for_audit(camera), &for_audit(&written)));
        Ok::<_, ApiError>(written)
    };
    let written = state.audited(client, change).await?;
    Ok(tagged(state.ok(Camera::new(&written, state)), written.version))
}
