//! Reading everything as it was in one moment, while others go on writing.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, TransactionOptions,
    TransactionTrait,
};

use super::cell::{self, Cell};
use super::schema::{self, Table, TableSchema};
use crate::sql::statement;
use crate::{CatalogError, CatalogOptions, DatabaseKind, Result, dialect, migrate};

/// Rows of a page: some may be large.
const PAGE: u32 = 256;

/// A database in one moment. It never changes anything, and blocks nobody; on SQLite the log grows for
/// as long as it is open.
pub struct Snapshot {
    kind: DatabaseKind,
    connection: DatabaseConnection,
    transaction: DatabaseTransaction,
    version: i32,
    tables: Vec<Table>,
}

impl Snapshot {
    /// Opens a database that is there; brings nothing up to date.
    pub async fn open(url: &str) -> Result<Self> {
        let kind = dialect::kind_of(url)
            .ok_or_else(|| CatalogError::InvalidUrl("expected sqlite:// or postgres://".to_owned()))?;
        let options = CatalogOptions { max_connections: 1, sealer: None };
        let connection = dialect::open(kind, url, &options).await?.reader;
        let begin = match kind {
            DatabaseKind::Sqlite => TransactionOptions::default(),
            DatabaseKind::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        let transaction = connection.begin_with_options(begin).await?;
        let version = version(kind, &transaction).await?;
        let known = migrate::newest();
        if version > known {
            return Err(CatalogError::TooNew { found: version, known });
        }
        let tables = schema::tables(kind, &transaction).await?;
        Ok(Self { kind, connection, transaction, version, tables })
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// Its schema version.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// Its tables, each behind those that its rows refer to.
    pub fn tables(&self) -> Vec<TableSchema> {
        self.tables.iter().map(Table::schema).collect()
    }

    /// Begins to read all rows of one of its tables.
    pub async fn rows(&self, table: &str) -> Result<Rows<'_>> {
        let table = self.tables.iter().find(|known| known.name == table);
        let table = table.ok_or_else(|| CatalogError::NotFound("the table".to_owned()))?;
        let selected: Vec<String> =
            table.columns.iter().map(|(name, kind)| kind.selected(self.kind, name)).collect();
        let (columns, name) = (selected.join(", "), &table.name);
        let place = match self.kind {
            DatabaseKind::Postgres => {
                let text =
                    format!("DECLARE \"dump_{name}\" NO SCROLL CURSOR FOR SELECT {columns} FROM \"{name}\"");
                self.transaction.execute_unprepared(&text).await?;
                Place::Cursor
            }
            DatabaseKind::Sqlite if self.has_rowid(name).await? => Place::Rowid(i64::MIN),
            DatabaseKind::Sqlite => Place::Offset(0),
        };
        Ok(Rows { snapshot: self, table, columns, place })
    }

    async fn has_rowid(&self, table: &str) -> Result<bool> {
        let text = "SELECT wr FROM pragma_table_list WHERE name = $1";
        let row = self.transaction.query_one_raw(statement(&self.transaction, text, [table.into()])).await?;
        let without: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(without == Some(0))
    }

    /// Ends it.
    pub async fn close(self) {
        // Nothing was written, so nothing can be lost.
        let _ = self.transaction.rollback().await;
        let _ = self.connection.close().await;
    }
}

/// The rows of one table, a page at a time.
pub struct Rows<'a> {
    snapshot: &'a Snapshot,
    table: &'a Table,
    columns: String,
    place: Place,
}

/// Where the next page begins.
enum Place {
    /// PostgreSQL: the cursor knows.
    Cursor,
    /// SQLite: behind this row. Less than the least row id there is: at the first.
    Rowid(i64),
    /// SQLite, of a table that has no row ids (those are small): after so many rows.
    Offset(i64),
}

impl Rows<'_> {
    /// The next rows; empty after the last.
    pub async fn next_page(&mut self) -> Result<Vec<Vec<Cell>>> {
        let transaction = &self.snapshot.transaction;
        let (columns, name) = (&self.columns, &self.table.name);
        let ask = match &self.place {
            // A cursor of each table's own: prepared statements are kept by their text, with the types of their columns.
            Place::Cursor => statement(transaction, format!("FETCH {PAGE} FROM \"dump_{name}\""), []),
            Place::Rowid(after) => {
                let text = format!(
                    "SELECT {columns}, rowid FROM \"{name}\" WHERE rowid > $1 ORDER BY rowid LIMIT {PAGE}"
                );
                statement(transaction, text, [(*after).into()])
            }
            Place::Offset(offset) => {
                let text = format!("SELECT {columns} FROM \"{name}\" LIMIT {PAGE} OFFSET $1");
                statement(transaction, text, [(*offset).into()])
            }
        };
        let rows = transaction.query_all_raw(ask).await?;
        match (&mut self.place, rows.last()) {
            (Place::Cursor, None) => {
                transaction.execute_unprepared(&format!("CLOSE \"dump_{name}\"")).await?;
            }
            (Place::Rowid(after), Some(last)) => *after = last.try_get_by_index(self.table.columns.len())?,
            (Place::Offset(offset), _) => *offset += rows.len() as i64,
            (Place::Cursor | Place::Rowid(_), _) => {}
        }
        let read = |row| -> Result<Vec<Cell>> {
            let columns = self.table.columns.iter().enumerate();
            columns.map(|(at, (_, kind))| cell::read(row, at, kind.kind(), self.snapshot.kind)).collect()
        };
        rows.iter().map(read).collect()
    }

    /// All of them, for tests and small tables.
    pub async fn all(mut self) -> Result<Vec<Vec<Cell>>> {
        let mut all = Vec::new();
        loop {
            let page = self.next_page().await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

/// The newest migration that was run.
async fn version(kind: DatabaseKind, transaction: &DatabaseTransaction) -> Result<i32> {
    if !has_migrations(kind, transaction).await? {
        return Err(CatalogError::NotFound("the tables of Nightjar: the database is empty".to_owned()));
    }
    let newest = statement(transaction, "SELECT max(version) FROM migrations", []);
    let row = transaction.query_one_raw(newest).await?;
    let version: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(version.unwrap_or(0))
}

/// Whether Nightjar has made its tables in a database.
pub(super) async fn has_migrations<C: ConnectionTrait>(kind: DatabaseKind, connection: &C) -> Result<bool> {
    let text = match kind {
        DatabaseKind::Sqlite => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations')"
        }
        DatabaseKind::Postgres => "SELECT to_regclass('migrations') IS NOT NULL",
    };
    let row = connection.query_one_raw(statement(connection, text, [])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false))
}
