//! A partition of events a month, made ahead. What has none goes into the default one, so nothing is
//! ever refused for want of a partition.

use std::collections::BTreeSet;

use nightjar_model::{EventId, WallTime, to_rfc3339};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::timescale;
use crate::Result;
use crate::sql::statement;

/// Months that are made ahead of the present one.
const AHEAD: usize = 2;

/// A month of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Month {
    year: i64,
    /// From 1.
    month: i64,
}

/// Makes the partitions of this month and the next ones.
pub(in crate::dialect) async fn keep(writer: &impl ConnectionTrait, now: WallTime) -> Result<()> {
    if !is_partitioned(writer).await? {
        return Ok(());
    }
    let months = std::iter::successors(Some(Month::of(now)), |month| Some(month.next())).take(AHEAD + 1);
    for month in months {
        let (name, text) = (month.partition(), month.creation());
        // Fails if there are events of the month in the default partition: they and all others of the
        // month stay there.
        if let Err(error) = writer.execute_unprepared(&text).await {
            tracing::warn!(partition = name, %error, "a partition of events can't be made");
        }
    }
    Ok(())
}

/// Makes the partitions of these times in a transaction that will put their events in.
pub(in crate::dialect) async fn make_for(
    transaction: &DatabaseTransaction,
    times: impl Iterator<Item = WallTime> + Send,
) -> Result<()> {
    let months: BTreeSet<Month> = times.map(Month::of).collect();
    if months.is_empty() || !is_partitioned(transaction).await? {
        return Ok(());
    }
    for month in months {
        transaction.execute_unprepared(&month.creation()).await?;
    }
    Ok(())
}

/// Drops the partitions of months that end at or before `cutoff`; of a hypertable, its chunks: then there
/// is nothing any more before the time that is returned.
pub(in crate::dialect) async fn drop_before(
    writer: &impl ConnectionTrait,
    cutoff: WallTime,
) -> Result<Option<WallTime>> {
    if !is_partitioned(writer).await? {
        return timescale::drop_before(writer, cutoff).await.map(Some);
    }
    let text = "SELECT child.relname FROM pg_inherits
                JOIN pg_class AS child ON child.oid = inhrelid WHERE inhparent = 'events'::regclass";
    for row in writer.query_all_raw(statement(writer, text, [])).await? {
        let name: String = row.try_get_by_index(0)?;
        if Month::of_partition(&name).is_some_and(|month| month.next().start() <= cutoff) {
            writer.execute_unprepared(&format!("DROP TABLE IF EXISTS {name}")).await?;
            tracing::info!(partition = name, "old events are gone");
        }
    }
    Ok(None)
}

/// Whether it is not a hypertable of TimescaleDB, which makes its own parts.
async fn is_partitioned(writer: &impl ConnectionTrait) -> Result<bool> {
    let text = "SELECT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'events'::regclass)";
    let row = writer.query_one_raw(statement(writer, text, [])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false))
}

impl Month {
    fn of(time: WallTime) -> Self {
        Self::parse(&to_rfc3339(time.max(WallTime::from_micros(0))), '-')
            .unwrap_or(Self { year: 1970, month: 1 })
    }

    fn of_partition(name: &str) -> Option<Self> {
        Self::parse(name.strip_prefix("events_")?, '_')
    }

    /// Reads `2026-11…`.
    fn parse(text: &str, separator: char) -> Option<Self> {
        let mut parts = text.split(separator);
        let (year, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { month: month + 1, ..self },
        }
    }

    fn partition(self) -> String {
        format!("events_{:04}_{:02}", self.year, self.month)
    }

    fn creation(self) -> String {
        let (first, end) = (EventId::floor(self.start()), EventId::floor(self.next().start()));
        let name = self.partition();
        format!(
            "CREATE TABLE IF NOT EXISTS {name} PARTITION OF events FOR VALUES FROM ('{first}') TO ('{end}')"
        )
    }

    /// Its first instant: days since 1970 in the proleptic Gregorian calendar, counted in years that
    /// begin in March.
    fn start(self) -> WallTime {
        let (year, month) =
            if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let days = days + (153 * month + 2) / 5 - 719_468;
        WallTime::from_micros(days * 86_400_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_the_calendar_says() {
        for year in [1970, 1999, 2000, 2024, 2026, 2100] {
            for month in 1..=12 {
                let month = Month { year, month };
                let expected = format!("{:04}-{:02}-01T00:00:00.000Z", month.year, month.month);
                assert_eq!(to_rfc3339(month.start()), expected);
                assert_eq!(Month::of(month.start()), month);
                assert_eq!(Month::of(month.next().start().plus_micros(-1)), month);
                assert_eq!(Month::of_partition(&month.partition()), Some(month));
            }
        }
        assert_eq!(Month::of_partition("events_default"), None);
    }
}
