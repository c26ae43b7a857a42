//! `camera_groups`: groups of cameras, which accounts may be limited to.

use nightjar_media::WallTime;
use nightjar_model::{CameraGroup, GroupId, OrgId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::clean;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "camera_groups")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) version: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a group.
pub(crate) fn to_row(group: &CameraGroup) -> ActiveModel {
    ActiveModel {
        id: Set(group.id.0),
        org_id: Set(group.org_id.0),
        name: Set(clean(&group.name)),
        description: Set(clean(&group.description)),
        version: Set(group.version),
        created_at: Set(group.created_at.micros()),
        updated_at: Set(group.updated_at.micros()),
    }
}

impl From<Model> for CameraGroup {
    fn from(row: Model) -> Self {
        Self {
            id: GroupId(row.id),
            org_id: OrgId(row.org_id),
            name: row.name,
            description: row.description,
            version: row.version,
            created_at: WallTime::from_micros(row.created_at),
            updated_at: WallTime::from_micros(row.updated_at),
        }
    }
}
