//! `organizations`: the tenants.

use nightjar_media::WallTime;
use nightjar_model::{OrgId, Organization};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for Organization {
    fn from(row: Model) -> Self {
        Self { id: OrgId(row.id), name: row.name, created_at: WallTime::from_micros(row.created_at) }
    }
}
