//! Events that went on after they began: they ended, or somebody has seen them.

use nightjar_media::WallTime;
use nightjar_model::{Event, EventId, OrgId};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use crate::sql::statement;
use crate::{Catalog, Result, SortOrder};

/// Changes that one page looks at.
const PAGE: usize = 500;

/// What an event can come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventChange {
    /// It ended.
    Ended,
    /// Somebody acknowledged it.
    Acknowledged,
}

/// A place among the changes of a kind: when it happened, and to which event.
pub type EventChanged = (WallTime, EventId);

impl Catalog {
    /// Of the next 500 changes after a place: a tenant's events that began before `began_before`, as
    /// they are now; and the place of the last change, unless there are no more.
    pub async fn events_changed(
        &self,
        org: OrgId,
        change: EventChange,
        after: EventChanged,
        began_before: WallTime,
    ) -> Result<(Vec<Event>, Option<EventChanged>)> {
        let rows = self.reader().query_all_raw(page(self.reader(), org, change, after)).await?;
        let (mut ids, mut last) = (Vec::with_capacity(rows.len()), None);
        for row in &rows {
            let (id, at): (Uuid, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            last = Some((WallTime::from_micros(at), EventId(id)));
            ids.push(id);
        }
        ids.retain(|id| *id < EventId::floor(began_before).0);
        let events = self.events_of(ids, SortOrder::Ascending).await?;
        Ok((events, last.filter(|_| rows.len() == PAGE)))
    }
}

pub(crate) fn page(
    connection: &impl ConnectionTrait,
    org: OrgId,
    change: EventChange,
    (at, id): EventChanged,
) -> Statement {
    let column = match change {
        EventChange::Ended => "end_at",
        EventChange::Acknowledged => "acknowledged_at",
    };
    let text = format!(
        "SELECT id, {column} FROM events
         WHERE org_id = $1 AND {column} IS NOT NULL AND ({column}, id) > ($2, $3)
         ORDER BY {column}, id LIMIT {PAGE}"
    );
    statement(connection, text, [org.0.into(), at.micros().into(), id.0.into()])
}
