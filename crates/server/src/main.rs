//! The `nightjar` binary.

mod cli;
mod commands;
mod config;
mod exclusive;
mod fleet;
mod logging;
mod process_env;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    // Footage, keys and passwords are nobody else's, whatever the umask of the shell or the unit was.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let command = Cli::parse().command;
    if matches!(command, Command::Serve(_))
        && let Err(error) = process_env::hide()
    {
        eprintln!("nightjar: {error:#}");
        return ExitCode::FAILURE;
    }
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Catalog(command) => commands::catalog::run(&command),
        Command::User(command) => commands::user::run(&command),
        Command::Audit(command) => commands::audit::run(&command),
        Command::Backup(args) => commands::backup::run(&args),
        Command::Restore(args) => commands::restore::run(&args),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Sandbox(args) => commands::sandbox::run(&args),
    }
}
