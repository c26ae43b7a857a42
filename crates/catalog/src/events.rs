//! Events: written in batches, listed page by page at the same cost however many there are.

pub(crate) mod changes;
mod counts;
pub(crate) mod list;
mod retention;

use nightjar_media::WallTime;
use nightjar_model::{Acknowledgement, Event, EventId, NodeId, OrgId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use crate::entity::event::{COLUMNS, Column, Entity, to_values};
use crate::sql::{Values, batches};
use crate::{Catalog, Result};

pub use changes::{EventChange, EventChanged};
pub use list::{EventFilter, EventPage};

/// One change of the events.
#[derive(Debug, Clone, PartialEq)]
pub enum EventWrite {
    /// Something happened.
    Happened(Event),
    /// Something began on this node, and will end there.
    Began(Event, NodeId),
    /// What had begun has ended.
    Ended(EventId, WallTime),
}

impl Catalog {
    /// Writes all of it or nothing; gives what has ended, as it is now: somebody may have acknowledged
    /// it while it lasted. An event that is there already stays as it is, so that a batch whose outcome
    /// got lost can be written again.
    pub async fn apply_events(&self, writes: &[EventWrite]) -> Result<Vec<Event>> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|| self.apply_events_once(writes)).await
    }

    async fn apply_events_once(&self, writes: &[EventWrite]) -> Result<Vec<Event>> {
        let transaction = self.begin().await?;
        let new: Vec<(&Event, Option<&str>)> = writes.iter().filter_map(beginning).collect();
        let mut added = counts::Counts::default();
        for batch in batches(&new, COLUMNS.len()) {
            let inserted = insert(&transaction, batch).await?;
            added
                .extend(batch.iter().map(|(event, _)| *event).filter(|event| inserted.contains(&event.id.0)));
        }
        counts::add(&transaction, &added).await?;
        let mut ended = Vec::new();
        for write in writes {
            if let EventWrite::Ended(id, at) = write {
                end(&transaction, *id, *at).await?;
                ended.extend(Entity::find_by_id(id.0).one(&transaction).await?);
            }
        }
        transaction.commit().await?;
        // One that can't be read does not keep the others from being written.
        Ok(ended.into_iter().filter_map(|row| Event::try_from(row).ok()).collect())
    }

    /// One event.
    pub async fn event(&self, org: OrgId, id: EventId) -> Result<Option<Event>> {
        let select = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0));
        select.one(self.reader()).await?.map(Event::try_from).transpose()
    }

    /// Notes who has seen an event, and gives the event; the first one stays. None if it is not there.
    pub async fn acknowledge_event(
        &self,
        org: OrgId,
        id: EventId,
        seen: Acknowledgement,
    ) -> Result<Option<Event>> {
        self.write(|| self.acknowledge_once(org, id, seen)).await
    }

    async fn acknowledge_once(
        &self,
        org: OrgId,
        id: EventId,
        seen: Acknowledgement,
    ) -> Result<Option<Event>> {
        let transaction = self.begin().await?;
        let update = Entity::update_many()
            .col_expr(Column::AcknowledgedAt, Expr::value(seen.at.micros()))
            .col_expr(Column::AcknowledgedBy, Expr::value(seen.by.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::OrgId.eq(org.0))
            .filter(Column::AcknowledgedAt.is_null());
        let first = update.exec(&transaction).await?.rows_affected > 0;
        let select = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0));
        let event = select.one(&transaction).await?.map(Event::try_from).transpose()?;
        if let Some(event) = event.as_ref().filter(|_| first) {
            counts::acknowledge(&transaction, event).await?;
        }
        transaction.commit().await?;
        Ok(event)
    }

    /// Ends what lasted on a node when its process died: at `at`, or where it began if that is later.
    /// Gives the number.
    pub async fn end_events_left_open(&self, node: &NodeId, at: WallTime) -> Result<u64> {
        let begun_later = Expr::col(Column::StartAt).gt(at.micros());
        let end = Expr::case(begun_later, Expr::col(Column::StartAt)).finally(at.micros());
        let update = Entity::update_many()
            .col_expr(Column::EndAt, end.into())
            .col_expr(Column::OpenOn, Expr::value(None::<String>))
            .filter(Column::OpenOn.eq(node.0.as_str()));
        self.update(update).await
    }
}

fn beginning(write: &EventWrite) -> Option<(&Event, Option<&str>)> {
    match write {
        EventWrite::Happened(event) => Some((event, None)),
        EventWrite::Began(event, node) => Some((event, Some(&node.0))),
        EventWrite::Ended(..) => None,
    }
}

/// Inserts events; gives the ids of those that were not there yet.
async fn insert(transaction: &DatabaseTransaction, batch: &[(&Event, Option<&str>)]) -> Result<Vec<Uuid>> {
    let mut values = Values::default();
    let rows = values.bind_rows(batch.iter().map(|(event, open_on)| to_values(event, *open_on)));
    let columns = COLUMNS.join(", ");
    let text = format!("INSERT INTO events ({columns}) VALUES {rows} ON CONFLICT DO NOTHING RETURNING id");
    let inserted = transaction.query_all_raw(values.into_statement(transaction, text)).await?;
    let ids: Result<Vec<Uuid>, _> = inserted.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(ids?)
}

async fn end(transaction: &DatabaseTransaction, id: EventId, at: WallTime) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndAt, Expr::value(at.micros()))
        .col_expr(Column::OpenOn, Expr::value(None::<String>))
        .filter(Column::Id.eq(id.0))
        .filter(Column::EndAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}
