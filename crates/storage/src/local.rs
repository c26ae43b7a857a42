//! The local tier: a folder of footage on one volume.
//!
//! Belongs here: keys to paths, creation and deletion in the order that survives a power cut,
//! the volume's marker, room. Does not belong here: what is in the files.

mod file;
mod marker;
mod privacy;
mod walk;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nightjar_model::{NodeId, WallTime};

pub use file::{BLOCK_BYTES, LocalFile};
pub use marker::{MARKER_NAME, VolumeMarker};
pub use privacy::MadePrivate;
pub use walk::LocalEntry;

use crate::private::{create_one_private_folder, create_private_folder, private_file};
use crate::{Result, StorageError, validate_key};

/// How the name of a file ends that is being put together and is worthless until it is renamed.
pub const TEMPORARY_SUFFIX: &str = ".nightjar-tmp";

/// How often creation begins again because its folder was pruned meanwhile.
const CREATE_ATTEMPTS: u32 = 20;

/// A folder of footage. Cheap to clone; all calls block.
#[derive(Debug, Clone)]
pub struct LocalTier {
    root: Arc<Path>,
    marker: Arc<VolumeMarker>,
    marker_is_new: bool,
}

/// How full the volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskUsage {
    /// Size of the volume.
    pub total: u64,
    /// What an ordinary user may still write on it.
    pub free: u64,
}

impl LocalTier {
    /// Opens the folder, creating it and its marker where they do not exist yet.
    pub fn open(root: &Path, node: &NodeId, now: WallTime) -> Result<Self> {
        create_private_folder(root).map_err(|e| StorageError::local("create the folder", root, e))?;
        let root = root.canonicalize().map_err(|e| StorageError::local("open the folder", root, e))?;
        let (marker, marker_is_new) = match VolumeMarker::read(&root)? {
            Some(marker) => (marker, false),
            None => (VolumeMarker::create(&root, node, now)?, true),
        };
        Ok(Self { root: root.into(), marker: Arc::new(marker), marker_is_new })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The volume's marker as it was when the tier was opened.
    pub fn marker(&self) -> &VolumeMarker {
        &self.marker
    }

    /// Whether opening made the marker, because the folder had none.
    pub fn marker_is_new(&self) -> bool {
        self.marker_is_new
    }

    /// Whether the folder still shows the marker that it was opened with: false after the
    /// volume was unmounted or another one took its place.
    pub fn is_same_volume(&self) -> bool {
        matches!(VolumeMarker::read(&self.root), Ok(Some(marker)) if marker.volume == self.marker.volume)
    }

    /// Where a key's file lies.
    pub fn path(&self, key: &str) -> Result<PathBuf> {
        validate_key(key)?;
        Ok(self.root.join(key))
    }

    /// Creates the file of a key, with its folders; the name is durable when this returns.
    /// A file that exists is never overwritten: that is an error of kind `AlreadyExists`.
    pub fn create(&self, key: &str) -> Result<File> {
        let path = self.path(key)?;
        let parent = path.parent().unwrap_or(&self.root);
        // Deletion prunes empty folders, so a folder may vanish between its creation and its use:
        // begin again then, as often as is not believable any more.
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.create_in(parent, &path) {
                Err(error) if error.is_not_found() && attempts < CREATE_ATTEMPTS => {}
                created => return created,
            }
        }
    }

