//! Every file of the local tier.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use nightjar_model::WallTime;

use crate::{Result, StorageError};

/// A file in the footage folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalEntry {
    /// Its key: the path below the folder, with `/`.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written.
    pub modified: WallTime,
}

/// Visits files depth first, sorted within each folder: memory is that of one folder's names,
/// however many there are. What vanishes meanwhile is left out.
///
/// `failed` decides about each folder or file that can't be read: passed by, or the end of the walk.
pub(super) fn walk(
    root: &Path,
    visit: &mut dyn FnMut(LocalEntry) -> bool,
    failed: &mut dyn FnMut(StorageError) -> Result<()>,
) -> Result<()> {
    walk_folder(root, "", visit, failed).map(|_| ())
}

fn walk_folder(
    folder: &Path,
    prefix: &str,
    visit: &mut dyn FnMut(LocalEntry) -> bool,
    failed: &mut dyn FnMut(StorageError) -> Result<()>,
) -> Result<bool> {
    let mut entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(e) => return failed(StorageError::local("list the folder", folder, e)).map(|()| true),
    };
    entries.sort_by_key(DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        // A name that is not UTF-8 can't be a key, so it is none of ours.
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = entry.path();
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => {
                failed(StorageError::local("look at", &path, e))?;
                continue;
            }
        };
        let key = format!("{prefix}{name}");
        let go_on = if metadata.is_dir() {
            walk_folder(&path, &format!("{key}/"), visit, failed)?
        } else if metadata.is_file() {
            let modified = metadata.modified().map_or(WallTime::from_micros(0), WallTime::from);
            visit(LocalEntry { key, bytes: metadata.len(), modified })
        } else {
            true
        };
        if !go_on {
            return Ok(false);
        }
    }
    Ok(true)
}
