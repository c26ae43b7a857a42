//! `DELETE /cameras/{id}`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::Permission;
use serde_json::json;

use super::taken;
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;
use crate::version::{IfMatch, IfMatchParam};

/// Delete a camera
///
/// It is disconnected from at once. Its footage stays as long as its retention says, or until
/// `DELETE /cameras/{id}/footage`, before or after this.
#[utoipa::path(
    delete,
    path = "/cameras/{id}",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera"), IfMatchParam),
    responses((status = 204, description = "It is gone"), (status = 409, description = "It was changed meanwhile, or stands in the configuration file"))
)]
pub(crate) async fn delete_camera(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    IfMatch(expected): IfMatch,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let camera = path::camera(&state, &caller, Permission::CameraWrite, &id).await?;
    let now = state.clock.now();
    let (caller, camera) = (&caller, &camera);
    let delete = |work: Work| async move {
        work.catalog().delete_camera(caller.org, camera.id, expected, now).await.map_err(taken)?;
        let details = json!({ "key": camera.key.as_str(), "name": camera.name });
        work.note(caller, Deed::done("camera.delete").to("camera", camera.id).with(details));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, delete).await?;
    Ok(no_content())
}
