//! The text in a lock's file: who holds it.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use nightjar_model::to_rfc3339;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LockOwner;

/// The process that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LockHolder {
    /// Unique to this run of the process.
    pub(super) run: Uuid,
    /// Its id on its machine; 0: unknown.
    pub pid: u32,
    /// Its machine's name.
    pub host: String,
    /// The boot id of its machine's kernel: the same in all containers of a machine.
    pub(super) boot: String,
    /// Its node.
    pub node: String,
    /// Its command, as `serve`.
    pub command: String,
    /// When it got the lock, RFC 3339.
    pub since: String,
    /// Counts its signs of life.
    pub(super) beat: u64,
}

impl LockHolder {
    /// This process.
    pub(super) fn new(owner: &LockOwner) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self {
            run: Uuid::now_v7(),
            pid: std::process::id(),
            host,
            boot: boot.trim().to_owned(),
            node: owner.node.0.clone(),
            command: owner.command.clone(),
            since: to_rfc3339(owner.now),
            beat: 0,
        }
    }

    /// The holder that a lock's file names; none if it was given back, or was just being written.
    pub(super) fn read(path: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
    }

    /// Writes it in place: the file keeps its lock, and whoever reads meanwhile reads again.
    pub(super) fn write(&self, file: &File) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        text.push('\n');
        file.set_len(text.len() as u64)?;
        file.write_all_at(text.as_bytes(), 0)?;
        file.sync_all()
    }
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return f.write_str("its pid is not known");
        }
        let Self { pid, host, node, command, since, .. } = self;
        write!(f, "pid {pid} on {host} (`nightjar {command}`, node {node}, since {since})")
    }
}
