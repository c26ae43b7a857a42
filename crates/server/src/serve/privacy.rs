//! Files that others could read, from versions that made them so, or from a copy: mended at start.

use std::path::{Path, PathBuf};

use nightjar_recorder::Footage;
use nightjar_storage::{LOCK_NAME, MARKER_NAME, make_private};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::exclusive::sqlite_file;

/// Takes the rights of others away from the folders, the keys and the database: a dozen files at most.
/// With that nobody else can reach what is in the folders.
pub(crate) fn mend(config: &Config) {
    let data = &config.service.data_dir;
    let mut paths = vec![data.clone(), config.recording.footage_dir.clone(), data.join("keys")];
    paths.extend(["media.key", "secret.key"].map(|name| data.join("keys").join(name)));
    paths.extend([data, &config.recording.footage_dir].map(|folder| folder.join(LOCK_NAME)));
    paths.push(config.recording.footage_dir.join(MARKER_NAME));
    if let Some(file) = sqlite_file(config.database.url.expose()) {
        paths.extend(["", "-wal", "-shm", LOCK_NAME].map(|end| with_suffix(&file, end)));
    }
    let mended = paths.iter().filter(|path| mend_one(path)).count();
    if mended > 0 {
        tracing::info!(mended, "files and folders that others could read are private now");
    }
}

fn mend_one(path: &Path) -> bool {
    match make_private(path) {
        Ok(changed) => changed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "others can read it, and its mode can't be changed");
            false
        }
    }
}

fn with_suffix(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Does the same for all footage, beside everything else: there may be millions of files.
pub(super) fn mend_footage(footage: &Footage, tasks: &TaskTracker, stop: &CancellationToken) {
    let (local, stop) = (footage.local.clone(), stop.clone());
    tasks.spawn_blocking(move || match local.make_private(&|| !stop.is_cancelled()) {
        Ok(made) if made.files + made.folders + made.failed == 0 => {}
        Ok(made) => tracing::info!(
            files = made.files,
            folders = made.folders,
            failed = made.failed,
            "footage that others could read is private now"
        ),
        Err(error) => tracing::warn!(%error, "can't look whether others can read footage"),
    });
}
