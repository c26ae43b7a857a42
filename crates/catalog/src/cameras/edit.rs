//! Adding, changing and deleting cameras over the API: versions, and what must be unique.
//!
//! The cameras of a tenant are changed one after the other: each transaction takes the lock of the
//! tenant's row first. So what is checked still holds when it is written, on both databases.

use nightjar_media::WallTime;
use nightjar_model::{Camera, CameraId, GroupScope, ManagedBy, OrgId, main_address, normalize_tags};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::addresses::without_query;
use super::rows::Stored;
use super::{by_id, by_key, not_found};
use crate::accounts::lock_organization;
use crate::entity::camera::{Column, Entity};
use crate::entity::segment;
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// Adds a camera. [`CatalogError::Taken`] names what another one has already: `key`,
    /// `serial_number`, or `host`, which is the main address without secrets.
    pub async fn create_camera(&self, camera: &Camera) -> Result<()> {
        self.create_camera_within(camera, &GroupScope::All).await
    }

    /// Adds a camera for somebody who sees the cameras of `scope`. Serial number and address are
    /// compared with these only: an answer must not tell of cameras that are hidden from its reader.
    /// The key is compared with all, because files are named after it.
    pub async fn create_camera_within(&self, camera: &Camera, scope: &GroupScope) -> Result<()> {
        let wanted = tidy(camera)?;
        self.write(|| self.create_camera_once(&wanted, scope)).await?;
        self.changed();
        Ok(())
    }

    async fn create_camera_once(&self, wanted: &Camera, scope: &GroupScope) -> Result<()> {
        let transaction = self.begin().await?;
        lock_organization(&transaction, wanted.org_id).await?;
        free_key(&transaction, wanted).await?;
        check_others(&transaction, wanted, None, scope).await?;
        self.insert_camera(&transaction, wanted).await?;
        Ok(transaction.commit().await?)
    }

    /// Changes a camera, and gives it as it is now. It keeps its key, `recording_since`, `manual`,
    /// `managed_by` and `created_at`. [`CatalogError::Stale`] if it has another version than
    /// `expected`; [`CatalogError::Taken`] as in [`Self::create_camera`].
    pub async fn update_camera(
        &self,
        camera: &Camera,
        expected: Option<i64>,
        now: WallTime,
    ) -> Result<Camera> {
        self.update_camera_within(camera, expected, now, &GroupScope::All).await
    }

    /// Changes a camera as [`Self::update_camera`] does, for somebody who sees the cameras of `scope`.
    pub async fn update_camera_within(
        &self,
        camera: &Camera,
        expected: Option<i64>,
        now: WallTime,
        scope: &GroupScope,
    ) -> Result<Camera> {
        let wanted = tidy(camera)?;
        let (camera, changed) = self.write(|| self.update_camera_once(&wanted, expected, now, scope)).await?;
        if changed {
            self.changed();
        }
        Ok(camera)
    }

    async fn update_camera_once(
        &self,
        wanted: &Camera,
        expected: Option<i64>,
        now: WallTime,
        scope: &GroupScope,
    ) -> Result<(Camera, bool)> {
        let transaction = self.begin().await?;
        lock_organization(&transaction, wanted.org_id).await?;
        let old = self.changeable(&transaction, wanted.org_id, wanted.id, expected).await?;
        let same = Camera {
            key: old.camera.key.clone(),
            recording_since: old.camera.recording_since,
            manual: old.camera.manual,
            managed_by: old.camera.managed_by,
            version: old.camera.version,
            created_at: old.camera.created_at,
            updated_at: old.camera.updated_at,
            ..wanted.clone()
        };
        if old.camera == same {
            return Ok((same, false));
        }
        check_others(&transaction, &same, Some(&old.camera), scope).await?;
        let new = Camera { version: same.version + 1, updated_at: now, ..same };
        self.replace_camera(&transaction, &old, &new).await?;
        transaction.commit().await?;
        Ok((new, true))
    }

    /// Deletes a camera: it stops at once, its password is forgotten, also one in an address, its footage stays until
    /// retention or a purge.
    pub async fn delete_camera(
        &self,
        org: OrgId,
        id: CameraId,
        expected: Option<i64>,
        now: WallTime,
    ) -> Result<()> {
        self.write(|| self.delete_camera_once(org, id, expected, now)).await?;
        self.changed();
        Ok(())
    }

    async fn delete_camera_once(
        &self,
        org: OrgId,
        id: CameraId,
        expected: Option<i64>,
        now: WallTime,
    ) -> Result<()> {
        let transaction = self.begin().await?;
        lock_organization(&transaction, org).await?;
        let source = self.changeable(&transaction, org, id, expected).await?.camera.source;
        Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::value(now.micros()))
            .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::Enabled, Expr::value(false))
            .col_expr(Column::Password, Expr::value(None::<String>))
            .col_expr(Column::MainUrl, Expr::value(without_query(&source.main_url)))
            .col_expr(Column::SubUrl, Expr::value(source.sub_url.as_ref().map(without_query)))
            .filter(Column::Id.eq(id.0))
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// A camera that the API may change, in the version that is expected.
    async fn changeable(
        &self,
        connection: &impl ConnectionTrait,
        org: OrgId,
        id: CameraId,
        expected: Option<i64>,
    ) -> Result<Stored> {
        // Recording by hand is switched without the lock of the tenant.
        let select = by_id(org, id).filter(Column::DeletedAt.is_null()).lock(LockType::NoKeyUpdate);
        let found = self.find_camera(connection, select).await?.ok_or_else(|| not_found(id))?;
        if found.camera.managed_by == ManagedBy::File {
            return Err(CatalogError::ManagedByFile);
        }
        if expected.is_some_and(|expected| expected != found.camera.version) {
            return Err(CatalogError::Stale);
        }
        Ok(found)
    }
}

