//! Groups of cameras.

use nightjar_media::WallTime;
use nightjar_model::{CameraGroup, GroupId, OrgId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::camera_group::{Column, Entity, to_row};
use crate::entity::clean;
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// All groups of a tenant, ordered by name.
    pub async fn camera_groups(&self, org: OrgId) -> Result<Vec<CameraGroup>> {
        let query = Entity::find().filter(Column::OrgId.eq(org.0)).order_by_asc(Column::Name);
        Ok(query.all(self.reader()).await?.into_iter().map(CameraGroup::from).collect())
    }

    /// One group.
    pub async fn camera_group(&self, org: OrgId, id: GroupId) -> Result<Option<CameraGroup>> {
        let query = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0));
        Ok(query.one(self.reader()).await?.map(CameraGroup::from))
    }

    /// Adds a group; [`CatalogError::Taken`] if the tenant has one of its name.
    pub async fn create_camera_group(&self, group: &CameraGroup) -> Result<()> {
        self.write(|| async {
            let inserted = Entity::insert(to_row(group)).exec_without_returning(self.writer()).await;
            inserted.map(drop).map_err(|error| CatalogError::or_taken(error, "name"))
        })
        .await
    }

    /// Writes name and description; counts its version up and gives it as it is now.
    /// [`CatalogError::Stale`] if it has not the expected version any more.
    pub async fn update_camera_group(
        &self,
        group: &CameraGroup,
        expected_version: Option<i64>,
        now: WallTime,
    ) -> Result<CameraGroup> {
        self.write(|| self.update_camera_group_once(group, expected_version, now)).await
    }

    async fn update_camera_group_once(
        &self,
        group: &CameraGroup,
        expected: Option<i64>,
        now: WallTime,
    ) -> Result<CameraGroup> {
        let transaction = self.begin().await?;
        let mut update = Entity::update_many()
            .col_expr(Column::Name, Expr::value(clean(&group.name)))
            .col_expr(Column::Description, Expr::value(clean(&group.description)))
            .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(group.id.0))
            .filter(Column::OrgId.eq(group.org_id.0));
        if let Some(version) = expected {
            update = update.filter(Column::Version.eq(version));
        }
        let updated = update.exec(&transaction).await;
        let updated = updated.map_err(|error| CatalogError::or_taken(error, "name"))?.rows_affected;
        let row = Entity::find_by_id(group.id.0).filter(Column::OrgId.eq(group.org_id.0));
        let row = row.one(&transaction).await?;
        let row = row.ok_or_else(|| CatalogError::NotFound(format!("camera group {}", group.id)))?;
        if updated == 0 {
            return Err(CatalogError::Stale);
        }
        transaction.commit().await?;
        Ok(row.into())
    }

    /// Removes a group: cameras and scopes lose it. A scope without any is one that covers nothing.
    /// Whether it was there.
    pub async fn delete_camera_group(&self, org: OrgId, id: GroupId) -> Result<bool> {
        // What hangs on it is said by the foreign keys.
        let delete = Entity::delete_many().filter(Column::Id.eq(id.0)).filter(Column::OrgId.eq(org.0));
        let deleted =
            self.write(|| async { Ok(delete.clone().exec(self.writer()).await?.rows_affected) }).await?;
        if deleted > 0 {
            self.changed();
        }
        Ok(deleted > 0)
    }
}
