//! `GET /cameras/{id}/configs/{type}`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::Permission;

use super::{CameraSettings, ConfigType, config_type};
use crate::answer::Success;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::version::tagged;

/// Which version.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `VersionQuery` reads")]
pub(crate) struct Params {
    /// An older version; the newest if it is left out.
    #[param(minimum = 1)]
    version: Option<u64>,
}

pub(crate) struct VersionQuery(Option<u64>);

impl FromQuery for VersionQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self(reader.number("version", 1, i64::MAX.unsigned_abs()))
    }
}

/// Get one part of a camera's own settings
///
/// What is wanted, in its newest version or an older one: 20 are kept. Whether the camera has been
/// told is said by `applied`.
#[utoipa::path(
    get,
    path = "/cameras/{id}/configs/{type}",
    tag = "cameras",
    params(
        ("id" = String, Path, description = "Id or key of the camera"),
        ("type" = ConfigType, Path, description = "Which part"),
        Params,
    ),
    responses((status = 200, body = Success<CameraSettings>, headers(("ETag" = String, description = "Its version"))))
)]
pub(crate) async fn show_config(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath((id, part)): UrlPath<(String, String)>,
    Query(VersionQuery(version)): Query<VersionQuery>,
) -> Result<Response, ApiError> {
    let camera = path::camera(&state, &caller, Permission::CameraRead, &id).await?;
    let part = config_type(&part)?;
    let name = nightjar_model::CameraConfigType::from(part).as_str();
    let versions = state.catalog.camera_config_versions(caller.org, camera.id, name).await?;
    let shown = match version {
        Some(version) => versions.iter().find(|config| config.version.unsigned_abs() == version),
        None => versions.first(),
    };
    let shown = shown.ok_or_else(|| {
        let none = if versions.is_empty() {
            "Nothing is wanted of this part of the camera's settings yet."
        } else {
            "There is no such version, or it is not kept any more."
        };
        ApiError::config_not_found(none, name)
    })?;
    let may_write = caller.permissions.contains(Permission::CameraWrite);
    Ok(tagged(state.ok(CameraSettings::new(part, shown, &versions, may_write)), shown.version))
}
