//! `nightjar audit verify`.

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::catalog::with_config;
use crate::cli::AuditCommand;
use crate::config::Config;
use crate::serve::open;

/// Runs one of the audit trail's commands.
pub(crate) fn run(command: &AuditCommand) -> ExitCode {
    match command {
        AuditCommand::Verify(args) => with_config(&args.config, verify),
    }
}

async fn verify(config: Config) -> Result<ExitCode> {
    let catalog = open::catalog(&config).await?;
    let mut whole = true;
    for organization in catalog.organizations().await.context("can't read the organizations")? {
        let report = catalog.verify_audit(organization.id).await.context("can't read the audit trail")?;
        match report.fault {
            None => println!("{}: {} entries, whole", organization.name, report.entries),
            Some((seq, why)) => {
                whole = false;
                println!(
                    "{}: entry {seq} is wrong: {why}; {} before it are whole",
                    organization.name, report.entries
                );
            }
        }
    }
    catalog.close().await;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
