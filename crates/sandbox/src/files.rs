//! Files: the program, its loader and the system's libraries can be read, nothing else is there (Landlock).

use std::fs;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// Where libraries are, and what many programs open.
const LIBRARIES: [&str; 10] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/gnu/store",
    // Where the loader looks up the others.
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
];
/// Where the loader is.
const LOADERS: [&str; 3] = ["/lib", "/lib64", "/usr/lib"];
/// The newest version of Landlock that is asked for; of an older kernel, what it has is taken.
const NEWEST: ABI = ABI::V6;

/// Whether the kernel took it.
pub(crate) fn restrict(program: &Path) -> bool {
    ruleset(program).is_ok_and(|status| status != RulesetStatus::NotEnforced)
}

fn ruleset(program: &Path) -> Result<RulesetStatus, RulesetError> {
    // Only these are executable: no shell, whatever a decoder is made to do.
    let programs = loaders().chain([program.to_owned()]);
    let own_libraries = program.parent().and_then(Path::parent).map(|folder| folder.join("lib"));
    let libraries = LIBRARIES.into_iter().map(PathBuf::from).chain(own_libraries);
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(programs, AccessFs::Execute | AccessFs::ReadFile))?
        .add_rules(path_beneath_rules(libraries, AccessFs::ReadFile))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// The dynamic loaders, as `/lib64/ld-linux-x86-64.so.2`: the kernel executes one before the program.
fn loaders() -> impl Iterator<Item = PathBuf> {
    let entries = LOADERS.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("ld-")))
        .map(|entry| entry.path())
}
