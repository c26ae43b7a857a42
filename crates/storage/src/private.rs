//! Files and folders that only their owner may read, whatever the umask is.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Mode of files.
const FILE_MODE: u32 = 0o600;
/// Mode of folders.
const FOLDER_MODE: u32 = 0o700;
/// Of a folder that everybody may write into, as `/tmp` is.
const STICKY: u32 = 0o1000;

/// Folders of the system that hold more than ours, even when somebody configures one of them.
const SYSTEM_FOLDERS: [&str; 34] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/backups",
    "/var/cache",
    "/var/lib",
    "/var/local",
    "/var/log",
    "/var/mail",
    "/var/run",
    "/var/spool",
    "/var/tmp",
];

/// Options that create a file for its owner alone; add `create` or `create_new`.
pub fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(FILE_MODE);
    options
}

/// Creates a folder for its owner alone, with the folders above it that are missing. A folder
/// that exists stays as it is.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)
}

/// Creates one folder in a folder that exists, for its owner alone.
pub(crate) fn create_one_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().mode(FOLDER_MODE).create(folder)
}

/// Takes the rights of others away from a file or a folder of ours. Returns whether there was
/// anything to take. Symbolic links and folders of the system are left as they are.
pub fn make_private(path: &Path) -> io::Result<bool> {
    let metadata = fs::symlink_metadata(path)?;
    let (mode, kind) = (metadata.mode(), metadata.file_type());
    let wanted = match () {
        () if kind.is_file() => FILE_MODE,
        () if kind.is_dir() && mode & STICKY == 0 && !is_of_the_system(path) => FOLDER_MODE,
        () => return Ok(false),
    };
    // What the owner has given up (a file made read-only, say) is not given back.
    if mode & 0o077 == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, Permissions::from_mode(mode & wanted))?;
    Ok(true)
}

fn is_of_the_system(folder: &Path) -> bool {
    SYSTEM_FOLDERS.iter().any(|system| Path::new(system) == folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("is there").mode() & 0o7777
    }

    #[test]
    fn others_lose_their_rights_and_the_owner_gets_none_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (before, after) in
            [(0o644, 0o600), (0o640, 0o600), (0o444, 0o400), (0o755, 0o600), (0o600, 0o600)]
        {
            let file = folder.path().join(format!("{before:o}"));
            fs::write(&file, "x").expect("is written");
            fs::set_permissions(&file, Permissions::from_mode(before)).expect("is set");
            assert_eq!(make_private(&file).expect("is ours"), before != after);
            assert_eq!(mode(&file), after, "{before:o}");
        }
    }

    #[test]
    fn folders_that_are_shared_by_nature_stay_as_they_are() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (plain, shared) = (folder.path().join("plain"), folder.path().join("shared"));
        for (path, before, after) in [(&plain, 0o755, 0o700), (&shared, 0o1777, 0o1777)] {
            fs::create_dir(path).expect("is made");
            fs::set_permissions(path, Permissions::from_mode(before)).expect("is set");
            assert_eq!(make_private(path).expect("is ours"), before != after);
            assert_eq!(mode(path), after);
        }
        for system in ["/", "/tmp", "/var/lib"] {
            assert!(!make_private(Path::new(system)).expect("is there"), "{system}");
        }
    }
}
