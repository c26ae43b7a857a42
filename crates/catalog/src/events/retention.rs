//! Old events go: whole partitions at once, the rest in batches that hold up nobody.

use nightjar_media::WallTime;
use nightjar_model::EventId;
use sea_orm::ConnectionTrait;

use super::counts::{self, DAY, floor};
use crate::sql::statement;
use crate::{Catalog, Result, dialect};

/// Rows that one transaction deletes.
const BATCH: i64 = 5_000;

impl Catalog {
    /// Makes the partitions that events will need next. To be called at start and once a day.
    pub async fn prepare_events(&self, now: WallTime) -> Result<()> {
        dialect::keep_partitions(self.kind(), self.writer(), now).await
    }

    /// Deletes events that began on days (UTC) before `cutoff`'s, a few thousand at most; true if
    /// there may be more. With TimescaleDB, whole weeks before it.
    pub async fn forget_events(&self, cutoff: WallTime) -> Result<bool> {
        let cutoff = WallTime::from_micros(floor(cutoff, DAY));
        match dialect::drop_partitions(self.kind(), self.writer(), cutoff).await? {
            Some(begin) => self.write(|| self.forget_counts(begin)).await.map(|()| false),
            None => self.write(|| self.forget_events_once(cutoff)).await,
        }
    }

    async fn forget_counts(&self, cutoff: WallTime) -> Result<()> {
        let transaction = self.begin().await?;
        counts::forget(&transaction, cutoff.micros()).await?;
        Ok(transaction.commit().await?)
    }

    async fn forget_events_once(&self, cutoff: WallTime) -> Result<bool> {
        let transaction = self.begin().await?;
        let old = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id < $1 ORDER BY id LIMIT $2)";
        let values = [EventId::floor(cutoff).0.into(), BATCH.into()];
        let deleted = transaction.execute_raw(statement(&transaction, old, values)).await?.rows_affected();
        let more = deleted >= BATCH.unsigned_abs();
        if !more {
            // Only now, so that the numbers are too high for a moment rather than too low for long.
            counts::forget(&transaction, cutoff.micros()).await?;
        }
        transaction.commit().await?;
        Ok(more)
    }
}
