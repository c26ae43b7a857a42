//! Writing rows into an empty database.

use std::collections::BTreeMap;

use nightjar_model::WallTime;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};

use super::cell::{Cell, ColumnType};
use super::schema::{self, Table, TableSchema};
use super::snapshot::has_migrations;
use crate::sql::{Values, batches, statement};
use crate::{CatalogError, CatalogOptions, DatabaseKind, Result, dialect, migrate};

/// A load that is under way; dropped without [`Load::commit`], it leaves the tables as the migrations
/// made them.
pub struct Load {
    kind: DatabaseKind,
    connection: DatabaseConnection,
    transaction: DatabaseTransaction,
    tables: BTreeMap<String, Table>,
    /// SQLite: triggers that are made again at the end.
    triggers: Vec<String>,
}

impl Load {
    /// Makes the tables of a schema version in an empty database; one that has tables of ours already is
    /// refused.
    pub async fn begin(url: &str, version: i32) -> Result<Self> {
        let kind = dialect::kind_of(url)
            .ok_or_else(|| CatalogError::InvalidUrl("expected sqlite:// or postgres://".to_owned()))?;
        let options = CatalogOptions { max_connections: 2, sealer: None };
        let connection = dialect::open(kind, url, &options).await?.writer;
        if has_migrations(kind, &connection).await? {
            return Err(CatalogError::Refused(
                "it is not empty: Nightjar has made its tables in it".to_owned(),
            ));
        }
        migrate::run_to(kind, &connection, version).await?;
        let transaction = connection.begin_with_options(dialect::write_transaction()).await?;
        let tables = schema::tables(kind, &transaction).await?;
        // What triggers would write is in the dump already.
        let triggers = match kind {
            DatabaseKind::Sqlite => drop_triggers(&transaction).await?,
            DatabaseKind::Postgres => {
                switch_triggers(&transaction, &tables, "DISABLE").await?;
                Vec::new()
            }
        };
        // Rows that the migrations made are in the dump, too, as they are by now.
        for table in tables.iter().rev() {
            transaction.execute_unprepared(&format!("DELETE FROM \"{}\"", table.name)).await?;
        }
        let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
        Ok(Self { kind, connection, transaction, tables, triggers })
    }

    /// Whether it has a table with these columns; the error says what is missing.
    pub fn check(&self, table: &TableSchema) -> Result<()> {
        let wrong = |what: String| CatalogError::Refused(format!("this schema version has no {what}"));
        let known = self.tables.get(&table.name).ok_or_else(|| wrong(format!("table `{}`", table.name)))?;
        for column in &table.columns {
            let fits =
                |(name, kind): &(String, ColumnType)| *name == column.name && kind.kind() == column.kind;
            if !known.columns.iter().any(fits) {
                return Err(wrong(format!("column `{}.{}` of that kind", table.name, column.name)));
            }
        }
        Ok(())
    }

    /// Inserts rows; their values are in the order of `table`'s columns, which were checked.
    pub async fn insert(&self, table: &TableSchema, rows: &[Vec<Cell>]) -> Result<()> {
        self.check(table)?;
        let known = &self.tables[&table.name];
        let types: Vec<ColumnType> = table
            .columns
            .iter()
            .filter_map(|column| known.columns.iter().find(|(name, _)| *name == column.name))
            .map(|(_, kind)| *kind)
            .collect();
        if table.name == "events" {
            self.make_partitions(table, rows).await?;
        }
        let names: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let head = format!("INSERT INTO \"{}\" ({}) VALUES ", table.name, names.join(", "));
        for batch in batches(rows, types.len()) {
            let mut values = Values::default();
            let mut bound = Vec::with_capacity(batch.len());
            for row in batch {
                if row.len() != types.len() {
                    return Err(CatalogError::Refused("a row has too few or too many values".to_owned()));
                }
                let row: Result<Vec<_>> =
                    types.iter().zip(row).map(|(kind, cell)| kind.bound(cell)).collect();
                bound.push(row?);
            }
            let places = values.bind_rows(bound);
            let insert = values.into_statement(&self.transaction, format!("{head}{places}"));
            self.transaction.execute_raw(insert).await?;
        }
        Ok(())
    }

    /// Deletes all rows of a table, and what hangs on them.
    pub async fn empty(&self, table: &str) -> Result<()> {
        if self.tables.contains_key(table) {
            self.transaction.execute_unprepared(&format!("DELETE FROM \"{table}\"")).await?;
        }
        Ok(())
    }

    /// Makes it so.
    pub async fn commit(self) -> Result<()> {
        for trigger in &self.triggers {
            self.transaction.execute_unprepared(trigger).await?;
        }
        if self.kind == DatabaseKind::Postgres {
            let tables: Vec<Table> = self.tables.into_values().collect();
            switch_triggers(&self.transaction, &tables, "ENABLE").await?;
        }
        self.transaction.commit().await?;
        self.connection.close().await?;
        Ok(())
    }

    /// PostgreSQL: each month of events lies in a partition of its own.
    async fn make_partitions(&self, table: &TableSchema, rows: &[Vec<Cell>]) -> Result<()> {
        let Some(at) = table.columns.iter().position(|column| column.name == "start_at") else {
            return Ok(());
        };
        let times = rows.iter().filter_map(|row| match row.get(at) {
            Some(Cell::Integer(micros)) => Some(WallTime::from_micros(*micros)),
            _ => None,
        });
        dialect::make_partitions_of(self.kind, &self.transaction, times).await
    }
}

async fn drop_triggers(transaction: &DatabaseTransaction) -> Result<Vec<String>> {
    let text = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'";
    let mut triggers = Vec::new();
    for row in transaction.query_all_raw(statement(transaction, text, [])).await? {
        let (name, sql): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        transaction.execute_unprepared(&format!("DROP TRIGGER \"{name}\"")).await?;
        triggers.push(sql);
    }
    Ok(triggers)
}

async fn switch_triggers(transaction: &DatabaseTransaction, tables: &[Table], how: &str) -> Result<()> {
    for table in tables {
        let text = format!("ALTER TABLE \"{}\" {how} TRIGGER USER", table.name);
        transaction.execute_unprepared(&text).await?;
    }
    Ok(())
}
