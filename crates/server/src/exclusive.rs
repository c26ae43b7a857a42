//! The exclusive right to what a process writes: data folder, footage folder, database.
//!
//! Whatever writes footage or its ledger (`serve`, `catalog rebuild`, `restore`) holds it for the life of the
//! process. What only asks the database (`user`, `audit`, `catalog verify`, `backup`) works beside it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nightjar_database::{NodeClaim, NodeClaimed};
use nightjar_storage::{Lock, LockOwner, create_private_folder};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// How often the node's name in the database is asked for again, in case the connection was lost.
const KEEP_EVERY: Duration = Duration::from_secs(15);

/// Locked folders; free again when dropped, and when the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Exclusive {
    _locks: Vec<Lock>,
}

impl Exclusive {
    /// Locks the folders and the database file of a configuration. Blocks, on network folders for
    /// seconds.
    pub(crate) fn acquire(config: &Config, command: &str) -> Result<Self> {
        let owner = LockOwner {
            node: config.service.node.clone(),
            command: command.to_owned(),
            now: crate::serve::now(),
        };
        let data = &config.service.data_dir;
        let mut locks =
            vec![Lock::folder(data, &owner).context("can't use the data folder (service.data_dir)")?];
        let footage = &config.recording.footage_dir;
        create_private_folder(footage).with_context(|| format!("can't create {}", footage.display()))?;
        if !is_same(data, footage) {
            let locked = Lock::folder(footage, &owner);
            locks.push(locked.context("can't use the footage folder (recording.temp_dir)")?);
        }
        if let Some(file) = sqlite_file(config.database.url.expose()) {
            // Also where it lies in the data folder: that of another process may name it, too.
            let locked = Lock::beside(&file, &owner);
            locks.push(locked.context("can't use the database file (database.url)")?);
        }
        Ok(Self { _locks: locks })
    }
}

/// The path of an SQLite database; none for PostgreSQL.
pub(crate) fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split_once('?').map_or(path, |(path, _)| path)))
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The node's name in a shared database; none on SQLite.
pub(crate) async fn claim_node(config: &Config, command: &str) -> Result<Option<NodeClaim>> {
    let node = &config.service.node.0;
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let process = format!("{command} pid {} on {host}", std::process::id());
    let claimed = NodeClaim::acquire(config.database.url.expose(), node, &host, &process);
    match claimed.await.context("can't open the catalog (database.url)")? {
        NodeClaimed::Ours(claim) => Ok(Some(claim)),
        NodeClaimed::Alone => Ok(None),
        NodeClaimed::Held(holder) => bail!(
            "another process uses this database as the node `{node}`: {holder}; stop it, or give each node a \
             name of its own (service.node)"
        ),
    }
}

/// Keeps the node's name until stopped.
pub(crate) async fn keep_node(claim: NodeClaim, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(KEEP_EVERY)).await.is_some() {
        match claim.keep().await {
            Ok(true) => {}
            Ok(false) => tracing::error!(
                "another process uses this node's name in the database (service.node): stop one of them"
            ),
            Err(error) => tracing::debug!(%error, "can't ask for the node's name; trying again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_an_sqlite_address_is_found() {
        for url in ["sqlite:///a/b.db", "sqlite:/a/b.db", "sqlite:///a/b.db?max_page_count=9"] {
            assert_eq!(sqlite_file(url), Some(PathBuf::from("/a/b.db")), "{url}");
        }
        assert_eq!(sqlite_file("postgres://host/name"), None);
    }
}
