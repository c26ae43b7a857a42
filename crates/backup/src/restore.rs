//! Checking a backup, and loading its rows into an empty database.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nightjar_database::dump::{Cell, Load, TableSchema};
use nightjar_model::Secret;
use tokio::sync::mpsc;

use crate::format::{
    FILE_FOLDERS, FORMAT, HEADER, Header, MANIFEST, MOST_FILE_BYTES, MOST_FILES, Manifest, TABLES, Table,
};
use crate::{BackupError, Result, archive, row};

/// Batches of rows that the file may be ahead of the database.
const AHEAD: usize = 2;
/// Sign-ins: those that were ended since the backup must not come back to life.
const SESSIONS: &str = "sessions";

/// What a backup holds, but for its rows.
#[derive(Debug)]
pub struct Contents {
    /// What it is of.
    pub header: Header,
    /// What it adds up to.
    pub manifest: Manifest,
    /// Files of configuration and keys, by their names (`config/…`, `keys/…`).
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Reads a whole backup and checks every byte of it. Blocks.
pub fn verify(path: &Path, passphrase: Option<&Secret>) -> Result<Contents> {
    let mut reader = Reader::default();
    archive::read(path, passphrase, |name, content, before| reader.entry(name, content, before).map(drop))?;
    reader.finish()
}

/// Loads all rows into a database that has no tables of ours yet; it has all of them then, or none.
/// Sign-ins are left out. Call [`verify`] first: this checks again, but only finds out at the end.
pub async fn load(path: &Path, passphrase: Option<Secret>, database: &Secret, header: &Header) -> Result<()> {
    let load = Load::begin(database.expose(), header.schema).await?;
    for table in &header.tables {
        load.check(&TableSchema::from(table))?;
    }
    let (batches, mut queue) = mpsc::channel::<(TableSchema, Vec<Vec<Cell>>)>(AHEAD);
    let path = PathBuf::from(path);
    let reading = tokio::task::spawn_blocking(move || {
        let mut reader = Reader::default();
        archive::read(&path, passphrase.as_ref(), |name, content, before| {
            match reader.entry(name, content, before)? {
                Some(batch) => batches.blocking_send(batch).map_err(|_| BackupError::Interrupted),
                None => Ok(()),
            }
        })?;
        reader.finish()
    });
    let mut inserted = Ok(());
    while let Some((table, rows)) = queue.recv().await {
        inserted = load.insert(&table, &rows).await;
        if inserted.is_err() {
            break;
        }
    }
    drop(queue);
    let read = reading.await.map_err(|_| BackupError::Interrupted)?;
    inserted?;
    read?;
    load.empty(SESSIONS).await?;
    Ok(load.commit().await?)
}

/// Takes a backup's entries in their order.
#[derive(Default)]
struct Reader {
    header: Option<Header>,
    manifest: Option<Manifest>,
    files: BTreeMap<String, Vec<u8>>,
    rows: BTreeMap<String, u64>,
}

impl Reader {
    /// Takes an entry; gives its rows, if it has any.
    fn entry(
        &mut self,
        name: &str,
        content: Vec<u8>,
        before: &str,
    ) -> Result<Option<(TableSchema, Vec<Vec<Cell>>)>> {
        let damaged = |what: &str| BackupError::Damaged(format!("`{name}` {what}"));
        let Some(header) = &self.header else {
            self.header = Some(header(name, &content)?);
            return Ok(None);
        };
        if self.manifest.is_some() {
            return Err(damaged("stands behind the end"));
        }
        if name == MANIFEST {
            let manifest: Manifest =
                serde_json::from_slice(&content).map_err(|_| damaged("is not readable"))?;
            if manifest.blake3 != before {
                return Err(BackupError::Damaged("its digest is another one".to_owned()));
            }
            self.manifest = Some(manifest);
            return Ok(None);
        }
        if let Some(table) = table_of(header, name) {
            let rows = row::read_all(table, &content)?;
            *self.rows.entry(table.name.clone()).or_insert(0) += rows.len() as u64;
            return Ok(Some((TableSchema::from(table), rows)));
        }
        let plain = FILE_FOLDERS.iter().find_map(|folder| name.strip_prefix(folder));
        let plain =
            plain.is_some_and(|rest| !rest.is_empty() && !rest.contains('/') && !rest.starts_with('.'));
        if !plain || content.len() as u64 > MOST_FILE_BYTES || self.files.len() >= MOST_FILES {
            return Err(damaged("does not belong into a backup"));
        }
        self.files.insert(name.to_owned(), content);
        Ok(None)
    }

    fn finish(self) -> Result<Contents> {
        let (Some(header), Some(manifest)) = (self.header, self.manifest) else {
            return Err(BackupError::CutOff);
        };
        if manifest.rows != self.rows {
            return Err(BackupError::Damaged("rows are missing".to_owned()));
        }
        Ok(Contents { header, manifest, files: self.files })
    }
}

fn header(name: &str, content: &[u8]) -> Result<Header> {
    #[derive(serde::Deserialize)]
    struct OnlyFormat {
        format: u32,
    }
    let not_ours = || BackupError::NotABackup(format!("it does not begin with `{HEADER}`"));
    if name != HEADER {
        return Err(not_ours());
    }
    let OnlyFormat { format } = serde_json::from_slice(content).map_err(|_| not_ours())?;
    if format > FORMAT {
        return Err(BackupError::TooNew { found: format, known: FORMAT });
    }
    serde_json::from_slice(content).map_err(|error| BackupError::Damaged(format!("`{HEADER}`: {error}")))
}

fn table_of<'a>(header: &'a Header, name: &str) -> Option<&'a Table> {
    let (table, _) = name.strip_prefix(TABLES)?.split_once('/')?;
    header.tables.iter().find(|known| known.name == table)
}
