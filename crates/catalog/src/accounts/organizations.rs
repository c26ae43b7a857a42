//! The tenants.

use nightjar_model::{OrgId, Organization};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::entity::clean;
use crate::entity::organization::{ActiveModel, Column, Entity};
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// All organizations, ordered by name.
    pub async fn organizations(&self) -> Result<Vec<Organization>> {
        let rows = Entity::find().order_by_asc(Column::Name).all(self.reader()).await?;
        Ok(rows.into_iter().map(Organization::from).collect())
    }

    /// One organization.
    pub async fn organization(&self, org: OrgId) -> Result<Option<Organization>> {
        Ok(Entity::find_by_id(org.0).one(self.reader()).await?.map(Organization::from))
    }

    /// Adds an organization; [`CatalogError::Taken`] if its name is.
    pub async fn create_organization(&self, organization: &Organization) -> Result<()> {
        self.write(|| async {
            let row = ActiveModel {
                id: Set(organization.id.0),
                name: Set(clean(&organization.name)),
                created_at: Set(organization.created_at.micros()),
            };
            let inserted = Entity::insert(row).exec_without_returning(self.writer()).await;
            inserted.map(drop).map_err(|error| CatalogError::or_taken(error, "name"))
        })
        .await
    }

    /// Gives an organization another name; [`CatalogError::Taken`] if it is another's.
    pub async fn rename_organization(&self, org: OrgId, name: &str) -> Result<()> {
        let rename = Entity::update_many()
            .col_expr(Column::Name, Expr::value(clean(name)))
            .filter(Column::Id.eq(org.0));
        let renamed = self
            .write(|| async {
                let done = rename.clone().exec(self.writer()).await;
                done.map_err(|error| CatalogError::or_taken(error, "name"))
            })
            .await?;
        match renamed.rows_affected {
            0 => Err(CatalogError::NotFound(format!("organization {org}"))),
            _ => Ok(()),
        }
    }
}

/// Makes others wait that change cameras or accounts of this tenant. A change of its row that changes
/// nothing is a lock on both databases.
pub(crate) async fn lock_organization(connection: &impl ConnectionTrait, org: OrgId) -> Result<()> {
    let lock = "UPDATE organizations SET created_at = created_at WHERE id = $1";
    let locked = connection.execute_raw(statement(connection, lock, [org.0.into()])).await?;
    if locked.rows_affected() == 0 {
        return Err(CatalogError::NotFound(format!("organization {org}")));
    }
    Ok(())
}
