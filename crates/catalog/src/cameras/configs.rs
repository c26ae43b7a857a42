//! What cameras themselves are set to, in versions. They lie sealed: passwords may be among them.

use nightjar_media::WallTime;
use nightjar_model::{CameraConfig, CameraId, OrgId, Secret, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::Value;
use uuid::Uuid;

use super::not_found;
use crate::entity::camera;
use crate::entity::camera_config::{Column, Entity, Model, to_row};
use crate::seal::place;
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

/// Versions of one part that are kept.
const KEPT: i64 = 20;

/// A part of a camera's own settings, without what it is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigPart {
    /// Which part.
    pub config_type: String,
    /// Its newest version.
    pub version: i64,
    /// When that was made.
    pub created_at: WallTime,
    /// By whom; none: by Nightjar.
    pub created_by: Option<UserId>,
}

impl From<(String, i64, i64, Option<Uuid>)> for ConfigPart {
    fn from((config_type, version, at, by): (String, i64, i64, Option<Uuid>)) -> Self {
        let created_at = WallTime::from_micros(at);
        Self { config_type, version, created_at, created_by: by.map(UserId) }
    }
}

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
        let newest = newest.map(|row| self.opened_config(row)).transpose()?;
        let version = newest.as_ref().map_or(0, |newest| newest.version);
        if expected.is_some_and(|expected| expected != version) {
            return Err(CatalogError::Stale);
        }
        if let Some(newest) = newest.filter(|newest| newest.data == wanted.data) {
            return Ok((newest, false));
        }
        let config = CameraConfig { version: version + 1, ..wanted.clone() };
        let data = self.seal(&data_place(config.camera_id), &Secret::new(config.data.to_string()))?;
        Entity::insert(to_row(&config, data)).exec_without_returning(&transaction).await?;
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
        newest.map(|row| self.opened_config(row)).transpose()
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
        rows.into_iter().map(|row| self.opened_config(row)).collect()
    }

    /// The parts that a camera has settings of, with the newest version and when it was made,
    /// ordered by their names.
    pub async fn camera_config_parts(&self, org: OrgId, id: CameraId) -> Result<Vec<ConfigPart>> {
        if !self.has_camera(org, id).await? {
            return Ok(Vec::new());
        }
        let rows: Vec<(String, i64, i64, Option<Uuid>)> = Entity::find()
            .select_only()
            .columns([Column::ConfigType, Column::Version, Column::CreatedAt, Column::CreatedBy])
            .filter(Column::CameraId.eq(id.0))
            .order_by_asc(Column::ConfigType)
            .order_by_desc(Column::Version)
            .into_tuple()
            .all(self.reader())
            .await?;
        let mut parts: Vec<ConfigPart> = rows.into_iter().map(ConfigPart::from).collect();
        parts.dedup_by(|later, first| later.config_type == first.config_type);
        Ok(parts)
    }

    fn opened_config(&self, row: Model) -> Result<CameraConfig> {
        let data = self.open_sealed(&data_place(CameraId(row.camera_id)), &row.data)?;
        Model { data: data.expose().to_owned(), ..row }.try_into()
    }

    async fn has_camera(&self, org: OrgId, id: CameraId) -> Result<bool> {
        let select = super::by_id(org, id).filter(camera::Column::DeletedAt.is_null());
        let id = select.select_only().column(camera::Column::Id);
        Ok(id.into_tuple::<Uuid>().one(self.reader()).await?.is_some())
    }
}

/// Where a camera's settings lie, for their seal.
fn data_place(id: CameraId) -> String {
    place("camera_configs.data", id)
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
