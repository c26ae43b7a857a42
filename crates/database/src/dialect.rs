//! Where SQLite and PostgreSQL differ: one function a difference, with one arm a database.
//!
//! Belongs here: connecting, types of columns, triggers, locks. Does not belong here: queries,
//! which are the same for both.

mod postgres;
mod sqlite;

use nightjar_model::{OrgId, WallTime};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionOptions, Value};

use crate::sql::Values;
use crate::{CatalogOptions, DatabaseKind, Result};

/// The connections of a catalog. PostgreSQL: both are the same pool. SQLite: one connection writes.
pub(crate) struct Pools {
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
}

/// Which database the address names; none if it names neither.
pub(crate) fn kind_of(url: &str) -> Option<DatabaseKind> {
    if url.starts_with("sqlite:") {
        Some(DatabaseKind::Sqlite)
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        Some(DatabaseKind::Postgres)
    } else {
        None
    }
}

/// Before the tables are made: adds to the database what makes it better at its work and is there.
pub(crate) async fn prepare(kind: DatabaseKind, url: &str) {
    match kind {
        DatabaseKind::Sqlite => {}
        DatabaseKind::Postgres => postgres::timescale::install(url).await,
    }
}

/// Opens the connections.
pub(crate) async fn open(kind: DatabaseKind, url: &str, options: &CatalogOptions) -> Result<Pools> {
    match kind {
        DatabaseKind::Sqlite => sqlite::open(url, options).await,
        DatabaseKind::Postgres => postgres::open(url, options).await,
    }
}

/// The schema's text with the database's own types in it.
pub(crate) fn ddl(kind: DatabaseKind, template: &str) -> String {
    let id = OrgId::DEFAULT.0;
    let words = match kind {
        DatabaseKind::Sqlite => {
            ["BLOB", "BLOB", "", "", "WITHOUT ROWID", &format!("X'{}'", id.simple())].map(str::to_owned)
        }
        DatabaseKind::Postgres => {
            let by_id = "PARTITION BY RANGE (id)";
            let in_place = "WITH (fillfactor = 80)";
            ["UUID", "BYTEA", in_place, by_id, in_place, &format!("'{id}'")].map(str::to_owned)
        }
    };
    ["{id}", "{bytes}", "{updated_in_place}", "{by_id}", "{counts}", "{default_organization}"]
        .into_iter()
        .zip(words)
        .fold(template.to_owned(), |text, (word, meaning)| text.replace(word, &meaning))
}

/// What the schema has beside its tables, above all the triggers that keep `camera_usage`.
pub(crate) fn extras(kind: DatabaseKind) -> String {
    match kind {
        DatabaseKind::Sqlite => sqlite::extras(),
        DatabaseKind::Postgres => postgres::extras(),
    }
}

/// How a writing transaction begins. SQLite: with the write lock, because a transaction that reads
/// first and asks for the lock later can be refused it without waiting.
pub(crate) fn write_transaction() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// What makes a migration wait for the one of another process, said first in its transaction.
/// SQLite: the write lock does it already.
pub(crate) fn migration_lock(kind: DatabaseKind) -> Option<&'static str> {
    match kind {
        DatabaseKind::Sqlite => None,
        // Any number will do, as long as it is always the same.
        DatabaseKind::Postgres => Some("SELECT pg_advisory_xact_lock(7813372036854)"),
    }
}

/// Makes the partitions of events that will be needed next. SQLite has none.
pub async fn keep_partitions(kind: DatabaseKind, writer: &impl ConnectionTrait, now: WallTime) -> Result<()> {
    match kind {
        DatabaseKind::Sqlite => Ok(()),
        DatabaseKind::Postgres => postgres::partitions::keep(writer, now).await,
    }
}

/// Makes the partitions of events that began at these times, within a transaction that loads them. SQLite
/// has none.
pub(crate) async fn make_partitions_of(
    kind: DatabaseKind,
    transaction: &DatabaseTransaction,
    times: impl Iterator<Item = WallTime> + Send,
) -> Result<()> {
    match kind {
        DatabaseKind::Sqlite => Ok(()),
        DatabaseKind::Postgres => postgres::partitions::make_for(transaction, times).await,
    }
}

/// Drops the partitions of events that hold nothing but what began before `cutoff`; the other old
/// events are left to be deleted row by row. SQLite has none. A hypertable of TimescaleDB is deleted from
/// by whole chunks only: then this returns the time before which there is nothing any more.
pub async fn drop_partitions(
    kind: DatabaseKind,
    writer: &impl ConnectionTrait,
    cutoff: WallTime,
) -> Result<Option<WallTime>> {
    match kind {
        DatabaseKind::Sqlite => Ok(None),
        DatabaseKind::Postgres => postgres::partitions::drop_before(writer, cutoff).await,
    }
}

/// A query for the `id`s of a [`Merge`]: an index is read once a part, in its order. SQLite has no
/// `LATERAL`, and PostgreSQL would plan each part of a union for each partition.
pub fn merged(kind: DatabaseKind, merge: &Merge<'_>, values: &mut Values) -> String {
    match kind {
        DatabaseKind::Sqlite => sqlite::merged(merge, values),
        DatabaseKind::Postgres => postgres::merged(merge, values),
    }
}

/// What [`merged`] reads: the ids of `table`'s rows in which `columns` are one of `parts` and `rest`
/// holds, at most `limit` of each part.
pub struct Merge<'a> {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// SQLite would take a wider one: for rows of which only this index knows.
    pub index: Option<&'static str>,
    pub parts: Vec<Vec<Value>>,
    pub rest: &'a str,
    /// `ASC` or `DESC`.
    pub direction: &'static str,
    pub limit: u64,
}

/// Keeps room for the next write on a full disk. PostgreSQL sees to its own volume.
pub(crate) async fn keep_reserve(kind: DatabaseKind, writer: &DatabaseConnection) -> Result<()> {
    match kind {
        DatabaseKind::Sqlite => sqlite::reserve::keep(writer).await,
        DatabaseKind::Postgres => Ok(()),
    }
}

/// The same at start, when the log is empty.
pub(crate) async fn fill_reserve(kind: DatabaseKind, writer: &DatabaseConnection) -> Result<()> {
    match kind {
        DatabaseKind::Sqlite => sqlite::reserve::fill(writer).await,
        DatabaseKind::Postgres => Ok(()),
    }
}

/// Takes the reserve into use after a write found no room.
pub(crate) async fn use_reserve(kind: DatabaseKind, writer: &DatabaseConnection) -> Result<()> {
    match kind {
        DatabaseKind::Sqlite => sqlite::reserve::rewind(writer).await,
        DatabaseKind::Postgres => Ok(()),
    }
}
