//! Locks: one process at a time writes into a data folder, a footage folder or a database file.
//!
//! # Invariants
//!
//! - The operating system's advisory lock decides between processes of one machine: it ends with its
//!   process, however that ends, so nobody ever has to remove a lock.
//! - The lock's file stays. Removing it would let two processes lock two files of the same name.
//! - What the file says is for people, and for other machines: on a network file system the advisory lock
//!   may end at the machine's border. There the holder writes a sign of life every few seconds, and
//!   whoever finds the mark of another machine waits whether that goes on. Clocks are not compared.

mod holder;
mod sharing;

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::Duration;

use nightjar_model::{NodeId, WallTime};

pub use holder::LockHolder;
use sharing::Sharing;

use crate::private::{create_private_folder, private_file};

/// Name of the lock's file in a folder.
pub const LOCK_NAME: &str = ".nightjar-lock";
/// How the name of the lock's file ends beside a locked file.
const LOCK_SUFFIX: &str = ".nightjar-lock";

/// How often the holder writes a sign of life, and for how long another machine looks for one.
#[derive(Debug, Clone, Copy)]
struct Pace {
    beat: Duration,
    watch: Duration,
}

const PACE: Pace = Pace { beat: Duration::from_secs(3), watch: Duration::from_secs(10) };

/// Who asks for a lock.
#[derive(Debug, Clone)]
pub struct LockOwner {
    /// The node.
    pub node: NodeId,
    /// The command that runs, as `serve`.
    pub command: String,
    /// The time now.
    pub now: WallTime,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{} is in use by another Nightjar process: {holder}; stop it, or give each a place of its own", path.display())]
    Held {
        /// The folder or the file.
        path: PathBuf,
        /// The process, as far as it is known.
        holder: Box<LockHolder>,
    },
    /// The lock's file could not be used.
    #[error("can't lock {}: {source}", path.display())]
    Failed {
        /// The lock's file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// An exclusive lock, until it is dropped or its process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// Ends the signs of life when it is dropped.
    _beating: Option<SyncSender<()>>,
}

impl Lock {
    /// Locks a folder, which is created if it is not there.
    pub fn folder(folder: &Path, owner: &LockOwner) -> Result<Self, LockError> {
        let failed = |source| LockError::Failed { path: folder.to_owned(), source };
        create_private_folder(folder).map_err(failed)?;
        acquire(folder, &folder.join(LOCK_NAME), owner, Sharing::of(folder), PACE)
    }

    /// Locks a file by another one beside it.
    pub fn beside(file: &Path, owner: &LockOwner) -> Result<Self, LockError> {
        let folder = file.parent().unwrap_or(Path::new("/"));
        let failed = |source| LockError::Failed { path: folder.to_owned(), source };
        create_private_folder(folder).map_err(failed)?;
        let mut name = file.as_os_str().to_owned();
        name.push(LOCK_SUFFIX);
        acquire(file, Path::new(&name), owner, Sharing::of(folder), PACE)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Tells other machines that they need not wait. If it fails, they wait.
        let _ = self.file.set_len(0);
    }
}

fn acquire(
    subject: &Path,
    path: &Path,
    owner: &LockOwner,
    sharing: Sharing,
    pace: Pace,
) -> Result<Lock, LockError> {
    let failed = |source| LockError::Failed { path: path.to_owned(), source };
    let held = |holder| LockError::Held { path: subject.to_owned(), holder: Box::new(holder) };
    let file = private_file().read(true).create(true).truncate(false).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(held(LockHolder::read(path).unwrap_or_default())),
        // A network file system without locks: the signs of life have to do.
        Err(TryLockError::Error(error)) if sharing == Sharing::Network => {
            tracing::warn!(path = %path.display(), %error, "the file system has no locks; only signs of life protect it");
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let own = LockHolder::new(owner);
    let before = LockHolder::read(path).filter(|before| before.boot != own.boot);
    if let Some(before) = before.filter(|_| sharing == Sharing::Network)
        && lives(&before, path, pace)
    {
        return Err(held(before));
    }
    own.write(&file).map_err(failed)?;
    if sharing == Sharing::Machine {
        return Ok(Lock { file, _beating: None });
    }
    // Of two machines that began in the same moment, the one that wrote last goes on.
    std::thread::sleep(pace.beat / 4);
    if let Some(other) = LockHolder::read(path).filter(|other| other.run != own.run) {
        return Err(held(other));
    }
    let beating = beat(&file, path, own, pace).map_err(failed)?;
    Ok(Lock { file, _beating: Some(beating) })
}

/// Whether the holder writes a new sign of life while we watch.
fn lives(before: &LockHolder, path: &Path, pace: Pace) -> bool {
    tracing::info!(
        path = %path.display(),
        host = before.host,
        "another machine has used this shared folder: waiting whether it still does"
    );
    let step = pace.beat / 3;
    let steps = pace.watch.as_millis() / step.as_millis().max(1) + 1;
    (0..steps).any(|_| {
        std::thread::sleep(step);
        LockHolder::read(path).is_some_and(|now| now != *before)
    })
}

/// Writes signs of life from a thread of its own, because the file system may block for long; it ends
/// when the sender is dropped, and nobody waits for it.
fn beat(file: &File, path: &Path, mut own: LockHolder, pace: Pace) -> io::Result<SyncSender<()>> {
    let (sender, dropped) = mpsc::sync_channel(0);
    let (file, path) = (file.try_clone()?, path.to_owned());
    let mut warned = false;
    let keep = move || {
        while dropped.recv_timeout(pace.beat) == Err(RecvTimeoutError::Timeout) {
            own.beat += 1;
            let other = LockHolder::read(&path).filter(|now| now.run != own.run);
            let written = own.write(&file);
            let problem = match (other, written) {
                (Some(other), _) => format!("it is used by two processes; the other one is {other}"),
                (None, Err(error)) => error.to_string(),
                (None, Ok(())) => {
                    warned = false;
                    continue;
                }
            };
            if !std::mem::replace(&mut warned, true) {
                tracing::error!(path = %path.display(), problem, "the lock of a shared folder is not safe");
            }
        }
    };
    std::thread::Builder::new().name("lock".to_owned()).spawn(keep)?;
    Ok(sender)
}

#[cfg(test)]
mod tests;
