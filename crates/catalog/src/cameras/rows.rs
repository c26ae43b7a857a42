//! Cameras out of rows and into them: the row itself, its tags, its sealed password.

use std::collections::HashMap;

use nightjar_model::{Camera, CameraId, Secret};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Select};
use uuid::Uuid;

use super::tags;
use crate::entity::camera::{Column, Entity, Model, StoredSecret, to_row};
use crate::seal::place;
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

/// A camera, with what only its row says.
pub(super) struct Stored {
    pub(super) camera: Camera,
    pub(super) is_deleted: bool,
    /// As they lie in their columns.
    pub(super) main_url: String,
    pub(super) sub_url: Option<String>,
    password: Option<StoredSecret>,
}

/// Rows as cameras.
pub(super) fn to_cameras(
    catalog: &Catalog,
    rows: Vec<Model>,
    mut tags: HashMap<Uuid, Vec<String>>,
) -> Result<Vec<Camera>> {
    rows.into_iter()
        .map(|row| {
            let password = open_password(catalog, &row);
            let tags = tags.remove(&row.id).unwrap_or_default();
            catalog.with_open_addresses(row).into_camera(tags, password)
        })
        .collect()
}

/// Where a camera's password lies, for its seal.
pub(super) fn password_place(id: Uuid) -> String {
    place("cameras.password", id)
}

/// The password; none if there is none, or if it does not open: then this camera alone can't be
/// signed in to, and its ledger says so. The start has told why.
fn open_password(catalog: &Catalog, row: &Model) -> Option<Secret> {
    let opened = catalog.open_sealed(&password_place(row.id), row.password.as_ref()?.text());
    opened.inspect_err(|error| tracing::debug!(camera = row.camera_key, %error, "no password")).ok()
}

impl Catalog {
    /// The camera that `select` finds.
    pub(super) async fn find_camera(
        &self,
        connection: &impl ConnectionTrait,
        select: Select<Entity>,
    ) -> Result<Option<Stored>> {
        let Some(row) = select.one(connection).await? else { return Ok(None) };
        let tags = tags::of(connection, &[row.id]).await?.remove(&row.id).unwrap_or_default();
        let (stored, is_deleted) = (row.password.clone(), row.deleted_at.is_some());
        let opened = open_password(self, &row);
        let (main_url, sub_url) = (row.main_url.clone(), row.sub_url.clone());
        let camera = self.with_open_addresses(row).into_camera(tags, opened)?;
        Ok(Some(Stored { camera, is_deleted, main_url, sub_url, password: stored }))
    }

    /// A new camera's rows; one of them is in `camera_usage`, which the triggers count in.
    pub(super) async fn insert_camera(
        &self,
        connection: &impl ConnectionTrait,
        camera: &Camera,
    ) -> Result<()> {
        let password = self.seal_password(camera.id, camera.source.password.as_ref())?;
        let taken = OnConflict::columns([Column::OrgId, Column::CameraKey]).do_nothing().to_owned();
        let row = self.with_kept_addresses(to_row(camera, password), camera, None)?;
        let inserted = Entity::insert(row).on_conflict(taken).exec_without_returning(connection).await?;
        if inserted == 0 {
            return Err(CatalogError::Conflict(format!("camera {} was just added elsewhere", camera.key)));
        }
        let usage = "INSERT INTO camera_usage (camera_id, segments, bytes, local_bytes, remote_bytes)
                     VALUES ($1, 0, 0, 0, 0)";
        connection.execute_raw(statement(connection, usage, [camera.id.0.into()])).await?;
        tags::insert(connection, [(camera.id, camera.tags.as_slice())]).await
    }

    /// Writes a camera over its row. A password that stays the same is left as it lies, so that one
    /// that does not open now is not lost by another change.
    pub(super) async fn replace_camera(
        &self,
        connection: &impl ConnectionTrait,
        old: &Stored,
        camera: &Camera,
    ) -> Result<()> {
        let password = if camera.source.password == old.camera.source.password {
            old.password.clone()
        } else {
            self.seal_password(camera.id, camera.source.password.as_ref())?
        };
        let row = self.with_kept_addresses(to_row(camera, password), camera, Some(old))?;
        row.reset_all().update_without_returning(connection).await?;
        if camera.tags != old.camera.tags {
            tags::delete(connection, &[camera.id.0]).await?;
            tags::insert(connection, [(camera.id, camera.tags.as_slice())]).await?;
        }
        Ok(())
    }

    fn seal_password(&self, id: CameraId, password: Option<&Secret>) -> Result<Option<StoredSecret>> {
        let sealed = password.map(|password| self.seal(&password_place(id.0), password)).transpose()?;
        Ok(sealed.map(StoredSecret::new))
    }
}
