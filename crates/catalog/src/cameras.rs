//! Desired state: the cameras as they should be.

use nightjar_media::WallTime;
use nightjar_model::{Camera, CameraId, CameraKey, ManagedBy, OrgId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::camera::{Column, Entity, Model, to_row};
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// Inserts or changes the camera with this tenant and key, and gives its id. An existing row
    /// keeps its id, `recording_since` and `manual`.
    pub async fn upsert_camera(&self, camera: &Camera) -> Result<CameraId> {
        self.write(|| self.upsert_camera_once(camera)).await
    }

    async fn upsert_camera_once(&self, camera: &Camera) -> Result<CameraId> {
        let transaction = self.begin().await?;
        let found = by_key(&transaction, camera.org_id, &camera.key).await?;
        let wanted = match &found {
            Some(old) => Camera {
                id: old.id,
                recording_since: old.recording_since,
                manual: old.manual,
                ..camera.clone()
            },
            None => camera.clone(),
        };
        match found {
            Some(old) if old == wanted => return Ok(old.id),
            Some(_) => {
                to_row(&wanted).reset_all().update_without_returning(&transaction).await?;
            }
            None => insert(&transaction, &wanted).await?,
        }
        transaction.commit().await?;
        self.changed();
        Ok(wanted.id)
    }

    /// All cameras of a tenant, ordered by key.
    pub async fn cameras(&self, org: OrgId) -> Result<Vec<Camera>> {
        let rows = Entity::find()
            .filter(Column::OrgId.eq(org.0))
            .order_by_asc(Column::CameraKey)
            .all(self.reader())
            .await?;
        rows.into_iter().map(Camera::try_from).collect()
    }

    /// One camera.
    pub async fn camera(&self, org: OrgId, id: CameraId) -> Result<Option<Camera>> {
        let row = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0)).one(self.reader()).await?;
        row.map(Camera::try_from).transpose()
    }

    /// One camera, by its readable key.
    pub async fn camera_by_key(&self, org: OrgId, key: &CameraKey) -> Result<Option<Camera>> {
        by_key(self.reader(), org, key).await
    }

    /// Switches off the cameras that left the configuration file, and gives their number. Their
    /// footage stays.
    pub async fn disable_file_cameras_except(&self, org: OrgId, keys: &[CameraKey]) -> Result<u64> {
        let update = Entity::update_many()
            .col_expr(Column::Enabled, Expr::value(false))
            .filter(Column::OrgId.eq(org.0))
            .filter(Column::ManagedBy.eq(ManagedBy::File.as_str()))
            .filter(Column::Enabled.eq(true))
            .filter(Column::CameraKey.is_not_in(keys.iter().map(CameraKey::as_str)));
        let changed = self.update(update).await?;
        if changed > 0 {
            self.changed();
        }
        Ok(changed)
    }

    /// Starts or stops recording by hand; none: as the camera's mode says.
    pub async fn set_manual(&self, id: CameraId, manual: Option<bool>) -> Result<()> {
        let update =
            Entity::update_many().col_expr(Column::Manual, Expr::value(manual)).filter(Column::Id.eq(id.0));
        if self.update(update).await? == 0 {
            return Err(CatalogError::NotFound(format!("camera {id}")));
        }
        self.changed();
        Ok(())
    }

    /// Notes when recording was first switched on; does nothing if that is known already.
    pub async fn set_recording_since(&self, id: CameraId, since: WallTime) -> Result<()> {
        let update = Entity::update_many()
            .col_expr(Column::RecordingSince, Expr::value(since.micros()))
            .filter(Column::Id.eq(id.0))
            .filter(Column::RecordingSince.is_null());
        self.update(update).await?;
        Ok(())
    }
}

async fn by_key(connection: &impl ConnectionTrait, org: OrgId, key: &CameraKey) -> Result<Option<Camera>> {
    let row: Option<Model> = Entity::find()
        .filter(Column::OrgId.eq(org.0))
        .filter(Column::CameraKey.eq(key.as_str()))
        .one(connection)
        .await?;
    row.map(Camera::try_from).transpose()
}

/// A camera and its row in `camera_usage`, which the triggers count in.
async fn insert(connection: &impl ConnectionTrait, camera: &Camera) -> Result<()> {
    let taken = OnConflict::columns([Column::OrgId, Column::CameraKey]).do_nothing().to_owned();
    let inserted =
        Entity::insert(to_row(camera)).on_conflict(taken).exec_without_returning(connection).await?;
    if inserted == 0 {
        return Err(CatalogError::Conflict(format!("camera {} was just added elsewhere", camera.key)));
    }
    let usage = "INSERT INTO camera_usage (camera_id, segments, bytes, local_bytes, remote_bytes)
                 VALUES ($1, 0, 0, 0, 0)";
    connection.execute_raw(statement(connection, usage, [camera.id.0.into()])).await?;
    Ok(())
}
