//! Confines a child process that handles bytes from outside, ffmpeg with a camera's picture, say.
//!
//! The server starts its own binary as a helper ([`helper`]). The helper restricts itself ([`enter`]) and then
//! replaces itself with the program ([`exec`]), which inherits all restrictions and can't lift them:
//!
//! - no new privileges, limited memory, processor time, descriptors and threads, no files and no core dumps;
//! - a user and a network of its own: namespaces where they are permitted, and the user `nobody` if the server is root;
//! - files: only the program and the system's libraries are readable (Landlock);
//! - system calls: only those that a decoder needs, none that opens a socket, starts a process or traces one (seccomp).
//!
//! What the kernel lacks is left out and reported ([`Gap`]): a picture that is decoded with fewer restrictions is better than
//! none. Belongs here: restrictions. Does not belong here: what the program is for, and how its pipes are served.

mod files;
mod limits;
mod namespaces;
mod program;
mod system_calls;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use limits::Limits;
pub use program::find;

/// Why a program is not started.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A restriction that every kernel has can't be applied.
    #[error("can't restrict the process ({what}): {error}")]
    Restrict {
        /// Which restriction.
        what: &'static str,
        /// Why not.
        error: nix::Error,
    },
    /// The program can't be executed.
    #[error("can't execute {path}: {error}")]
    Exec {
        /// Which program.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

/// A restriction that is missing because the kernel does not have or permit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// The program runs as the server's user.
    User,
    /// The program shares the server's network; without system calls for sockets it can't use it.
    Network,
    /// The program can read what the server's user can read.
    Files,
    /// The program can use all system calls.
    SystemCalls,
}

impl Gap {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::User, Self::Network, Self::Files, Self::SystemCalls];

    /// Its name, as the helper reports it.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Network => "network",
            Self::Files => "files",
            Self::SystemCalls => "system-calls",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "no user namespace",
            Self::Network => "no network namespace",
            Self::Files => "no Landlock",
            Self::SystemCalls => "no seccomp",
        })
    }
}

/// Restricts this process, which must have one thread, to what `program` needs. Returns what is missing.
///
/// # Errors
/// If a restriction that every kernel has fails: then nothing of outside may be handled.
pub fn enter(program: &Path, limits: Limits) -> Result<Vec<Gap>, SandboxError> {
    limits::close_descriptors();
    limits::no_new_privileges()?;
    let isolation = namespaces::isolate();
    limits::apply(limits, isolation.user_namespace)?;
    let files = files::restrict(program);
    let system_calls = system_calls::restrict();
    let gaps = [
        (Gap::User, isolation.user),
        (Gap::Network, isolation.network),
        (Gap::Files, files),
        (Gap::SystemCalls, system_calls),
    ];
    Ok(gaps.into_iter().filter(|(_, applied)| !applied).map(|(gap, _)| gap).collect())
}

/// Replaces this process with the program, with an empty environment. Returns only if that fails.
pub fn exec(program: &Path, arguments: &[OsString]) -> SandboxError {
    let error = Command::new(program).args(arguments).env_clear().exec();
    SandboxError::Exec { path: program.to_owned(), error }
}

/// The helper: this process's own binary with `sandbox`, the limits and the program. Arguments of the program may be added.
///
/// The binary is found through `/proc`, so that it is the running one even while it is being replaced by a new version.
pub fn helper(program: &Path, limits: Limits) -> Command {
    let mut command = bare_helper(limits);
    command.arg("--").arg(program);
    command
}

/// Lets the helper report what is missing, without executing the program.
///
/// # Errors
/// If the helper can't be started or fails.
pub fn report(program: &Path, limits: Limits) -> io::Result<Vec<Gap>> {
    let mut command = bare_helper(limits);
    command.arg("--report").arg("--").arg(program).stdin(Stdio::null());
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(said.trim().to_owned()));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(Gap::ALL.into_iter().filter(|gap| said.lines().any(|line| line == gap.name())).collect())
}

fn bare_helper(limits: Limits) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("nightjar").arg("sandbox");
    command.arg(format!("--memory={}", limits.memory)).arg(format!("--cpu-secs={}", limits.cpu_secs));
    command.env_clear().current_dir("/");
    command
}
