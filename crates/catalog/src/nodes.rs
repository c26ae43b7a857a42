//! The processes that ran on this catalog, and when each was last heard of.

use nightjar_media::WallTime;
use nightjar_model::NodeId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};

use crate::entity::node;
use crate::{Catalog, Result};

impl Catalog {
    /// When a process was last heard of: until then it has told all that it knew.
    pub async fn node_seen(&self, id: &NodeId) -> Result<Option<WallTime>> {
        let row = node::Entity::find_by_id(&id.0).one(self.reader()).await?;
        Ok(row.and_then(|row| row.seen_at).map(WallTime::from_micros))
    }

    /// Notes that a process starts. Gives when its lives before this one were last heard of, which is
    /// their first start if they wrote nothing; none when there was none.
    pub async fn node_started(&self, id: &NodeId, at: WallTime) -> Result<Option<WallTime>> {
        let seen = self.node_seen(id).await?;
        self.write(|| async {
            let row = node::ActiveModel {
                id: Set(id.0.clone()),
                started_at: Set(at.micros()),
                seen_at: Set(Some(at.micros())),
            };
            let known =
                OnConflict::column(node::Column::Id).update_column(node::Column::StartedAt).to_owned();
            node::Entity::insert(row).on_conflict(known).exec_without_returning(self.writer()).await?;
            Ok(())
        })
        .await?;
        Ok(seen)
    }
}
