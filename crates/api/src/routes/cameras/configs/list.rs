//! `GET /cameras/{id}/configs`.

use axum::extract::State;
use nightjar_model::Permission;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ConfigType, NOT_APPLIED};
use crate::answer::{ApiResult, Success};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::path::{self, UrlPath};
use crate::query::Query;
use crate::state::ApiState;
use crate::time::Timestamp;

/// Which of a camera's own settings there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CameraConfigs {
    camera_id: Uuid,
    /// The parts that something is wanted of, by name.
    configs: Vec<ConfigSummary>,
    /// All parts that there can be.
    #[schema(value_type = Vec<ConfigType>)]
    types: &'static [&'static str],
}

/// One part of a camera's own settings, without what it is set to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfigSummary {
    r#type: ConfigType,
    /// Its newest version.
    version: i64,
    /// When that was made.
    created_at: Timestamp,
    /// The account that made it.
    created_by: Option<Uuid>,
    /// Whether the camera is set like this. False: it is only what is wanted.
    applied: bool,
    /// When it was set like this; null while it is not.
    applied_at: Option<Timestamp>,
    /// For a person: why it is not; null if it is.
    not_applied_because: Option<&'static str>,
}

/// List a camera's own settings
///
/// The parts that something is wanted of, each with its newest version.
#[utoipa::path(
    get,
    path = "/cameras/{id}/configs",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera")),
    responses((status = 200, body = Success<CameraConfigs>))
)]
pub(crate) async fn list_configs(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<CameraConfigs> {
    let camera = path::camera(&state, &caller, Permission::CameraRead, &id).await?;
    let parts = state.catalog.camera_config_parts(caller.org, camera.id).await?;
    let summary = |part: &nightjar_catalog::ConfigPart| {
        Ok(ConfigSummary {
            r#type: part.config_type.parse().map_err(ApiError::internal)?,
            version: part.version,
            created_at: Timestamp(part.created_at),
            created_by: part.created_by.map(|user| user.0),
            applied: false,
            applied_at: None,
            not_applied_because: Some(NOT_APPLIED),
        })
    };
    let configs = parts.iter().map(summary).collect::<Result<_, ApiError>>()?;
    Ok(state.ok(CameraConfigs { camera_id: camera.id.0, configs, types: ConfigType::NAMES }))
}
