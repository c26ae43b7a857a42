//! PostgreSQL: for many cameras and many nodes.

pub(super) mod partitions;
pub(super) mod timescale;

use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};

use super::{Merge, Pools};
use crate::sql::Values;
use crate::{CatalogError, CatalogOptions, Result};

/// How long an operation waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// Prepared statements that a connection keeps: ours differ in the size of their batches too.
const STATEMENTS: usize = 64;

pub(super) async fn open(url: &str, options: &CatalogOptions) -> Result<Pools> {
    let connection = connect(url, options.max_connections).await?;
    Ok(Pools { reader: connection.clone(), writer: connection })
}

async fn connect(url: &str, most: u32) -> Result<DatabaseConnection> {
    // The library's own message could repeat parts of the address, and so of the password.
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| {
            CatalogError::InvalidUrl("expected postgres://user:password@host:port/database".to_owned())
        })?
        .application_name("nightjar")
        .statement_cache_capacity(STATEMENTS)
        // Nothing of ours holds a lock for long: whoever waits longer is better told.
        .options([("lock_timeout", "15s"), ("idle_in_transaction_session_timeout", "60s")])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(most.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(connect)
        .await?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// The triggers that keep `camera_usage`: once a statement, however many rows it changes. Rows of
/// open segments are not counted.
pub(super) fn extras() -> String {
    [
        trigger("insert", "INSERT", "NEW TABLE AS new_rows", &[("+", "new_rows")]),
        trigger("delete", "DELETE", "OLD TABLE AS old_rows", &[("-", "old_rows")]),
        trigger(
            "update",
            "UPDATE",
            "NEW TABLE AS new_rows OLD TABLE AS old_rows",
            &[("+", "new_rows"), ("-", "old_rows")],
        ),
    ]
    .concat()
}

fn trigger(name: &str, event: &str, referencing: &str, parts: &[(&str, &str)]) -> String {
    let rows = parts
        .iter()
        .map(|(sign, table)| {
            format!(
                "SELECT camera_id, {sign}1 AS n, {sign}bytes AS bytes, is_local, is_remote
                 FROM {table} WHERE state <> 'open'"
            )
        })
        .collect::<Vec<_>>()
        .join(" UNION ALL ");
    format!(
        "CREATE FUNCTION segments_usage_{name}() RETURNS trigger LANGUAGE plpgsql AS $body$
         BEGIN
           UPDATE camera_usage SET
             segments = camera_usage.segments + delta.segments,
             bytes = camera_usage.bytes + delta.bytes,
             local_bytes = camera_usage.local_bytes + delta.local_bytes,
             remote_bytes = camera_usage.remote_bytes + delta.remote_bytes
           FROM (
             SELECT camera_id, sum(n) AS segments, sum(bytes) AS bytes,
               coalesce(sum(bytes) FILTER (WHERE is_local), 0) AS local_bytes,
               coalesce(sum(bytes) FILTER (WHERE is_remote), 0) AS remote_bytes
             FROM ({rows}) AS changed GROUP BY camera_id ORDER BY camera_id
           ) AS delta
           WHERE camera_usage.camera_id = delta.camera_id;
           RETURN NULL;
         END $body$;
         CREATE TRIGGER segments_usage_{name} AFTER {event} ON segments
         REFERENCING {referencing} FOR EACH STATEMENT EXECUTE FUNCTION segments_usage_{name}();"
    )
}

/// One query for all parts.
pub(super) fn merged(merge: &Merge<'_>, values: &mut Values) -> String {
    let Merge { table, columns, rest, direction, limit, .. } = merge;
    let parts = values.bind_rows(merge.parts.iter().cloned());
    let equal: String =
        columns.iter().map(|column| format!("{table}.{column} = part.{column} AND ")).collect();
    let names = columns.join(", ");
    format!(
        "SELECT one.id FROM (VALUES {parts}) AS part ({names}) CROSS JOIN LATERAL (
           SELECT id FROM {table} WHERE {equal}{rest} ORDER BY id {direction} LIMIT {limit}) AS one"
    )
}
