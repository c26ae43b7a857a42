//! SQLite: the embedded default.
//!
//! One connection writes, a few read beside it (WAL). `synchronous = FULL`: a commit is on the disk
//! when it returns. With NORMAL a power failure could take back the last commits, among them "this
//! segment is about to be deleted" after its object is gone; the recorder commits about once a
//! second for all its cameras, so the sync costs little.

pub(super) mod reserve;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sea_orm::SqlxSqliteConnector;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions, Connection};

use super::{Merge, Pools};
use crate::sql::Values;
use crate::{CatalogError, CatalogOptions, Result};

/// How long a statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How soon it is tried again where SQLite itself does not wait.
const RETRY: Duration = Duration::from_millis(20);
/// How long an operation waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// Prepared statements that a connection keeps: ours differ in the size of their batches too.
const STATEMENTS: usize = 64;
/// The log is cut back to this after it had to grow beyond.
const LOG_BYTES: &str = "67108864";

pub(super) async fn open(url: &str, options: &CatalogOptions) -> Result<Pools> {
    let base = connect_options(url)?;
    create_private(base.get_filename())?;
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // SQLite may end a transaction by itself when the disk is full or fails (its manual on ROLLBACK
        // and on sqlite3_get_autocommit). sqlx would not notice, count the transaction as open and
        // refuse every later one on the connection. Such a connection is replaced.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
    let writer = connect(writer, base.clone().pragma("cache_size", "-32768")).await?;
    let reader = SqlitePoolOptions::new()
        .max_connections(options.max_connections.max(1))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false);
    let reader = connect(reader, base.pragma("query_only", "ON").pragma("cache_size", "-8192")).await?;
    Ok(Pools {
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
    })
}

/// Opens the first connection. While another process switches a new file to WAL, SQLite refuses to do
/// the same at once, without the wait that it was told: it is tried for as long.
async fn connect(pool: SqlitePoolOptions, options: SqliteConnectOptions) -> Result<SqlitePool> {
    let mut refused = Duration::ZERO;
    loop {
        match pool.clone().connect_with(options.clone()).await.map_err(CatalogError::from) {
            Err(CatalogError::Conflict(_)) if refused < BUSY_TIMEOUT => refused += RETRY,
            outcome => return outcome,
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// `?max_page_count=N` bounds the file, as a full disk would.
fn connect_options(url: &str) -> Result<SqliteConnectOptions> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut options: SqliteConnectOptions =
        address.parse().map_err(|_| invalid("expected sqlite:///path/of/the/file.db"))?;
    if !options.get_filename().is_absolute() {
        return Err(invalid("the path of the file must be absolute, as in sqlite:///path/of/the/file.db"));
    }
    options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .locking_mode(SqliteLockingMode::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS)
        .pragma("journal_size_limit", LOG_BYTES)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging();
    match query.split_once('=') {
        None if query.is_empty() => Ok(options),
        Some(("max_page_count", pages)) if pages.parse::<u32>().is_ok() => {
            Ok(options.pragma("max_page_count", pages.to_owned()))
        }
        _ => Err(invalid("the only parameter is max_page_count")),
    }
}

fn invalid(reason: &str) -> CatalogError {
    CatalogError::InvalidUrl(reason.to_owned())
}

/// The file holds the cameras' passwords, so only its owner may read it. The log beside it gets
/// the same mode from SQLite.
fn create_private(path: &Path) -> Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(CatalogError::Unavailable(format!("{}: {error}", path.display()))),
    }
}

/// What only SQLite has: the table that [`reserve`] fills, and the triggers that keep
/// `camera_usage`. They run row by row; rows of open segments are not counted, so their progress
/// costs nothing here.
pub(super) fn extras() -> String {
    let add = change("NEW", '+');
    let subtract = change("OLD", '-');
    format!(
        "CREATE TABLE reserve (filler BLOB NOT NULL);
         CREATE TRIGGER segments_usage_insert AFTER INSERT ON segments
         WHEN NEW.state <> 'open' BEGIN {add} END;
         CREATE TRIGGER segments_usage_delete AFTER DELETE ON segments
         WHEN OLD.state <> 'open' BEGIN {subtract} END;
         CREATE TRIGGER segments_usage_update
         AFTER UPDATE OF state, bytes, is_local, is_remote, camera_id ON segments
         WHEN OLD.state <> 'open' OR NEW.state <> 'open' BEGIN {subtract} {add} END;"
    )
}

fn change(row: &str, sign: char) -> String {
    format!(
        "UPDATE camera_usage SET
           segments = segments {sign} 1,
           bytes = bytes {sign} {row}.bytes,
           local_bytes = local_bytes {sign} {row}.bytes * {row}.is_local,
           remote_bytes = remote_bytes {sign} {row}.bytes * {row}.is_remote
         WHERE camera_id = {row}.camera_id AND {row}.state <> 'open';"
    )
}

/// One query a part.
pub(super) fn merged(merge: &Merge<'_>, values: &mut Values) -> String {
    let Merge { table, rest, direction, limit, .. } = merge;
    let index = merge.index.map(|index| format!(" INDEXED BY {index}")).unwrap_or_default();
    let parts = merge.parts.iter().enumerate().map(|(number, part)| {
        let equal = merge.columns.iter().zip(part);
        let equal = equal.map(|(column, value)| format!("{column} = {} AND ", values.bind(value.clone())));
        let equal: String = equal.collect();
        format!(
            "SELECT * FROM (SELECT id FROM {table}{index} WHERE {equal}{rest}
             ORDER BY id {direction} LIMIT {limit}) AS part{number}"
        )
    });
    parts.collect::<Vec<_>>().join(" UNION ALL ")
}
