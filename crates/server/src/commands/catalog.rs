//! `nightjar catalog verify` and `nightjar catalog rebuild`.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::{Context, Result};
use nightjar_model::StatusBoard;
use nightjar_recorder::{Progress, RebuildOptions, RebuildReport, Stage, VerifyOptions};

use crate::cli::{CatalogCommand, ConfigArgs, RebuildArgs, RebuildSource, VerifyArgs};
use crate::config::Config;
use crate::exclusive::{self, Exclusive};
use crate::serve::open;

/// Exit status when something is wrong with the catalog or it can't be looked at.
const WRONG: u8 = 1;
/// Exit status when a rebuild is complete but for files that it had to leave out.
const LEFT_OUT: u8 = 3;
/// Files that are named on the terminal; all are in the log.
const SHOWN: usize = 20;
/// What no file tells.
const NOT_IN_FILES: &str = "\
Not restored, because footage does not hold it: accounts, sign-ins and API tokens; addresses, passwords,
groups, tags and settings of cameras that are not in the configuration file (they are switched off now);
events; the audit trail; why footage is missing where it is. All of that is in a backup: see `nightjar restore`.";

/// Runs one of the catalog's commands.
pub(crate) fn run(command: &CatalogCommand) -> ExitCode {
    match command {
        CatalogCommand::Verify(args) => with_config(&args.config, |config| verify(config, args)),
        CatalogCommand::Rebuild(args) => with_config(&args.config, |config| rebuild(config, args)),
    }
}

pub(super) fn with_config<F>(args: &ConfigArgs, action: impl FnOnce(Config) -> F) -> ExitCode
where
    F: Future<Output = Result<ExitCode>>,
{
    let config = match args.load(Vec::new()) {
        Ok(config) => config,
        Err(errors) => {
            eprint!("{errors}");
            return ExitCode::from(2);
        }
    };
    crate::logging::init(&config.service);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("can't start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(action(config)).unwrap_or_else(|error| {
        eprintln!("nightjar: {error:#}");
        ExitCode::from(WRONG)
    })
}

async fn verify(config: Config, args: &VerifyArgs) -> Result<ExitCode> {
    let footage = open::all(&config, StatusBoard::default()).await?;
    let options = VerifyOptions { deep: args.deep, ..VerifyOptions::default() };
    let mut line = ProgressLine::new();
    let report = nightjar_recorder::verify(&footage, options, &mut |progress| line.show(progress)).await;
    line.clear();
    footage.catalog.close().await;
    let report = report.context("can't check the catalog")?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report).context("can't write the report")?);
    } else {
        print!("{}", report.render());
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

async fn rebuild(config: Config, args: &RebuildArgs) -> Result<ExitCode> {
    let _exclusive = Exclusive::acquire(&config, "catalog rebuild")?;
    let _claim = exclusive::claim_node(&config, "catalog rebuild").await?;
    let footage = open::all(&config, StatusBoard::default()).await?;
    open::desired_cameras(&footage.catalog, &config).await?;
    let from_disk = matches!(args.from, RebuildSource::Disk);
    anyhow::ensure!(from_disk || footage.remote.is_some(), "no bucket is configured ([storage] endpoint)");
    let options = RebuildOptions { local: from_disk, remote: !from_disk };
    let mut line = ProgressLine::new();
    let report =
        nightjar_recorder::rebuild(&footage, options, &mut |read| line.text(&format!("read {read} files")))
            .await;
    line.clear();
    footage.catalog.close().await;
    let report = report.context("can't rebuild the catalog")?;
    Ok(tell(&report))
}

/// Prints what a rebuild did; the exit status says whether it is all that there was.
fn tell(report: &RebuildReport) -> ExitCode {
    println!("restored    {} segments of {} cameras, {} gaps", report.segments, report.cameras, report.gaps);
    println!("known       {} segments were in the catalog already", report.known);
    println!("finished    {} files that were still open", report.finished);
    println!("empty       {} files without a single frame", report.empty);
    println!("left out    {} files that could not be restored", report.left_out.count());
    for left in report.left_out.named().iter().take(SHOWN) {
        println!("            {}: {}", safe(&left.key), safe(&left.reason));
    }
    let more = report.left_out.count().saturating_sub(SHOWN as u64);
    if more > 0 {
        println!("            and {more} more: see the log");
    }
    println!("\n{NOT_IN_FILES}");
    if report.left_out.count() > 0 { ExitCode::from(LEFT_OUT) } else { ExitCode::SUCCESS }
}

/// Names and keys come from files: nothing in them must speak to the terminal.
fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(300).collect()
}

/// One line on a terminal that is written over; nothing elsewhere.
struct ProgressLine {
    shown: bool,
    terminal: bool,
}

impl ProgressLine {
    fn new() -> Self {
        Self { shown: false, terminal: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, progress: Progress) {
        let what = match progress.stage {
            Stage::Ledger => "cameras' ledgers",
            Stage::Files => "files",
            Stage::Objects => "objects",
            Stage::Content => "segments read through",
        };
        let of = progress.total.map_or(String::new(), |total| format!(" of {total}"));
        self.text(&format!("{}{of} {what}", progress.done));
    }

    fn text(&mut self, text: &str) {
        if self.terminal {
            self.shown = true;
            eprint!("\r\x1b[K{text}");
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            eprint!("\r\x1b[K");
        }
    }
}