/// Whether the camera's group is there, and no other camera within `scope` has its serial number or
/// address. One that stays is not checked: cameras of the file, of older data and beyond somebody's
/// scope may share one.
async fn check_others(
    connection: &impl ConnectionTrait,
    wanted: &Camera,
    old: Option<&Camera>,
    scope: &GroupScope,
) -> Result<()> {
    if let Some(group) = wanted.group_id {
        let select = "SELECT 1 FROM camera_groups WHERE id = $1 AND org_id = $2";
        let values = [group.0.into(), wanted.org_id.0.into()];
        let found = connection.query_one_raw(statement(connection, select, values)).await?;
        found.ok_or_else(|| CatalogError::NotFound(format!("camera group {group}")))?;
    }
    let others = || {
        let others = Entity::find()
            .filter(Column::OrgId.eq(wanted.org_id.0))
            .filter(Column::Id.ne(wanted.id.0))
            .filter(Column::DeletedAt.is_null());
        match scope {
            GroupScope::All => others,
            GroupScope::Only(groups) => others.filter(Column::GroupId.is_in(groups.iter().map(|id| id.0))),
        }
    };
    if let Some(serial) = &wanted.serial_number
        && old.is_none_or(|old| old.serial_number.as_ref() != Some(serial))
    {
        refuse_any(connection, others().filter(Column::SerialNumber.eq(serial)), "serial_number").await?;
    }
    let address = main_address(&wanted.source.main_url);
    if old.is_none_or(|old| main_address(&old.source.main_url) != address) {
        refuse_any(connection, others().filter(Column::MainAddress.eq(address)), "host").await?;
    }
    Ok(())
}

/// The camera as it is kept: no credentials in addresses, tags in their order.
pub(super) fn tidy(camera: &Camera) -> Result<Camera> {
    let tags = normalize_tags(&camera.tags).map_err(|error| CatalogError::Refused(error.to_string()))?;
    let source = camera.source.clone().with_credentials_apart();
    Ok(Camera { tags, source, ..camera.clone() })
}

/// Sees to it that no camera has the key. A deleted one without footage gives it up; its row stays,
/// under a key that nobody chooses, for whatever still names it.
async fn free_key(connection: &impl ConnectionTrait, wanted: &Camera) -> Result<()> {
    let Some(holder) = by_key(wanted.org_id, &wanted.key).one(connection).await? else { return Ok(()) };
    if holder.deleted_at.is_none() || has_footage(connection, holder.id).await? {
        return Err(CatalogError::Taken("key"));
    }
    let key = format!("deleted-{}", holder.id.simple());
    let rename =
        Entity::update_many().col_expr(Column::CameraKey, Expr::value(key)).filter(Column::Id.eq(holder.id));
    rename.exec(connection).await?;
    Ok(())
}

async fn has_footage(connection: &impl ConnectionTrait, camera: Uuid) -> Result<bool> {
    use segment::{Column, Entity};
    let one = Entity::find().filter(Column::CameraId.eq(camera)).select_only().column(Column::Id).limit(1);
    Ok(one.into_tuple::<Uuid>().one(connection).await?.is_some())
}

async fn refuse_any(
    connection: &impl ConnectionTrait,
    others: Select<Entity>,
    field: &'static str,
) -> Result<()> {
    if others.count(connection).await? > 0 { Err(CatalogError::Taken(field)) } else { Ok(()) }
}
