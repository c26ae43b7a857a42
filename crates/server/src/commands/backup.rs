//! `nightjar backup`: database, keys and configuration in one file, while the server runs.

use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use nightjar_backup::Source;
use nightjar_model::Secret;

use super::catalog::with_config;
use super::saved_environment::relevant_environment;
use crate::cli::{BackupArgs, PassphraseArgs};
use crate::config::Config;
use crate::exclusive::sqlite_file;

/// The configuration file in a backup.
pub(super) const CONFIG: &str = "config/nightjar.toml";
/// Variables of the environment that were part of the configuration, one a line.
pub(super) const ENVIRONMENT: &str = "config/environment";
/// Begins the names of keys.
pub(super) const KEYS: &str = "keys/";
/// A passphrase, in place of a file.
const PASSPHRASE: &str = "NIGHTJAR_BACKUP_PASSPHRASE";
/// Keys are never larger.
const MOST_KEY_BYTES: u64 = 64 * 1024;

/// Makes a backup.
pub(crate) fn run(args: &BackupArgs) -> ExitCode {
    with_config(&args.config, |config| backup(config, args))
}

async fn backup(config: Config, args: &BackupArgs) -> Result<ExitCode> {
    let passphrase = passphrase(&args.passphrase)?;
    let url = &config.database.url;
    if let Some(file) = sqlite_file(url.expose())
        && !file.exists()
    {
        bail!("there is no database at {}: is this the server's configuration?", file.display());
    }
    let source = Source {
        database: url.clone(),
        files: files(&config)?,
        node: config.service.node.0.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: crate::serve::now(),
    };
    let terminal = std::io::stderr().is_terminal();
    let mut show = |rows| {
        if terminal {
            eprint!("\r\x1b[K{rows} rows");
        }
    };
    let is_sealed = passphrase.is_some();
    let made = nightjar_backup::create(&args.file, passphrase, source, &mut show).await;
    if terminal {
        eprint!("\r\x1b[K");
    }
    let (header, manifest, bytes) = made.context("can't make the backup")?;
    let rows = |table| manifest.rows.get(table).copied().unwrap_or(0);
    println!("backup      {} ({bytes} bytes), of {}", args.file.display(), header.created);
    println!("accounts    {}", rows("users"));
    println!("cameras     {}", rows("cameras"));
    println!("footage     {} segments are listed; their files are not in a backup", rows("segments"));
    if !is_sealed {
        eprintln!(
            "warning: the backup is not encrypted, and holds the keys, the cameras' passwords and the \
             configuration: keep it as safe as those, or use --passphrase-file"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Configuration and keys.
fn files(config: &Config) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    let mut text = None;
    if let Some(path) = &config.file {
        let read = fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        text = String::from_utf8(read.clone()).ok();
        files.push((CONFIG.to_owned(), read));
    }
    let environment = relevant_environment(text.as_deref());
    if !environment.is_empty() {
        files.push((ENVIRONMENT.to_owned(), environment.into_bytes()));
    }
    let keys = keys(&config.service.data_dir.join("keys"))?;
    let has_key = keys.iter().any(|(name, _)| name == "keys/secret.key")
        || std::env::var("NIGHTJAR_SECRET_KEY").is_ok();
    ensure!(
        has_key,
        "there is no key in {}: a backup without it could not open the cameras' passwords",
        config.service.data_dir.join("keys").display()
    );
    files.extend(keys);
    Ok(files)
}

fn keys(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let cant = || format!("can't read the keys in {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(cant),
    };
    let mut keys = Vec::new();
    for entry in entries {
        let entry = entry.with_context(cant)?;
        let metadata = entry.metadata().with_context(cant)?;
        let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'));
        if let Some(name) = name.filter(|_| metadata.is_file() && metadata.len() <= MOST_KEY_BYTES) {
            keys.push((format!("{KEYS}{name}"), fs::read(entry.path()).with_context(cant)?));
        }
    }
    keys.sort();
    Ok(keys)
}

/// The passphrase of the file or the environment, if there is one.
pub(super) fn passphrase(args: &PassphraseArgs) -> Result<Option<Secret>> {
    let text = match &args.passphrase_file {
        Some(path) => {
            let text = fs::read_to_string(path);
            let text = text.with_context(|| format!("can't read the passphrase in {}", path.display()))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        None => match std::env::var(PASSPHRASE) {
            Ok(text) => text,
            Err(_) => return Ok(None),
        },
    };
    ensure!(!text.is_empty(), "the passphrase is empty");
    Ok(Some(Secret::new(text)))
}
