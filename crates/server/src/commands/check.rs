//! `nightjar check`: reads the configuration and tries everything that it names.

mod cameras;
mod parts;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use crate::cli::CheckArgs;
use crate::config::{self, Config};
use table::Table;

/// How one thing went: what to show when it is well, or what is wrong with it.
type Outcome = Result<String, String>;

/// Checks; the exit status is 0 when all is well, 1 when something can not be reached, 2 when
/// the configuration is wrong.
pub(crate) fn run(args: &CheckArgs) -> ExitCode {
    if args.keys {
        print!("{}", config::reference());
        return ExitCode::SUCCESS;
    }
    let config = match args.config.load(Vec::new()) {
        Ok(config) => config,
        Err(errors) => {
            eprint!("{errors}");
            return ExitCode::from(2);
        }
    };
    print!("The configuration is right:\n\n{}", config::summary(&config));
    for warning in &config.warnings {
        println!("  warning      {warning}");
    }
    if args.offline {
        return ExitCode::SUCCESS;
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("can't start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("\nTrying what it names:\n");
    let all_well = runtime.block_on(try_all(&config, Duration::from_secs(args.timeout)));
    // A name server that does not answer must not hold the exit up.
    runtime.shutdown_timeout(Duration::from_millis(100));
    if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn try_all(config: &Config, patience: Duration) -> bool {
    let mut table = Table::default();
    table.row("data", "folder", parts::folder(&config.service.data_dir));
    table.row("footage", "folder", parts::folder(&config.recording.footage_dir));
    table.row("listen", &config.service.listen.to_string(), parts::address(config.service.listen).await);
    if let Some(metrics) = config.service.metrics_listen() {
        table.row("metrics", &metrics.to_string(), parts::address(metrics).await);
    }
    if let Some(tls) = &config.tls {
        table.row("tls", "certificate", parts::certificate(tls));
        if let Some(redirect) = tls.redirect {
            table.row("redirect", &redirect.to_string(), parts::address(redirect).await);
        }
    }
    table.row("database", "", parts::in_time(patience, parts::database(config)).await);
    if let Some(storage) = &config.storage {
        let outcome = parts::in_time(patience, parts::bucket(config, storage)).await;
        table.row("bucket", &storage.bucket, outcome);
    }
    for provider in &config.oidc {
        let outcome = parts::in_time(patience, parts::provider(provider, patience)).await;
        table.row("sign-in", &provider.name, outcome);
    }
    table.row("ffmpeg", "", crate::serve::probe::confinement());
    for (camera, outcome) in cameras::try_all(&config.cameras, patience).await {
        table.row("camera", &camera, outcome);
    }
    table.all_well()
}
