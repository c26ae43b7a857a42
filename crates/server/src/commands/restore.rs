//! `nightjar restore`: accounts, cameras and settings of a backup, onto a machine without any.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use nightjar_backup::Contents;
use nightjar_catalog::{Catalog, CatalogOptions};
use nightjar_model::Secret;
use nightjar_storage::{LOCK_NAME, TEMPORARY_SUFFIX, create_private_folder, private_file};

use super::backup::{CONFIG, ENVIRONMENT, KEYS, passphrase};
use super::saved_environment::parse_environment;
use crate::cli::RestoreArgs;
use crate::config::{self, Config};
use crate::exclusive::{Exclusive, sqlite_file};
use crate::serve::open;

/// What the environment held, for whoever starts the server.
const RESTORED_ENVIRONMENT: &str = "restored-environment";
/// The configuration of the backup where another one is in use.
const RESTORED_CONFIG: &str = "restored-nightjar.toml";
/// Names that are told of a folder that is not empty.
const TOLD: usize = 5;

/// Restores a backup, or only checks it.
pub(crate) fn run(args: &RestoreArgs) -> ExitCode {
    match restore(args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("nightjar: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn restore(args: &RestoreArgs) -> Result<ExitCode> {
    let passphrase = passphrase(&args.passphrase)?;
    let cant = || format!("can't restore {}", args.file.display());
    let contents = nightjar_backup::verify(&args.file, passphrase.as_ref()).with_context(cant)?;
    if args.check {
        println!("whole       {}", args.file.display());
        tell(&contents);
        return Ok(ExitCode::SUCCESS);
    }
    let mut undo = Undo::default();
    restore_config(args, &contents, &mut undo)?;
    let saved = contents.files.get(ENVIRONMENT).map(|text| parse_environment(text)).unwrap_or_default();
    let config = match args.config.load_with(saved) {
        Ok(config) => config,
        Err(errors) => {
            eprint!("{errors}");
            return Ok(ExitCode::from(2));
        }
    };
    crate::logging::init(&config.service);
    ensure_empty(&config)?;
    let _exclusive = Exclusive::acquire(&config, "restore")?;
    place_keys(&config.service.data_dir, &contents, &mut undo)?;
    let runtime = tokio::runtime::Runtime::new().context("can't start the runtime")?;
    runtime.block_on(restore_database(args, passphrase, &config, &contents, &mut undo)).with_context(cant)?;
    undo.done();
    println!("restored    {}", args.file.display());
    tell(&contents);
    println!("            everybody signs in again; API tokens are valid as they were on that day");
    notes(&config, &contents)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(contents: &Contents) {
    let header = &contents.header;
    let rows = |table| contents.manifest.rows.get(table).copied().unwrap_or(0);
    println!("made        {} by Nightjar {} on node {}", header.created, header.nightjar, header.node);
    println!("accounts    {}", rows("users"));
    println!("cameras     {}", rows("cameras"));
    println!("footage     {} segments are listed; their files are not in a backup", rows("segments"));
}

/// Writes the configuration file where there is none yet.
fn restore_config(args: &RestoreArgs, contents: &Contents, undo: &mut Undo) -> Result<()> {
    let Some(text) = contents.files.get(CONFIG) else { return Ok(()) };
    let path = config::find_file(args.config.config.as_deref());
    let path = path.unwrap_or_else(|| PathBuf::from(config::DEFAULT_FILES[0]));
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        create_private_folder(folder).with_context(|| format!("can't create {}", folder.display()))?;
    }
    write_new(&path, text, undo)?;
    println!("wrote       {}", path.display());
    Ok(())
}

/// Nothing that is there may be mixed with what was: footage alone may be.
fn ensure_empty(config: &Config) -> Result<()> {
    let data = &config.service.data_dir;
    let entries = match fs::read_dir(data) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("can't look into {}", data.display())),
    };
    let footage = &config.recording.footage_dir;
    let may_stay = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        footage.starts_with(path)
            || config.file.as_ref().is_some_and(|file| file.ends_with(&*name))
            || ["keys", "lost+found"].contains(&&*name)
            || name.contains(TEMPORARY_SUFFIX)
            || name.ends_with(LOCK_NAME)
            // The footage folder's own marker and lock, where it is the data folder.
            || name.starts_with(".nightjar-")
    };
    let other = entries.flatten().map(|entry| entry.path()).filter(|path| !may_stay(path));
    let other: Vec<String> = other.take(TOLD).map(|path| path.display().to_string()).collect();
    ensure!(
        other.is_empty(),
        "{} is not empty ({}): a backup is restored into an empty data folder only; move these away",
        data.display(),
        other.join(", ")
    );
    Ok(())
}

