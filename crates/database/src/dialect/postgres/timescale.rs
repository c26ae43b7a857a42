//! The extension TimescaleDB: events are a hypertable where it is installed when their table is made.

use nightjar_model::WallTime;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::connect;
use crate::Result;
use crate::sql::statement;

/// Microseconds of a chunk: a week, as migrations/0005_events_postgres.sql says. Chunks begin at multiples
/// of it.
const CHUNK: i64 = 604_800_000_000;

/// Installs the extension if the server has it, the user may, and the table of events is still to be made.
/// It has a connection of its own, because a server that did not preload the library ends it: what
/// `shared_preload_libraries` says is hidden from ordinary users, and says nothing about servers that have
/// the library built in. A failure only means that events are kept in plain partitions.
pub(in crate::dialect) async fn install(url: &str) {
    // Whoever can't connect is told by the connection that follows.
    let Ok(connection) = connect(url, 1).await else { return };
    if wants_it(&connection).await.unwrap_or(false) {
        match connection.execute_unprepared("CREATE EXTENSION IF NOT EXISTS timescaledb").await {
            Ok(_) => tracing::info!("the extension TimescaleDB is installed in the database"),
            Err(error) => tracing::info!(
                reason = %error,
                "TimescaleDB is available, but can't be installed: events are kept in monthly partitions"
            ),
        }
    }
    let _ = connection.close().await;
}

async fn wants_it(connection: &DatabaseConnection) -> Result<bool, DbErr> {
    let text = "SELECT to_regclass('events') IS NULL AND EXISTS (
                  SELECT FROM pg_available_extensions
                  WHERE name = 'timescaledb' AND installed_version IS NULL)";
    let row = connection.query_one_raw(statement(connection, text, [])).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// Drops the chunks of events that end at or before `cutoff`; returns where the first one that is left
/// begins. Deleting rows instead would decompress all chunks.
pub(super) async fn drop_before(writer: &impl ConnectionTrait, cutoff: WallTime) -> Result<WallTime> {
    let cutoff = WallTime::from_micros(cutoff.micros().div_euclid(CHUNK) * CHUNK);
    let text = "SELECT drop_chunks('events', older_than => CAST($1 AS BIGINT))";
    let dropped = writer.query_all_raw(statement(writer, text, [cutoff.micros().into()])).await?;
    if !dropped.is_empty() {
        tracing::info!(chunks = dropped.len(), "old events are gone");
    }
    Ok(cutoff)
}
