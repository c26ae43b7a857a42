//! Backups: database, keys and configuration in one file.
//!
//! Belongs here: the file's format, its checks, its encryption, and the way of rows into and out of it.
//! Does not belong here: where keys and configuration lie (`server`), what the tables are (`database`),
//! footage, which is in no backup.
//!
//! # The file, format 1
//!
//! A gzip-compressed tar archive, which `tar -xzf` can read as well: `header.json` first, then `config/…` and
//! `keys/…`, then `tables/<table>/<number>.jsonl` with one JSON array a row, and `manifest.json` last, with the
//! number of rows of each table and the BLAKE3 digest of all that came before. With a passphrase all of it
//! is encrypted: see [`seal`].
//!
//! # Invariants
//!
//! - Rows are of one moment, read in one transaction of the database.
//! - A file appears under its name when it is complete and durable, or not at all.
//! - Nothing is restored of a file that is not whole.
//! - Memory is bounded, whatever the size of the database or of the file.

mod archive;
mod create;
mod error;
mod format;
mod restore;
mod row;
mod seal;

pub use create::{Source, create};
pub use error::BackupError;
pub use format::{Header, Manifest, Table};
pub use restore::{Contents, load, verify};

/// Result of this crate's operations.
pub type Result<T, E = BackupError> = std::result::Result<T, E>;
