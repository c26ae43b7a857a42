//! Keys that the server makes for itself, in `{data_dir}/keys`, readable by nobody else.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The key that signs media addresses; made at the first start.
pub(super) fn media_key(data_dir: &Path) -> Result<[u8; 32]> {
    let folder = data_dir.join("keys");
    fs::create_dir_all(&folder).with_context(|| format!("can't create {}", folder.display()))?;
    let path = folder.join("media.key");
    let read = || -> Result<[u8; 32]> {
        let bytes = fs::read(&path)?;
        ensure!(
            bytes.len() == 32,
            "it has {} bytes instead of 32; delete it to have a new one made",
            bytes.len()
        );
        let mut key = [0; 32];
        key.copy_from_slice(&bytes);
        Ok(key)
    };
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            let mut key = [0; 32];
            let mut random = fs::File::open("/dev/urandom").context("can't get random bytes")?;
            random.read_exact(&mut key).context("can't get random bytes")?;
            file.write_all(&key)
                .and_then(|()| file.sync_all())
                .with_context(|| format!("can't write {}", path.display()))?;
            Ok(key)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read().with_context(|| format!("can't read the key {}", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("can't create {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_readable_only_by_its_owner() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let key = media_key(folder.path()).expect("made");
        assert_eq!(media_key(folder.path()).expect("read"), key);
        assert_ne!(key, [0; 32]);
        let mode = fs::metadata(folder.path().join("keys/media.key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
