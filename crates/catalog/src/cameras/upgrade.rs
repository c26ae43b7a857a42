//! At start: gives rows from before what they lack, and seals passwords that still lie open.

use nightjar_media::WallTime;
use nightjar_model::main_address;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::rows::password_place;
use crate::entity::camera::{Column, Entity, Model, StoredSecret, search_key};
use crate::{Catalog, CatalogError, DatabaseKind, Result};

impl Catalog {
    /// One look at the cameras; writes only what is not as it should be. Passwords that do not
    /// open are told here, once a start.
    pub(crate) async fn upgrade_cameras(&self) -> Result<()> {
        let worth_a_look =
            Condition::any().add(Column::MainAddress.eq("")).add(Column::Password.is_not_null());
        let rows = Entity::find().filter(worth_a_look).all(self.reader()).await?;
        let unfilled: Vec<&Model> = rows.iter().filter(|row| row.main_address.is_empty()).collect();
        if !unfilled.is_empty() {
            self.write(|| self.fill(&unfilled)).await?;
        }
        let plain: Vec<(&Model, String)> = rows
            .iter()
            .map(|row| Ok(self.seal_if_plain(row)?.map(|sealed| (row, sealed))))
            .filter_map(Result::transpose)
            .collect::<Result<_>>()?;
        if !plain.is_empty() {
            self.seal_all(&plain).await?;
            tracing::info!(cameras = plain.len(), "passwords of cameras are sealed now");
        }
        Ok(())
    }

    /// The password in its sealed form, if it lies open and there is a key.
    fn seal_if_plain(&self, row: &Model) -> Result<Option<String>> {
        let Some(password) = row.password.as_ref().map(StoredSecret::text) else { return Ok(None) };
        let place = password_place(row.id);
        match self.open_sealed(&place, password) {
            // What was sealed differs from what is in it.
            Ok(opened) if opened.expose() == password && self.sealer().is_some() => {
                self.seal(&place, &opened).map(Some)
            }
            Ok(_) => Ok(None),
            Err(error @ (CatalogError::NoSecretKey | CatalogError::Damaged(_))) => {
                tracing::error!(camera = row.camera_key, %error, "the password of a camera does not open: set it anew");
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

    async fn seal_all(&self, plain: &[(&Model, String)]) -> Result<()> {
        // SQLite leaves the bytes of old rows in its file and its log unless it is told otherwise.
        let sqlite = self.kind() == DatabaseKind::Sqlite;
        if sqlite {
            self.writer().execute_unprepared("PRAGMA secure_delete = ON").await?;
        }
        let sealed = self.write(|| self.write_sealed(plain)).await;
        if sqlite {
            let clean = "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA secure_delete = OFF";
            self.writer().execute_unprepared(clean).await?;
        }
        sealed
    }

    async fn write_sealed(&self, plain: &[(&Model, String)]) -> Result<()> {
        let transaction = self.begin().await?;
        for (row, sealed) in plain {
            // Another process may have sealed or changed it since.
            let old = row.password.clone().ok_or_else(|| CatalogError::NotFound("a password".to_owned()))?;
            Entity::update_many()
                .col_expr(Column::Password, Expr::value(sealed.as_str()))
                .filter(Column::Id.eq(row.id))
                .filter(Column::Password.eq(old))
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
