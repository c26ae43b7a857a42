//! What cameras themselves are set to, in versions.

use nightjar_media::WallTime;
use nightjar_model::{CameraConfig, CameraId, OrgId, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::Value;

use super::not_found;
use crate::entity::camera;
use crate::entity::camera_config::{Column, Entity, to_row};
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

/// Versions of one part that are kept.
const KEPT: i64 = 20;

impl Catalog {
    /// Makes `data` the newest version of one part of a camera's own settings, and gives it.
    /// [`CatalogError::Stale`] if the newest one so far is not `expected`; 0 expects none. The same
    /// again makes no new version. Cameras of the configuration file have such settings too: the
    /// file does not speak of them.
    #[expect(clippy::too_many_arguments, reason = "each is something else, and none has a default")]
    pub async fn put_camera_config(
        &self,
        org: OrgId,
        id: CameraId,
        config_type: &str,
        data: &Value,
        expected: Option<i64>,
        by: Option<UserId>,
        now: WallTime,
    ) -> Result<CameraConfig> {
        let wanted = CameraConfig {
            camera_id: id,
            config_type: config_type.to_owned(),
            version: 0,
            data: data.clone(),
            created_at: now,
            created_by: by,
        };
        let (config, is_new) = self.write(|| self.put_config_once(org, &wanted, expected)).await?;
        if is_new {
            self.changed();
        }
        Ok(config)
    }

    async fn put_config_once(
        &self,
        org: OrgId,
        wanted: &CameraConfig,
        expected: Option<i64>,
    ) -> Result<(CameraConfig, bool)> {
        let transaction = self.begin().await?;
        lock_camera(&transaction, org, wanted.camera_id).await?;
        let newest = versions(wanted.camera_id, &wanted.config_type).one(&transaction).await?;
        let newest = newest.map(CameraConfig::try_from).transpose()?;
        let version = newest.as_ref().map_or(0, |newest| newest.version);
        if expected.is_some_and(|expected| expected != version) {
            return Err(CatalogError::Stale);
        }
        if let Some(newest) = newest.filter(|newest| newest.data == wanted.data) {
            return Ok((newest, false));
        }
        let config = CameraConfig { version: version + 1, ..wanted.clone() };
        Entity::insert(to_row(&config)).exec_without_returning(&transaction).await?;
        Entity::delete_many()
            .filter(Column::CameraId.eq(config.camera_id.0))
            .filter(Column::ConfigType.eq(config.config_type.as_str()))
            .filter(Column::Version.lte(config.version - KEPT))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok((config, true))
    }

    /// The newest version of one part of a camera's own settings.
    pub async fn camera_config(
        &self,
        org: OrgId,
        id: CameraId,
        config_type: &str,
    ) -> Result<Option<CameraConfig>> {
        if !self.has_camera(org, id).await? {
            return Ok(None);
        }
        let newest = versions(id, config_type).one(self.reader()).await?;
        newest.map(CameraConfig::try_from).transpose()
    }

    /// The last 20 versions of one part of a camera's own settings, the newest first.
    pub async fn camera_config_versions(
        &self,
        org: OrgId,
        id: CameraId,
        config_type: &str,
    ) -> Result<Vec<CameraConfig>> {
        if !self.has_camera(org, id).await? {
            return Ok(Vec::new());
        }
        let rows = versions(id, config_type).all(self.reader()).await?;
        rows.into_iter().map(CameraConfig::try_from).collect()
    }

    async fn has_camera(&self, org: OrgId, id: CameraId) -> Result<bool> {
        let select = super::by_id(org, id).filter(camera::Column::DeletedAt.is_null());
        let id = select.select_only().column(camera::Column::Id);
        Ok(id.into_tuple::<uuid::Uuid>().one(self.reader()).await?.is_some())
    }
}

/// The newest first.
fn versions(id: CameraId, config_type: &str) -> Select<Entity> {
    Entity::find()
        .filter(Column::CameraId.eq(id.0))
        .filter(Column::ConfigType.eq(config_type))
        .order_by_desc(Column::Version)
}

/// Makes others wait that change this camera.
async fn lock_camera(connection: &impl ConnectionTrait, org: OrgId, id: CameraId) -> Result<()> {
    let lock = "UPDATE cameras SET version = version WHERE id = $1 AND org_id = $2 AND deleted_at IS NULL";
    let values = [id.0.into(), org.0.into()];
    let locked = connection.execute_raw(statement(connection, lock, values)).await?;
    if locked.rows_affected() == 0 { Err(not_found(id)) } else { Ok(()) }
}
