//! Limits of the process.

use rustix::process::{Resource, getrlimit, setrlimit};

/// A camera needs a socket and a file, and distributions still start processes with room for
/// 1,024: takes what the system allows.
pub(super) fn raise_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "can't raise the limit of open files: many cameras may not fit");
    }
}
