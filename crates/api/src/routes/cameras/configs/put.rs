//! `PUT /cameras/{id}/configs/{type}`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::{CameraConfigType, ErrorCode, Permission};
use serde_json::{Value, json};

use super::{CameraSettings, ConfigType, config_type};
use crate::answer::Success;
use crate::audit::{Deed, Work, redacted_difference};
use crate::body::{JsonBody, too_large};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::redact::{REDACTED, placeholder_in};
use crate::state::ApiState;
use crate::version::{IfMatch, IfMatchParam, tagged};

/// Bytes of one part's settings.
const MAX_BYTES: usize = 64 * 1024;

/// Replace one part of a camera's own settings
///
/// The body is the whole object, at most 64 KiB. It becomes the newest version; the same again makes
/// none. It is kept as what is wanted: `applied` says whether the camera has been told. With
/// `If-Match: "0"` it must be the first one.
#[utoipa::path(
    put,
    path = "/cameras/{id}/configs/{type}",
    tag = "cameras",
    params(
        ("id" = String, Path, description = "Id or key of the camera"),
        ("type" = ConfigType, Path, description = "Which part"),
        IfMatchParam,
    ),
    request_body(
        content = Object,
        description = "What the camera is to be set to",
        example = json!({ "brightness": 60, "flip": true }),
    ),
    responses((status = 200, body = Success<CameraSettings>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn put_config(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath((id, part)): UrlPath<(String, String)>,
    IfMatch(expected): IfMatch,
    Query(()): Query<()>,
    JsonBody(wanted): JsonBody<Value>,
) -> Result<Response, ApiError> {
    let camera = path::camera(&state, &caller, Permission::CameraWrite, &id).await?;
    let part = config_type(&part)?;
    let name = CameraConfigType::from(part).as_str();
    check(&wanted)?;
    let (by, now) = (Some(caller.user), state.clock.now());
    let (caller, camera, wanted) = (&caller, &camera, &wanted);
    let put = |work: Work| async move {
        let catalog = work.catalog();
        let before = catalog.camera_config(caller.org, camera.id, name).await?;
        let put = catalog.put_camera_config(caller.org, camera.id, name, wanted, expected, by, now);
        let config = put.await.map_err(super::super::taken)?;
        if before.as_ref().map(|before| before.version) != Some(config.version) {
            let before = before.map(|before| before.data).unwrap_or_default();
            let changes = redacted_difference(&before, &config.data);
            let details = json!({ "type": name, "version": config.version, "changes": changes });
            work.note(caller, Deed::done("camera.configure").to("camera", camera.id).with(details));
        }
        Ok::<_, ApiError>(config)
    };
    let config = state.audited(&client, put).await?;
    let versions = state.catalog.camera_config_versions(caller.org, camera.id, name).await?;
    Ok(tagged(state.ok(CameraSettings::new(part, &config, &versions, true)), config.version))
}

fn check(wanted: &Value) -> Result<(), ApiError> {
    if !wanted.is_object() {
        return Err(ApiError::field(ErrorCode::ValidationFailed, "body", "must be a JSON object"));
    }
    if wanted.to_string().len() > MAX_BYTES {
        return Err(too_large());
    }
    let Some(place) = placeholder_in(wanted) else { return Ok(()) };
    let reason = format!("is `{REDACTED}`, which stands for a value that was not shown: send the value");
    Err(ApiError::field(ErrorCode::ValidationFailed, &place, reason))
}
