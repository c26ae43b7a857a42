//! `uploads`: the queue. A row is there as long as the segment waits.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) segment_id: Uuid,
    pub(crate) node: String,
    pub(crate) next_at: i64,
    pub(crate) attempts: i32,
    pub(crate) last_error: String,
    /// End and size of the segment, so that the queue can be summed up without its rows.
    pub(crate) segment_end: i64,
    pub(crate) bytes: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