    /// Opens the file of a key for reading. It stays readable when it is deleted meanwhile.
    pub fn open_file(&self, key: &str) -> Result<LocalFile> {
        let path = self.path(key)?;
        LocalFile::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => StorageError::NotFound(key.to_owned()),
            _ => StorageError::local("open", &path, error),
        })
    }

    /// Opens the file of a key for changing it in place (to finish it after a crash).
    pub fn open_for_repair(&self, key: &str) -> Result<File> {
        let path = self.path(key)?;
        let opened = OpenOptions::new().read(true).write(true).open(&path);
        opened.map_err(|e| StorageError::local("open", &path, e))
    }

    /// Size of a key's file; none if there is none.
    pub fn size(&self, key: &str) -> Result<Option<u64>> {
        let path = self.path(key)?;
        match fs::metadata(&path) {
            Ok(metadata) => Ok(metadata.is_file().then_some(metadata.len())),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(StorageError::local("look at", &path, e)),
        }
    }

    /// Deletes a key's file durably, with the folders that this leaves empty. False if it was
    /// not there, which is no error: a deletion that was cut off is done again.
    pub fn delete(&self, key: &str) -> Result<bool> {
        let path = self.path(key)?;
        let parent = path.parent().unwrap_or(&self.root);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(false);
            }
            Err(e) => return Err(StorageError::local("delete", &path, e)),
        }
        let kept = self.prune(parent)?;
        // A folder above may itself be pruned by another deletion in this very moment.
        match sync_folder(&kept) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(true),
        }
    }

    /// Files below the folder, in order of their keys within each folder, without the tier's own
    /// hidden ones. `visit` returns false to stop.
    pub fn walk(&self, visit: &mut dyn FnMut(LocalEntry) -> bool) -> Result<()> {
        walk::walk(&self.root, visit, &mut Err)
    }

    /// The same, but goes on behind folders and files that can't be read; `unreadable` gets the key and
    /// the error of each.
    pub fn walk_readable(
        &self,
        visit: &mut dyn FnMut(LocalEntry) -> bool,
        unreadable: &mut dyn FnMut(String, StorageError),
    ) -> Result<()> {
        let root = self.root.clone();
        walk::walk(&self.root, visit, &mut |error| {
            let path = match &error {
                StorageError::Local { path, .. } => path.strip_prefix(&root).unwrap_or(path),
                _ => Path::new(""),
            };
            // Without the folder itself there is nothing to go on with.
            if path == Path::new("") {
                return Err(error);
            }
            unreadable(path.to_string_lossy().into_owned(), error);
            Ok(())
        })
    }

    /// Bytes of all files below the folder.
    pub fn footage_bytes(&self) -> Result<u64> {
        let mut sum = 0;
        self.walk(&mut |entry| {
            sum += entry.bytes;
            true
        })?;
        Ok(sum)
    }

    /// How full the volume is.
    pub fn usage(&self) -> Result<DiskUsage> {
        let stat = rustix::fs::statvfs(&*self.root)
            .map_err(|errno| StorageError::local("ask for the room of", &self.root, errno.into()))?;
        // Blocks reserved for root are neither ours to fill nor used by anybody: leave them out.
        let reserved = stat.f_bfree.saturating_sub(stat.f_bavail);
        Ok(DiskUsage {
            total: stat.f_blocks.saturating_sub(reserved).saturating_mul(stat.f_frsize),
            free: stat.f_bavail.saturating_mul(stat.f_frsize),
        })
    }

    fn create_in(&self, parent: &Path, path: &Path) -> Result<File> {
        self.create_folders(parent)?;
        let created = private_file().read(true).create_new(true).open(path);
        let file = created.map_err(|e| StorageError::local("create", path, e))?;
        sync_folder(parent)?;
        Ok(file)
    }

    /// Creates the folders down to `folder`, each durably named in its parent.
    fn create_folders(&self, folder: &Path) -> Result<()> {
        if folder.is_dir() || folder == &*self.root {
            return Ok(());
        }
        let parent = folder.parent().unwrap_or(&self.root);
        self.create_folders(parent)?;
        match create_one_private_folder(folder) {
            Ok(()) => sync_folder(parent),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(e) => Err(StorageError::local("create the folder", folder, e)),
        }
    }

    /// Removes empty folders from `folder` upwards; returns the first that stays.
    fn prune(&self, folder: &Path) -> Result<PathBuf> {
        let mut folder = folder;
        while folder != &*self.root && folder.starts_with(&self.root) {
            match fs::remove_dir(folder) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => break,
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(e) => return Err(StorageError::local("remove the folder", folder, e)),
            }
            folder = folder.parent().unwrap_or(&self.root);
        }
        Ok(folder.to_owned())
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|handle| handle.sync_all());
    synced.map_err(|e| StorageError::local("sync the folder", folder, e))
}
