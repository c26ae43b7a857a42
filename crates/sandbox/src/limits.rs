//! Restrictions that every kernel has.

use std::fs;

use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::close;

use crate::SandboxError;

/// Descriptors at the same time: libraries are opened one after the other.
const DESCRIPTORS: u64 = 32;
/// Threads; counted only in a user namespace, where nobody else's count.
const THREADS: u64 = 64;

/// How much a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Seconds of processor time.
    pub cpu_secs: u64,
}

/// Closes all descriptors but the three standard ones. The server opens everything close-on-exec; this is for what a
/// library forgets.
pub(crate) fn close_descriptors() {
    let names = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten().map(|entry| entry.file_name());
    let open: Vec<i32> = names.filter_map(|name| name.to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // The one that listed them is closed already.
        let _ = close(descriptor);
    }
}

pub(crate) fn no_new_privileges() -> Result<(), SandboxError> {
    let restrict = |error| SandboxError::Restrict { what: "no_new_privs", error };
    prctl::set_no_new_privs().map_err(restrict)
}

pub(crate) fn apply(limits: Limits, own_users: bool) -> Result<(), SandboxError> {
    let mut all = vec![
        (Resource::RLIMIT_AS, limits.memory),
        (Resource::RLIMIT_CPU, limits.cpu_secs),
        (Resource::RLIMIT_NOFILE, DESCRIPTORS),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_MEMLOCK, 0),
    ];
    all.extend(own_users.then_some((Resource::RLIMIT_NPROC, THREADS)));
    for (resource, most) in all {
        setrlimit(resource, most, most).map_err(|error| SandboxError::Restrict { what: "limits", error })?;
    }
    Ok(())
}