/// Writes the keys. Those that are there already must be the same: an attempt before was cut off.
fn place_keys(data: &Path, contents: &Contents, undo: &mut Undo) -> Result<()> {
    let folder = data.join("keys");
    let mut keys: Vec<(&str, Vec<u8>)> = Vec::new();
    for (name, key) in &contents.files {
        if let Some(name) = name.strip_prefix(KEYS) {
            keys.push((name, key.clone()));
        }
    }
    let saved = contents.files.get(ENVIRONMENT).map(|text| parse_environment(text)).unwrap_or_default();
    let from_environment = saved.iter().find(|(name, _)| name == crate::serve::keys::SECRET_KEY);
    if let Some((name, text)) = from_environment {
        let key = crate::serve::keys::parse(text).with_context(|| format!("the backup's {name}"))?;
        if let Ok(now) = std::env::var(name) {
            let same = crate::serve::keys::parse(&now).with_context(|| format!("can't use {name}"))? == key;
            ensure!(
                same,
                "{name} in the environment is another key than the backup's: unset it, or set that one"
            );
        }
        // Where no variable is set, the file does the same.
        keys.retain(|(name, _)| *name != "secret.key");
        keys.push(("secret.key", key.to_vec()));
    } else if std::env::var(crate::serve::keys::SECRET_KEY).is_ok() {
        bail!("{} is set, but the backup was made with a key file: unset it", crate::serve::keys::SECRET_KEY);
    }
    if !folder.exists() {
        create_private_folder(&folder).with_context(|| format!("can't create {}", folder.display()))?;
        undo.0.push(folder.clone());
    }
    let strangers = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    for name in strangers {
        let known = keys.iter().find(|(key, _)| name == **key);
        let same =
            known.is_some_and(|(_, key)| fs::read(folder.join(&name)).is_ok_and(|found| found == *key));
        ensure!(same, "{} holds other keys than the backup: move them away", folder.display());
    }
    for (name, key) in keys {
        let path = folder.join(name);
        if !path.exists() {
            write_new(&path, &key, undo)?;
        }
    }
    Ok(())
}

/// Loads the rows and brings them up to this program's schema; an SQLite file gets its name at the end.
async fn restore_database(
    args: &RestoreArgs,
    passphrase: Option<Secret>,
    config: &Config,
    contents: &Contents,
    undo: &mut Undo,
) -> Result<()> {
    let url = &config.database.url;
    let Some(file) = sqlite_file(url.expose()) else {
        nightjar_backup::load(&args.file, passphrase, url, &contents.header).await?;
        return check(url, config).await;
    };
    ensure!(!file.exists(), "{} exists already: move it away", file.display());
    let temporary = with_suffix(&file, TEMPORARY_SUFFIX);
    let all = ["", "-wal", "-shm"].map(|end| with_suffix(&temporary, end));
    for path in &all {
        // Of an attempt before.
        let _ = fs::remove_file(path);
    }
    undo.0.extend(all);
    let temporary_url = Secret::new(format!("sqlite://{}", temporary.display()));
    nightjar_backup::load(&args.file, passphrase, &temporary_url, &contents.header).await?;
    check(&temporary_url, config).await?;
    let renamed = fs::rename(&temporary, &file);
    let folder = file.parent().unwrap_or(Path::new("/"));
    renamed
        .and_then(|()| fs::File::open(folder)?.sync_all())
        .with_context(|| format!("can't write {}", file.display()))
}

/// Opens the catalog as the server will, and what is sealed in it.
async fn check(url: &Secret, config: &Config) -> Result<()> {
    let options = CatalogOptions {
        max_connections: config.database.max_connections,
        sealer: Some(open::sealer(config)?),
    };
    let catalog = Catalog::connect(url.expose(), &options).await.context("can't open what was restored")?;
    let cameras = catalog.every_camera_with_deleted().await;
    catalog.close().await;
    cameras.map(drop).context("the backup's keys do not fit its database")
}

/// What is left to do.
fn notes(config: &Config, contents: &Contents) -> Result<()> {
    let data = &config.service.data_dir;
    let mut undo = Undo::default();
    let saved = contents.files.get(ENVIRONMENT).map(|text| parse_environment(text)).unwrap_or_default();
    if !saved.iter().all(|(name, value)| std::env::var(name).is_ok_and(|now| now == *value)) {
        let path = data.join(RESTORED_ENVIRONMENT);
        write_new(&path, &contents.files[ENVIRONMENT], &mut undo)?;
        println!(
            "environment a part of the configuration came from variables: set those of {}",
            path.display()
        );
    }
    if let (Some(text), Some(file)) = (contents.files.get(CONFIG), &config.file)
        && fs::read(file).is_ok_and(|now| now != *text)
    {
        let path = data.join(RESTORED_CONFIG);
        write_new(&path, text, &mut undo)?;
        println!("config      {} is in use; the backup's is in {}", file.display(), path.display());
    }
    undo.done();
    println!(
        "next        nightjar catalog rebuild --from disk      adds what was recorded since, from the footage folder"
    );
    if config.storage.is_some() {
        println!(
            "            nightjar catalog rebuild --from bucket    the same from the bucket; both before the first start"
        );
    }
    println!("            nightjar serve");
    Ok(())
}

fn write_new(path: &Path, content: &[u8], undo: &mut Undo) -> Result<()> {
    let written = private_file().create_new(true).open(path).and_then(|mut file| {
        undo.0.push(path.to_owned());
        file.write_all(content).and_then(|()| file.sync_all())
    });
    written.with_context(|| format!("can't write {}", path.display()))
}

fn with_suffix(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// What was written so far, taken back when the restore fails.
#[derive(Default)]
struct Undo(Vec<PathBuf>);

impl Undo {
    fn done(&mut self) {
        self.0.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            // A folder only goes when it is empty. What stays is told by the next attempt.
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
}
