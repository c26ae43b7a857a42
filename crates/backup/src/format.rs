//! What the parts of a backup say.

use std::collections::BTreeMap;

use nightjar_database::dump::{ColumnKind, ColumnSchema, TableSchema};
use serde::{Deserialize, Serialize};

/// The format that is written.
pub(crate) const FORMAT: u32 = 1;
/// The first entry.
pub(crate) const HEADER: &str = "header.json";
/// The last entry.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Begins the names of entries with configuration and keys.
pub(crate) const FILE_FOLDERS: [&str; 2] = ["config/", "keys/"];
/// Begins the names of entries with rows.
pub(crate) const TABLES: &str = "tables/";
/// Bytes of rows in one entry, about.
pub(crate) const ROWS_BYTES: usize = 1 << 20;
/// An entry is never larger: it is held in memory.
pub(crate) const MOST_BYTES: u64 = 32 << 20;
/// Files of configuration and keys are never larger, or more.
pub(crate) const MOST_FILE_BYTES: u64 = 4 << 20;
pub(crate) const MOST_FILES: usize = 64;

/// What a backup is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format of the file.
    pub format: u32,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Version of the Nightjar that made it.
    pub nightjar: String,
    /// The node that it was made on.
    pub node: String,
    /// `sqlite` or `postgres`; it can be restored into both.
    pub database: String,
    /// Schema version of its rows.
    pub schema: i32,
    /// Its tables, in the order in which they are loaded.
    pub tables: Vec<Table>,
}

/// A table and its columns: name and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Names and kinds of its columns, in the order of the values of a row.
    pub columns: Vec<(String, Kind)>,
}

/// The kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// True or false.
    Boolean,
    /// Numbers with a fraction.
    Real,
    /// Text.
    Text,
    /// Bytes, in base64.
    Bytes,
}

/// What everything before it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// BLAKE3 of all entries before this one: of each its name's length and its own as 64-bit numbers,
    /// low byte first, then name and content.
    pub blake3: String,
}

impl From<&TableSchema> for Table {
    fn from(table: &TableSchema) -> Self {
        let kind = |kind| match kind {
            ColumnKind::Integer => Kind::Integer,
            ColumnKind::Boolean => Kind::Boolean,
            ColumnKind::Real => Kind::Real,
            ColumnKind::Text => Kind::Text,
            ColumnKind::Bytes => Kind::Bytes,
        };
        let columns = table.columns.iter().map(|column| (column.name.clone(), kind(column.kind)));
        Self { name: table.name.clone(), columns: columns.collect() }
    }
}

impl From<&Table> for TableSchema {
    fn from(table: &Table) -> Self {
        let kind = |kind| match kind {
            Kind::Integer => ColumnKind::Integer,
            Kind::Boolean => ColumnKind::Boolean,
            Kind::Real => ColumnKind::Real,
            Kind::Text => ColumnKind::Text,
            Kind::Bytes => ColumnKind::Bytes,
        };
        let columns = table.columns.iter();
        let columns = columns.map(|(name, of)| ColumnSchema { name: name.clone(), kind: kind(*of) });
        Self { name: table.name.clone(), columns: columns.collect() }
    }
}

/// The digest of entries, in their order.
#[derive(Default)]
pub(crate) struct Digest(blake3::Hasher);

impl Digest {
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        self.0.update(&(name.len() as u64).to_le_bytes());
        self.0.update(&(content.len() as u64).to_le_bytes());
        self.0.update(name.as_bytes());
        self.0.update(content);
    }

    pub(crate) fn hex(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}
