//! Fills a catalog with 20 million events (500 cameras, 90 days) and measures what is asked of them.
//! Run by `bench/events.sh`:
//!
//! ```sh
//! events_bench RESULT.json sqlite:///tmp/catalog.db
//! ```
//!
//! The database must be empty. `NIGHTJAR_BENCH_EVENTS` makes it smaller.

mod fill;
mod measure;
#[path = "../timeline_bench/report.rs"]
mod report;

use std::process::ExitCode;

use nightjar_catalog::{Catalog, CatalogOptions};

use crate::report::Report;

/// What can go wrong ends the program.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(result), Some(url), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        eprintln!("usage: events_bench RESULT.json DATABASE_URL");
        return ExitCode::FAILURE;
    };
    match run(&url).await {
        Ok(report) => {
            let reports = [report];
            report::print(&reports);
            match std::fs::write(&result, report::json(&reports)) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{result}: {error}");
                    ExitCode::FAILURE
                }
            }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(url: &str) -> Result<Report> {
    let catalog = Catalog::connect(url, &CatalogOptions::default()).await?;
    let mut report = Report::new(catalog.kind().as_str());
    let count = std::env::var("NIGHTJAR_BENCH_EVENTS").ok().and_then(|text| text.parse().ok());
    let history = fill::History::of_size(count.unwrap_or(20_000_000));
    fill::generate(&catalog, url, &history, &mut report).await?;
    // As after a restart: nothing prepared, nothing in the database's own cache.
    catalog.close().await;
    let catalog = Catalog::connect(url, &CatalogOptions::default()).await?;
    measure::reads(&catalog, &history, &mut report).await?;
    measure::writes(&catalog, &history, &mut report).await?;
    catalog.close().await;
    Ok(report)
}
