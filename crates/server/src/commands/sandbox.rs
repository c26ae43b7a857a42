//! `nightjar sandbox`: gives up the process's rights and becomes another program.

use std::path::Path;
use std::process::ExitCode;

use nightjar_sandbox::{Limits, enter, exec};

use crate::cli::SandboxArgs;

/// What a shell answers for a program that can't be executed.
const NOT_EXECUTED: u8 = 126;

/// Becomes the program; returns only if that fails, or after a report.
pub(crate) fn run(args: &SandboxArgs) -> ExitCode {
    let Some((program, arguments)) = args.program.split_first() else { return ExitCode::from(NOT_EXECUTED) };
    let program = Path::new(program);
    let limits = Limits { memory: args.memory, cpu_secs: args.cpu_secs };
    let failure = match enter(program, limits) {
        Ok(gaps) if args.report => {
            gaps.iter().for_each(|gap| println!("{}", gap.name()));
            return ExitCode::SUCCESS;
        }
        Ok(_) => exec(program, arguments),
        Err(error) => error,
    };
    eprintln!("nightjar sandbox: {failure}");
    ExitCode::from(NOT_EXECUTED)
}
