//! Footage that older versions left readable for everybody.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{LocalTier, TEMPORARY_SUFFIX};
use crate::private::make_private;
use crate::{Result, StorageError};

/// After so many entries the walk pauses, so that millions of them do not keep the disk from footage.
const BETWEEN_PAUSES: u64 = 512;
const PAUSE: Duration = Duration::from_millis(10);
/// Folders in folders at most: keys of ours have fewer parts.
const MAX_DEPTH: u32 = 32;

/// Files and folders whose rights were taken back from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MadePrivate {
    /// Files of footage.
    pub files: u64,
    /// Folders on the way to them.
    pub folders: u64,
    /// Files and folders that could not be changed, because they belong to another user, say.
    pub failed: u64,
}

impl LocalTier {
    /// Takes the rights of others away from all footage, and from the folders on the way to it; other
    /// files that lie in the folder stay as they are. Reads every folder, slowly, while `go_on` says so.
    pub fn make_private(&self, go_on: &dyn Fn() -> bool) -> Result<MadePrivate> {
        let mut walk = Walk { made: MadePrivate::default(), seen: 0, go_on };
        walk.folder(&self.root, 0).map_err(|e| StorageError::local("list the folder", &self.root, e))?;
        Ok(walk.made)
    }
}

struct Walk<'a> {
    made: MadePrivate,
    seen: u64,
    go_on: &'a dyn Fn() -> bool,
}

impl Walk<'_> {
    /// Returns whether there is footage in the folder or below it.
    fn folder(&mut self, folder: &Path, depth: u32) -> std::io::Result<bool> {
        let mut holds_footage = false;
        for entry in fs::read_dir(folder)? {
            let Ok(entry) = entry else { continue };
            self.pause();
            if !(self.go_on)() {
                break;
            }
            let (path, name) = (entry.path(), entry.file_name());
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            // Does not follow links: what they lead to need not be ours.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < MAX_DEPTH {
                // A folder that can't be listed by us was made by somebody else.
                let below = self.folder(&path, depth + 1).unwrap_or(false);
                if below {
                    self.made.folders += self.try_make_private(&path);
                }
                holds_footage |= below;
            } else if kind.is_file() && (name.ends_with(".mp4") || name.ends_with(TEMPORARY_SUFFIX)) {
                self.made.files += self.try_make_private(&path);
                holds_footage = true;
            }
        }
        Ok(holds_footage)
    }

    fn try_make_private(&mut self, path: &Path) -> u64 {
        match make_private(path) {
            Ok(changed) => u64::from(changed),
            // Deleted meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => {
                if self.made.failed == 0 {
                    tracing::warn!(path = %path.display(), %error, "others can read footage, and its mode can't be changed");
                }
                self.made.failed += 1;
                0
            }
        }
    }

    fn pause(&mut self) {
        self.seen += 1;
        if self.seen.is_multiple_of(BETWEEN_PAUSES) {
            std::thread::sleep(PAUSE);
        }
    }
}
