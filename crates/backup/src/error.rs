//! What can go wrong with a backup, said so that a person can act on it.

use std::io;
use std::path::{Path, PathBuf};

use nightjar_database::CatalogError;

/// Why there is no backup, or why it is not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be used.
    #[error("can't {action} {}: {source}", path.display())]
    File {
        /// What was tried, as in "can't … it".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A backup never overwrites anything.
    #[error("{} exists already: choose another name, or move it away", .0.display())]
    Exists(PathBuf),
    /// The file is something else.
    #[error("this is not a backup of Nightjar: {0}")]
    NotABackup(String),
    /// The file ends too early.
    #[error("the backup is cut off: it is shorter than it was when it was made")]
    CutOff,
    /// The file is not what was written.
    #[error("the backup is damaged, or was changed: {0}")]
    Damaged(String),
    /// It was written by a newer Nightjar.
    #[error("the backup has format {found}; this Nightjar knows format {known}: use the newer one")]
    TooNew {
        /// The file's format.
        found: u32,
        /// The newest one that is known.
        known: u32,
    },
    /// It is encrypted, and there is no passphrase.
    #[error("the backup is encrypted: give its passphrase with --passphrase-file")]
    NoPassphrase,
    /// The first block does not open.
    #[error("the backup does not open: the passphrase is wrong, or its beginning was changed")]
    WrongPassphrase,
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] CatalogError),
    /// The task that reads or writes the file died, or the process is stopping.
    #[error("interrupted")]
    Interrupted,
}

impl BackupError {
    pub(crate) fn file(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { action, path: path.to_owned(), source }
    }

    /// What an error while reading an archive says about it. Errors of ours travel inside those of the
    /// libraries that read through each other.
    pub(crate) fn reading(path: &Path, error: io::Error) -> Self {
        let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = inner {
            match cause.downcast_ref::<Self>() {
                Some(Self::WrongPassphrase) => return Self::WrongPassphrase,
                Some(Self::CutOff) => return Self::CutOff,
                Some(other) => return Self::Damaged(other.to_string()),
                None => {}
            }
            // An `io::Error` is its own inner error's source in name only.
            let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            inner = wrapped.map(|wrapped| wrapped as &(dyn std::error::Error + 'static)).or(cause.source());
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                Self::Damaged(error.to_string())
            }
            _ => Self::file("read", path, error),
        }
    }
}
