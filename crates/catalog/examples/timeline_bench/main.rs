//! Fills a catalog with 4.4 million segments (500 cameras, 90 days) and measures what is asked of
//! it most. Run by `bench/catalog.sh`:
//!
//! ```sh
//! timeline_bench RESULT.json sqlite:///tmp/catalog.db postgres://user@127.0.0.1:5432/catalog
//! ```
//!
//! The databases must be empty. `NIGHTJAR_BENCH_CAMERAS` and `NIGHTJAR_BENCH_DAYS` make it smaller.

mod footage;
mod measure;
mod report;

use std::process::ExitCode;

use nightjar_catalog::{Catalog, CatalogError, CatalogOptions};

use crate::footage::Footage;
use crate::report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(result), urls) = (arguments.next(), arguments.collect::<Vec<_>>()) else {
        eprintln!("usage: timeline_bench RESULT.json DATABASE_URL…");
        return ExitCode::FAILURE;
    };
    let mut reports = Vec::new();
    for url in urls {
        match run(&url).await {
            Ok(report) => reports.push(report),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    report::print(&reports);
    if let Err(error) = std::fs::write(&result, report::json(&reports)) {
        eprintln!("{result}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn run(url: &str) -> Result<Report, CatalogError> {
    let catalog = Catalog::connect(url, &CatalogOptions::default()).await?;
    let mut report = Report::new(catalog.kind().as_str());
    let footage = Footage::of_size(number("NIGHTJAR_BENCH_CAMERAS", 500), number("NIGHTJAR_BENCH_DAYS", 90));
    footage::generate(&catalog, &footage, &mut report).await?;
    // As after a restart: nothing prepared, nothing in the database's own cache.
    catalog.close().await;
    let catalog = Catalog::connect(url, &CatalogOptions::default()).await?;
    measure::reads(&catalog, &footage, &mut report).await?;
    measure::writes(&catalog, &footage, &mut report).await?;
    catalog.close().await;
    Ok(report)
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
