//! The `nightjar` binary.

mod cli;
mod commands;
mod config;
mod fleet;
mod logging;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Catalog(command) => commands::catalog::run(&command),
        Command::User(command) => commands::user::run(&command),
        Command::Audit(command) => commands::audit::run(&command),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Sandbox(args) => commands::sandbox::run(&args),
    }
}
