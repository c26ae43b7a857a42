//! `camera_configs`: one row a version of one part of a camera's own settings.

use nightjar_media::WallTime;
use nightjar_model::{CameraConfig, CameraId, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use crate::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "camera_configs")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) camera_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) config_type: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) version: i64,
    /// JSON, sealed.
    pub(crate) data: String,
    pub(crate) created_at: i64,
    pub(crate) created_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a version; `data` is sealed.
pub(crate) fn to_row(config: &CameraConfig, data: String) -> ActiveModel {
    ActiveModel {
        camera_id: Set(config.camera_id.0),
        config_type: Set(config.config_type.clone()),
        version: Set(config.version),
        data: Set(data),
        created_at: Set(config.created_at.micros()),
        created_by: Set(config.created_by.map(|user| user.0)),
    }
}

impl TryFrom<Model> for CameraConfig {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        let damaged = |_| CatalogError::Damaged("the settings of a camera are no JSON".to_owned());
        Ok(Self {
            camera_id: CameraId(row.camera_id),
            config_type: row.config_type,
            version: row.version,
            data: serde_json::from_str(&row.data).map_err(damaged)?,
            created_at: WallTime::from_micros(row.created_at),
            created_by: row.created_by.map(UserId),
        })
    }
}
