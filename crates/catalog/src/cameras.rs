//! Desired state: the cameras as they should be.
//!
//! A deleted camera keeps its row, because its footage stays until retention or a purge: it is in
//! no list and found by no id, except where `with_deleted` says so. Its key stays taken as long as
//! it has footage, because the keys of its objects contain it.

mod addresses;
mod book;
mod configs;
mod edit;
mod list;
mod rows;
mod tags;
mod upgrade;

use nightjar_media::WallTime;
use nightjar_model::{Camera, CameraId, CameraKey, ManagedBy, OrgId};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};

pub use book::CameraBook;
pub(crate) use book::Shelf;
pub use configs::ConfigPart;
pub use list::{CameraFilter, CameraSort, CameraSortKey};

use crate::entity::camera::{Column, Entity};
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// Inserts or changes the camera with this tenant and key, and gives its id. An existing row
    /// keeps its id, `recording_since`, `manual` and `created_at`; a deleted one is there again.
    /// For cameras that the configuration file or a rebuild knows: unlike those of
    /// [`Self::create_camera`] they may share an address.
    pub async fn upsert_camera(&self, camera: &Camera) -> Result<CameraId> {
        let wanted = edit::tidy(camera)?;
        self.write(|| self.upsert_camera_once(&wanted)).await
    }

    async fn upsert_camera_once(&self, camera: &Camera) -> Result<CameraId> {
        let transaction = self.begin().await?;
        crate::accounts::lock_organization(&transaction, camera.org_id).await?;
        let select = by_key(camera.org_id, &camera.key).lock(LockType::NoKeyUpdate);
        let Some(old) = self.find_camera(&transaction, select).await? else {
            self.insert_camera(&transaction, camera).await?;
            transaction.commit().await?;
            self.changed();
            return Ok(camera.id);
        };
        let same = Camera {
            id: old.camera.id,
            recording_since: old.camera.recording_since,
            manual: old.camera.manual,
            version: old.camera.version,
            created_at: old.camera.created_at,
            updated_at: old.camera.updated_at,
            ..camera.clone()
        };
        if old.is_deleted || old.camera != same {
            let wanted = Camera { version: same.version + 1, updated_at: camera.updated_at, ..same };
            self.replace_camera(&transaction, &old, &wanted).await?;
            transaction.commit().await?;
            self.changed();
        }
        Ok(old.camera.id)
    }

    /// All cameras of a tenant, ordered by key.
    pub async fn cameras(&self, org: OrgId) -> Result<Vec<Camera>> {
        self.all_cameras(Some(org), Entity::find().filter(Column::DeletedAt.is_null())).await
    }

    /// All cameras of a tenant, also the deleted ones, whose footage may still be there; ordered
    /// by key.
    pub async fn cameras_with_deleted(&self, org: OrgId) -> Result<Vec<Camera>> {
        self.all_cameras(Some(org), Entity::find()).await
    }

    /// All cameras of all tenants, ordered by tenant and key: for what records them.
    pub async fn every_camera(&self) -> Result<Vec<Camera>> {
        self.all_cameras(None, Entity::find().filter(Column::DeletedAt.is_null())).await
    }

    /// All cameras of all tenants, also the deleted ones; ordered by tenant and key.
    pub async fn every_camera_with_deleted(&self) -> Result<Vec<Camera>> {
        self.all_cameras(None, Entity::find()).await
    }

    async fn all_cameras(&self, org: Option<OrgId>, select: Select<Entity>) -> Result<Vec<Camera>> {
        let select = match org {
            Some(org) => select.filter(Column::OrgId.eq(org.0)),
            None => select.order_by_asc(Column::OrgId),
        };
        let rows = select.order_by_asc(Column::CameraKey).all(self.reader()).await?;
        let tags = tags::of_all(self.reader(), org).await?;
        rows::to_cameras(self, rows, tags)
    }

    /// One camera.
    pub async fn camera(&self, org: OrgId, id: CameraId) -> Result<Option<Camera>> {
        let select = by_id(org, id).filter(Column::DeletedAt.is_null());
        Ok(self.find_camera(self.reader(), select).await?.map(|found| found.camera))
    }

    /// One camera, even if it was deleted.
    pub async fn camera_with_deleted(&self, org: OrgId, id: CameraId) -> Result<Option<Camera>> {
        Ok(self.find_camera(self.reader(), by_id(org, id)).await?.map(|found| found.camera))
    }

    /// One camera of any tenant, even if it was deleted.
    pub async fn camera_by_id_with_deleted(&self, id: CameraId) -> Result<Option<Camera>> {
        Ok(self.find_camera(self.reader(), Entity::find_by_id(id.0)).await?.map(|found| found.camera))
    }

    /// One camera, by its readable key.
    pub async fn camera_by_key(&self, org: OrgId, key: &CameraKey) -> Result<Option<Camera>> {
        let select = by_key(org, key).filter(Column::DeletedAt.is_null());
        Ok(self.find_camera(self.reader(), select).await?.map(|found| found.camera))
    }

    /// One camera, by its readable key, even if it was deleted.
    pub async fn camera_by_key_with_deleted(&self, org: OrgId, key: &CameraKey) -> Result<Option<Camera>> {
        Ok(self.find_camera(self.reader(), by_key(org, key)).await?.map(|found| found.camera))
    }

    /// Switches off the cameras that left the configuration file, and gives their number. Their
    /// footage stays. From then on they are the API's, which may change and delete them.
    pub async fn disable_file_cameras_except(
        &self,
        org: OrgId,
        keys: &[CameraKey],
        now: WallTime,
    ) -> Result<u64> {
        let update = Entity::update_many()
            .col_expr(Column::Enabled, Expr::value(false))
            .col_expr(Column::ManagedBy, Expr::value(ManagedBy::Api.as_str()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
            .filter(Column::OrgId.eq(org.0))
            .filter(Column::ManagedBy.eq(ManagedBy::File.as_str()))
            .filter(Column::DeletedAt.is_null())
            .filter(Column::CameraKey.is_not_in(keys.iter().map(CameraKey::as_str)));
        let changed = self.update(update).await?;
        if changed > 0 {
            self.changed();
        }
        Ok(changed)
    }

    /// Starts or stops recording by hand; none: as the camera's mode says. This is no change of the
    /// camera's settings: its version stays.
    pub async fn set_manual(&self, id: CameraId, manual: Option<bool>) -> Result<()> {
        let update = Entity::update_many()
            .col_expr(Column::Manual, Expr::value(manual))
            .filter(Column::Id.eq(id.0))
            .filter(Column::DeletedAt.is_null());
        if self.update(update).await? == 0 {
            return Err(not_found(id));
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
        if self.update(update).await? > 0 {
            self.changed();
        }
        Ok(())
    }
}

fn by_id(org: OrgId, id: CameraId) -> Select<Entity> {
    Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0))
}

fn by_key(org: OrgId, key: &CameraKey) -> Select<Entity> {
    Entity::find().filter(Column::OrgId.eq(org.0)).filter(Column::CameraKey.eq(key.as_str()))
}

fn not_found(id: CameraId) -> CatalogError {
    CatalogError::NotFound(format!("camera {id}"))
}
