//! The process's environment, without leaving secrets in it.
//!
//! Passwords and keys may be given as environment variables, and `/proc/PID/environ` shows those that a
//! process was started with for as long as it lives; nothing that the process does to its own copy
//! changes that. So `serve` executes itself anew: the second time with only those variables that others
//! than Nightjar read, and with all the rest in an anonymous file as its standard input, which is emptied
//! as soon as it is read. The process keeps its id.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result};
use rustix::fs::{MemfdFlags, memfd_create};

/// Tells the second execution where the variables are.
const MARK: &str = "NIGHTJAR_ENVIRONMENT";
const ON_STDIN: &str = "stdin";
/// More than a system hands over to a process (`ARG_MAX`).
const MAX_BYTES: u64 = 8 << 20;

/// Variables that libraries, the system's loader and systemd read, and where the configuration is.
const STAYING: [&str; 22] = [
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "LANG",
    "LANGUAGE",
    "LOGNAME",
    "NIGHTJAR_CONFIG",
    "NOTIFY_SOCKET",
    "NO_COLOR",
    "NO_PROXY",
    "PATH",
    "PWD",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "XDG_RUNTIME_DIR",
];
/// The same by their beginnings; `PG` is the database driver's.
const STAYING_PREFIXES: [&str; 8] = ["LC_", "LD_", "LISTEN_", "LLVM_", "PG", "RUST_", "SSL_", "WATCHDOG_"];

/// What was handed over by the first execution.
static HANDED_OVER: OnceLock<Vec<(OsString, OsString)>> = OnceLock::new();

/// Takes the variables that only Nightjar reads out of the environment. To be called before there is a
/// second thread; executes the program anew, and comes back in its second execution, or if that fails.
///
/// # Errors
/// If what was handed over can't be read.
pub(crate) fn hide() -> Result<()> {
    if env::var_os(MARK).is_some_and(|value| value == ON_STDIN) {
        let variables = take_over().context("can't read the environment that was handed over")?;
        // Nobody has asked for it before: this is the first thing that the process does.
        let _ = HANDED_OVER.set(variables);
    } else if env::vars_os().any(|(name, _)| !stays(&name)) {
        let error = execute_anew();
        eprintln!("nightjar: secrets stay visible in the environment of this process: {error:#}");
    }
    Ok(())
}

/// All variables that are UTF-8; others can't be ours.
pub(crate) fn all() -> Vec<(String, String)> {
    let handed_over = HANDED_OVER.get().into_iter().flatten().cloned();
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    env::vars_os().chain(handed_over).filter_map(text).collect()
}

/// One variable; none if it is not there, or is not UTF-8.
pub(crate) fn var(name: &str) -> Option<String> {
    let handed_over = HANDED_OVER.get().into_iter().flatten().find(|(found, _)| found == name);
    handed_over.map(|(_, value)| value.clone()).or_else(|| env::var_os(name))?.into_string().ok()
}

fn stays(name: &OsStr) -> bool {
    let name = name.as_bytes();
    STAYING.iter().any(|known| name == known.as_bytes())
        || STAYING_PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

/// Comes back only if it fails.
fn execute_anew() -> anyhow::Error {
    let prepared = env::current_exe().and_then(|program| Ok((program, hand_over()?)));
    let (program, variables) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return error.into(),
    };
    let mut command = Command::new(program);
    let mut arguments = env::args_os();
    command.arg0(arguments.next().unwrap_or_else(|| "nightjar".into())).args(arguments);
    command.env_clear().envs(env::vars_os().filter(|(name, _)| stays(name))).env(MARK, ON_STDIN);
    command.stdin(variables).exec().into()
}

/// The variables as `/proc/PID/environ` has them, in a file without a name.
fn hand_over() -> std::io::Result<File> {
    let mut file = File::from(memfd_create("environment", MemfdFlags::CLOEXEC)?);
    for (name, value) in env::vars_os().filter(|(name, _)| !stays(name)) {
        file.write_all(&[name.as_bytes(), b"=", value.as_bytes(), b"\0"].concat())?;
    }
    file.rewind()?;
    Ok(file)
}

fn take_over() -> std::io::Result<Vec<(OsString, OsString)>> {
    let mut file = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let mut bytes = Vec::new();
    (&file).take(MAX_BYTES).read_to_end(&mut bytes)?;
    file.set_len(0)?;
    file.rewind()?;
    Ok(parse(&bytes))
}

fn parse(bytes: &[u8]) -> Vec<(OsString, OsString)> {
    let own = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let variables = bytes.split(|byte| *byte == 0).filter_map(|variable| {
        let equals = variable.iter().position(|byte| *byte == b'=')?;
        Some((own(&variable[..equals]), own(&variable[equals + 1..])))
    });
    variables.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_read_back_as_they_were() {
        let read = parse(b"A=1\0EMPTY=\0URL=postgres://x?a=b\0");
        let expected = [("A", "1"), ("EMPTY", ""), ("URL", "postgres://x?a=b")];
        assert_eq!(read, expected.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn only_what_others_read_stays() {
        for name in ["PATH", "LC_ALL", "RUST_LOG", "SSL_CERT_FILE", "NIGHTJAR_CONFIG"] {
            assert!(stays(OsStr::new(name)), "{name}");
        }
        for name in
            ["NIGHTJAR_ADMIN_PASSWORD", "NIGHTJAR_SECRET_KEY", "S3_SECRET_ACCESS_KEY", "CAMERA1_RTSP_URL"]
        {
            assert!(!stays(OsStr::new(name)), "{name}");
        }
    }
}
