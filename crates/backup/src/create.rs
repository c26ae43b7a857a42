//! Making a backup, while the server runs.

use std::collections::BTreeMap;
use std::path::Path;

use nightjar_database::dump::Snapshot;
use nightjar_model::{Secret, WallTime, to_rfc3339};
use tokio::sync::mpsc;

use crate::archive::Writer;
use crate::format::{FORMAT, HEADER, Header, MANIFEST, MOST_BYTES, Manifest, ROWS_BYTES, TABLES, Table};
use crate::{BackupError, Result, row};

/// Entries that the database may be ahead of the file.
const AHEAD: usize = 4;

/// What goes into a backup beside the rows.
#[derive(Debug)]
pub struct Source {
    /// Address of the database.
    pub database: Secret,
    /// Names (`config/…`, `keys/…`) and contents of files.
    pub files: Vec<(String, Vec<u8>)>,
    /// The node.
    pub node: String,
    /// Version of this program.
    pub version: String,
    /// The time now.
    pub now: WallTime,
}

/// Writes a backup; `progress` is told the number of rows so far. Returns what it holds, and its size.
pub async fn create(
    target: &Path,
    passphrase: Option<Secret>,
    source: Source,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(Header, Manifest, u64)> {
    let snapshot = Snapshot::open(source.database.expose()).await?;
    let header = Header {
        format: FORMAT,
        created: to_rfc3339(source.now),
        nightjar: source.version,
        node: source.node,
        database: snapshot.kind().as_str().to_owned(),
        schema: snapshot.version(),
        tables: snapshot.tables().iter().map(Table::from).collect(),
    };
    let (entries, queue) = mpsc::channel(AHEAD);
    let written = {
        let (target, seconds) =
            (target.to_owned(), u64::try_from(source.now.micros() / 1_000_000).unwrap_or(0));
        tokio::task::spawn_blocking(move || write(&target, passphrase.as_ref(), seconds, queue))
    };
    let fed = feed(&snapshot, &header, source.files, entries, progress).await;
    snapshot.close().await;
    // The writer's error is the reason of a queue that nobody reads.
    let (manifest, bytes) = match (fed, written.await.map_err(|_| BackupError::Interrupted)?) {
        (Err(BackupError::Interrupted) | Ok(()), written) => written?,
        (Err(error), _) => return Err(error),
    };
    Ok((header, manifest, bytes))
}

/// What the writer is sent.
enum Entry {
    File(String, Vec<u8>),
    /// Rows of a table, and how many.
    Rows {
        table: String,
        name: String,
        content: Vec<u8>,
        rows: u64,
    },
    /// Everything has come.
    End,
}

async fn feed(
    snapshot: &Snapshot,
    header: &Header,
    files: Vec<(String, Vec<u8>)>,
    entries: mpsc::Sender<Entry>,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<()> {
    let send = async |entry| entries.send(entry).await.map_err(|_| BackupError::Interrupted);
    let text = serde_json::to_vec_pretty(header).map_err(|error| BackupError::Damaged(error.to_string()))?;
    send(Entry::File(HEADER.to_owned(), text)).await?;
    for (name, content) in files {
        send(Entry::File(name, content)).await?;
    }
    let mut done = 0;
    for table in &header.tables {
        let mut rows = snapshot.rows(&table.name).await?;
        let (mut content, mut count, mut number) = (Vec::new(), 0, 0);
        loop {
            let page = rows.next_page().await?;
            for row in &page {
                row::write(row, &mut content)?;
                count += 1;
            }
            if content.len() as u64 > MOST_BYTES {
                let text = format!("a row of the table `{}` is too large for a backup", table.name);
                return Err(BackupError::Damaged(text));
            }
            if content.len() >= ROWS_BYTES || (page.is_empty() && count > 0) {
                number += 1;
                done += count;
                let name = format!("{TABLES}{}/{number:06}.jsonl", table.name);
                let rows = std::mem::take(&mut count);
                let content = std::mem::take(&mut content);
                send(Entry::Rows { table: table.name.clone(), name, content, rows }).await?;
                progress(done);
            }
            if page.is_empty() {
                break;
            }
        }
    }
    send(Entry::End).await
}

/// Writes what comes; a queue that ends without [`Entry::End`] leaves no file.
fn write(
    target: &Path,
    passphrase: Option<&Secret>,
    modified: u64,
    mut queue: mpsc::Receiver<Entry>,
) -> Result<(Manifest, u64)> {
    let mut writer = Writer::create(target, passphrase, modified)?;
    let mut counts = BTreeMap::new();
    loop {
        match queue.blocking_recv() {
            Some(Entry::File(name, content)) => writer.add(&name, &content)?,
            Some(Entry::Rows { table, name, content, rows }) => {
                writer.add(&name, &content)?;
                *counts.entry(table).or_insert(0) += rows;
            }
            Some(Entry::End) => break,
            None => return Err(BackupError::Interrupted),
        }
    }
    let manifest = Manifest { rows: counts, blake3: writer.digest() };
    let text =
        serde_json::to_vec_pretty(&manifest).map_err(|error| BackupError::Damaged(error.to_string()))?;
    writer.add(MANIFEST, &text)?;
    let bytes = writer.finish()?;
    Ok((manifest, bytes))
}
