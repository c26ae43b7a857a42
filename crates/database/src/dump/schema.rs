//! The tables of a database, as it describes them itself.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Value};

use super::cell::{ColumnKind, ColumnType};
use crate::sql::statement;
use crate::{CatalogError, DatabaseKind, Result, migrate};

/// A table and its columns, in the order of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSchema {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnSchema>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSchema {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// A table with the types of this database.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<(String, ColumnType)>,
}

impl Table {
    pub(super) fn schema(&self) -> TableSchema {
        let columns = self.columns.iter();
        let columns = columns.map(|(name, kind)| ColumnSchema { name: name.clone(), kind: kind.kind() });
        TableSchema { name: self.name.clone(), columns: columns.collect() }
    }
}

/// All tables of ours, each behind those that its rows refer to.
pub(super) async fn tables<C: ConnectionTrait>(kind: DatabaseKind, connection: &C) -> Result<Vec<Table>> {
    let ours = migrate::tables(kind);
    let text = match kind {
        DatabaseKind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        DatabaseKind::Postgres => {
            "SELECT relname::text FROM pg_class JOIN pg_namespace AS space ON space.oid = relnamespace
             WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition
             ORDER BY relname"
        }
    };
    let names = strings(connection, text, []).await?;
    let names: Vec<String> = names.into_iter().filter(|name| ours.contains(name)).collect();
    let mut references = BTreeMap::new();
    for name in &names {
        references.insert(name.clone(), referenced(kind, connection, name).await?);
    }
    let mut tables = Vec::new();
    for name in in_order(&references) {
        let columns = columns(kind, connection, &name).await?;
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

async fn columns<C: ConnectionTrait>(
    kind: DatabaseKind,
    connection: &C,
    table: &str,
) -> Result<Vec<(String, ColumnType)>> {
    let text = match kind {
        DatabaseKind::Sqlite => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
        DatabaseKind::Postgres => {
            "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
             WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        }
    };
    let mut columns = Vec::new();
    for row in connection.query_all_raw(statement(connection, text, [table.into()])).await? {
        let (name, declared): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let Some(kind) = ColumnType::parse(&declared) else {
            return Err(CatalogError::Database(format!(
                "{table}.{name} is of the unexpected type {declared}"
            )));
        };
        columns.push((name, kind));
    }
    Ok(columns)
}

/// The tables that a table's rows refer to.
async fn referenced<C: ConnectionTrait>(
    kind: DatabaseKind,
    connection: &C,
    table: &str,
) -> Result<BTreeSet<String>> {
    let text = match kind {
        DatabaseKind::Sqlite => "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)",
        DatabaseKind::Postgres => {
            "SELECT DISTINCT relname::text FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
             WHERE contype = 'f' AND conrelid = to_regclass($1)"
        }
    };
    let names = strings(connection, text, [table.into()]).await?;
    Ok(names.into_iter().filter(|name| name != table).collect())
}

async fn strings<C: ConnectionTrait>(
    connection: &C,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<String>> {
    let rows = connection.query_all_raw(statement(connection, text, values)).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Names, each behind those that it refers to; of a circle, in the order of their names.
fn in_order(references: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut ordered: Vec<String> = Vec::new();
    let mut left: Vec<&String> = references.keys().collect();
    while !left.is_empty() {
        let ready = |name: &String| {
            let waits = references[name].iter();
            waits.filter(|other| references.contains_key(*other)).all(|other| ordered.contains(other))
        };
        let at = left.iter().position(|name| ready(name)).unwrap_or(0);
        let name = left.remove(at).clone();
        ordered.push(name);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_behind_what_they_refer_to() {
        let edges = [("a", vec!["c"]), ("b", vec!["a", "gone"]), ("c", vec![]), ("d", vec!["b"])];
        let references = edges
            .map(|(name, to)| (name.to_owned(), to.into_iter().map(str::to_owned).collect::<BTreeSet<_>>()));
        assert_eq!(in_order(&references.into_iter().collect()), ["c", "a", "b", "d"]);
    }
}
