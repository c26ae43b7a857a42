//! Keys that the server makes for itself, in `{data_dir}/keys`, readable by nobody else.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use nightjar_catalog::Sealer;
use nightjar_storage::{create_private_folder, private_file};

use crate::process_env;

/// Seals camera passwords and other secrets in the database; in place of the file.
pub(crate) const SECRET_KEY: &str = "NIGHTJAR_SECRET_KEY";
/// Keys that were used before, separated by commas: what they sealed can still be read.
pub(crate) const OLD_SECRET_KEYS: &str = "NIGHTJAR_OLD_SECRET_KEYS";

/// The key that signs media addresses; made at the first start.
pub(super) fn media_key(data_dir: &Path) -> Result<[u8; 32]> {
    made_once(data_dir, "media.key")
}

/// What seals secrets in the database: the keys of the environment, or the file, which is made at
/// the first start.
pub(super) fn sealer(data_dir: &Path) -> Result<Sealer> {
    let current = match process_env::var(SECRET_KEY) {
        Some(text) => parse(&text).with_context(|| format!("can't use {SECRET_KEY}"))?,
        None => made_once(data_dir, "secret.key")?,
    };
    let older = process_env::var(OLD_SECRET_KEYS).unwrap_or_default();
    let older: Result<Vec<[u8; 32]>> =
        older.split(',').filter(|text| !text.trim().is_empty()).map(parse).collect();
    Ok(Sealer::new(current, older.with_context(|| format!("can't use {OLD_SECRET_KEYS}"))?))
}

/// 32 bytes as 64 hexadecimal digits.
pub(crate) fn parse(text: &str) -> Result<[u8; 32]> {
    let text = text.trim();
    let wanted = "a key has 64 hexadecimal digits: make one with `openssl rand -hex 32`";
    ensure!(text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{wanted}");
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().enumerate() {
        let Ok(value) = u8::from_str_radix(&text[2 * place..2 * place + 2], 16) else { bail!("{wanted}") };
        *byte = value;
    }
    Ok(key)
}

fn made_once(data_dir: &Path, name: &str) -> Result<[u8; 32]> {
    let folder = data_dir.join("keys");
    create_private_folder(&folder).with_context(|| format!("can't create {}", folder.display()))?;
    let path = folder.join(name);
    let read = || -> Result<[u8; 32]> {
        let bytes = fs::read(&path)?;
        ensure!(bytes.len() == 32, "it has {} bytes instead of 32; restore it from a backup", bytes.len());
        let mut key = [0; 32];
        key.copy_from_slice(&bytes);
        Ok(key)
    };
    match private_file().create_new(true).open(&path) {
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

    #[test]
    fn a_key_of_the_environment_is_64_digits() {
        assert_eq!(parse(&format!(" {}\n", "0f".repeat(32))).expect("a key"), [15; 32]);
        for wrong in ["", "0f", &"zz".repeat(32), &"+f".repeat(32)[..63]] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
