//! `nightjar audit verify` and `head`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use nightjar_catalog::AuditHead;

use super::catalog::with_config;
use crate::cli::{AuditCommand, AuditVerifyArgs};
use crate::config::Config;
use crate::serve::open;

/// Runs one of the audit trail's commands.
pub(crate) fn run(command: &AuditCommand) -> ExitCode {
    match command {
        AuditCommand::Verify(args) => with_config(&args.config, |config| verify(config, args)),
        AuditCommand::Head(args) => with_config(&args.config, head),
    }
}

async fn verify(config: Config, args: &AuditVerifyArgs) -> Result<ExitCode> {
    let catalog = open::catalog(&config).await?;
    let mut whole = true;
    let organizations = catalog.organizations().await.context("can't read the organizations")?;
    for organization in &organizations {
        let report = catalog.verify_audit_against(organization.id, &args.expect).await;
        let report = report.context("can't read the audit trail")?;
        let (name, entries) = (&organization.name, report.entries);
        match (report.fault, report.keyed_from) {
            (Some((seq, why)), _) => {
                whole = false;
                println!("{name}: entry {seq} is wrong: {why}; {entries} before it are whole");
            }
            (None, Some(1)) => println!("{name}: {entries} entries, whole"),
            (None, None) if entries == 0 => println!("{name}: 0 entries, whole"),
            (None, Some(first)) => println!(
                "{name}: {entries} entries, whole; entry {first} is the first with a key, those before are held by it"
            ),
            (None, None) => {
                whole = false;
                println!(
                    "{name}: {entries} entries, and none has a key: start the server once after an upgrade; \
                     if that was done, the trail was rewritten"
                );
            }
        }
    }
    // Somebody who deletes an organization with its trail must not get rid of what is expected.
    let known = |head: &&AuditHead| organizations.iter().any(|organization| organization.id == head.org);
    for head in args.expect.iter().filter(|head| !known(head)) {
        whole = false;
        println!("{}: there is no such organization, but entry {} is expected", head.org, head.seq);
    }
    catalog.close().await;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn head(config: Config) -> Result<ExitCode> {
    let catalog = open::catalog(&config).await?;
    for head in catalog.audit_heads().await.context("can't read the audit trail")? {
        println!("{head}");
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}
