//! At start: gives rows from before what they lack, and seals passwords and addresses that still lie open.

use nightjar_media::WallTime;
use nightjar_model::main_address;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::addresses::{main_place, sub_place};
use super::rows::password_place;
use crate::entity::camera::{Column, Entity, Model, StoredSecret, search_key};
use crate::{Catalog, CatalogError, DatabaseKind, Result};

/// A column of a row that is to be written anew.
struct Change {
    id: Uuid,
    column: Column,
    old: String,
    new: String,
}

impl Catalog {
    /// One look at the cameras; writes only what is not as it should be. What does not open is told
    /// here, once a start.
    pub(crate) async fn upgrade_cameras(&self) -> Result<()> {
        let worth_a_look = Condition::any()
            .add(Column::MainAddress.eq(""))
            .add(Column::Password.is_not_null())
            .add(Column::MainUrl.contains("?"))
            .add(Column::SubUrl.contains("?"))
            .add(Column::MainUrl.starts_with("s1:"));
        let rows = Entity::find().filter(worth_a_look).all(self.reader()).await?;
        let unfilled: Vec<&Model> = rows.iter().filter(|row| row.main_address.is_empty()).collect();
        if !unfilled.is_empty() {
            self.write(|| self.fill(&unfilled)).await?;
        }
        let mut changes = Vec::new();
        for row in &rows {
            changes.extend(self.seal_columns(row)?);
        }
        if !changes.is_empty() {
            self.seal_all(&changes).await?;
            tracing::info!(values = changes.len(), "passwords and addresses of cameras are sealed now");
        }
        Ok(())
    }

    /// What of a row lies open and should not, and an address in a form that is no longer compared.
    fn seal_columns(&self, row: &Model) -> Result<Vec<Change>> {
        let password = row.password.as_ref().map(StoredSecret::text);
        let main_url = Some(row.main_url.as_str()).filter(|url| url.contains('?') || url.starts_with("s1:"));
        let sub_url = row.sub_url.as_deref().filter(|url| url.contains('?') || url.starts_with("s1:"));
        let columns = [
            (Column::Password, password_place(row.id), password),
            (Column::MainUrl, main_place(row.id), main_url),
            (Column::SubUrl, sub_place(row.id), sub_url),
        ];
        let mut changes = Vec::new();
        for (column, place, text) in columns {
            let Some(old) = text.map(str::to_owned) else { continue };
            if let Some(new) = self.seal_if_plain(&place, &old, &row.camera_key)? {
                changes.push(Change { id: row.id, column, old, new });
            }
        }
        let opened = self.open_sealed(&main_place(row.id), &row.main_url).ok();
        if let Some(url) = opened.and_then(|url| url.expose().parse().ok()) {
            let (old, new) = (row.main_address.clone(), main_address(&url));
            if !old.is_empty() && old != new {
                changes.push(Change { id: row.id, column: Column::MainAddress, old, new });
            }
        }
        Ok(changes)
    }

    /// The value in its sealed form, if it lies open.
    fn seal_if_plain(&self, place: &str, text: &str, camera: &str) -> Result<Option<String>> {
        match self.open_sealed(place, text) {
            // What was sealed differs from what is in it.
            Ok(opened) if opened.expose() == text && self.sealer().is_some() => {
                self.seal(place, &opened).map(Some)
            }
            Ok(_) => Ok(None),
            Err(error @ (CatalogError::NoSecretKey | CatalogError::Damaged(_))) => {
                tracing::error!(camera, %error, "the password or address of a camera does not open: set it anew");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn fill(&self, rows: &[&Model]) -> Result<()> {
        let transaction = self.begin().await?;
        for row in rows {
            // A row that is no camera is told of when cameras are read.
            let Ok(camera) = Model::clone(row).into_camera(Vec::new(), None) else { continue };
            let created = made_at(row.id).micros();
            Entity::update_many()
                .col_expr(Column::MainAddress, Expr::value(main_address(&camera.source.main_url)))
                .col_expr(Column::NameKey, Expr::value(camera.name.to_lowercase()))
                .col_expr(Column::SearchKey, Expr::value(search_key(&camera)))
                .col_expr(Column::CreatedAt, Expr::value(created))
                .col_expr(Column::UpdatedAt, Expr::value(created))
                .filter(Column::Id.eq(row.id))
                .filter(Column::MainAddress.eq(""))
                .exec(&transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn seal_all(&self, changes: &[Change]) -> Result<()> {
        // SQLite leaves the bytes of old rows in its file and its log unless it is told otherwise.
        let sqlite = self.kind() == DatabaseKind::Sqlite;
        if sqlite {
            self.writer().execute_unprepared("PRAGMA secure_delete = ON").await?;
        }
        let sealed = self.write(|| self.write_changes(changes)).await;
        if sqlite {
            let clean = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA secure_delete = OFF";
            self.writer().execute_unprepared(clean).await?;
        }
        sealed
    }

    async fn write_changes(&self, changes: &[Change]) -> Result<()> {
        let transaction = self.begin().await?;
        for Change { id, column, old, new } in changes {
            // Another process may have sealed or changed it since.
            Entity::update_many()
                .col_expr(*column, Expr::value(new.as_str()))
                .filter(Column::Id.eq(*id))
                .filter(column.eq(old.as_str()))
                .exec(&transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// When a row was made, as its id says; the epoch if it does not.
fn made_at(id: Uuid) -> WallTime {
    let micros = id.get_timestamp().and_then(|made| {
        let (seconds, nanos) = made.to_unix();
        i64::try_from(seconds).ok()?.checked_mul(1_000_000)?.checked_add(i64::from(nanos / 1_000))
    });
    WallTime::from_micros(micros.unwrap_or(0))
}
