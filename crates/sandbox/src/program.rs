//! Where a program is.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// The absolute path of the program with this name, looked up in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let candidates =
        env::split_paths(&folders).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name));
    let is_program = |path: &PathBuf| {
        path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
    };
    // Without links: what a link points to is what is executed.
    candidates.filter(is_program).find_map(|path| path.canonicalize().ok())
}
