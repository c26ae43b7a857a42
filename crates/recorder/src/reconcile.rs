//! The reconciler: makes the catalog and the footage folder agree again after a crash, a lost
//! database entry or a vanished file.
//!
//! At start, before anything is recorded, [`recover_at_start`] finishes what was being written;
//! afterwards, hourly, [`sweep`] goes through everything. Rows are given up only if the volume's
//! marker proves that this is the volume that held their files; files are given up only if they
//! are worthless.

mod adopt;
mod dangling;
mod digests;
mod finish;
mod inventory;
mod recover;
mod sweep;
mod times;

use std::fmt;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub(crate) use adopt::camera_of;
pub(crate) use finish::{Outcome, Restored, finish_file, read_segment};
pub(crate) use inventory::KeySet;
pub use recover::recover_at_start;
pub use sweep::sweep;
pub(crate) use times::impossible_times;

use crate::footage::Footage;

/// How the reconciler works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReconcileConfig {
    /// How often everything is gone through.
    pub interval: Duration,
    /// Files younger than this may still be under someone's hands while the recorder runs.
    pub settle: Duration,
    /// Whether finished segments go into the bucket.
    pub upload: bool,
}

impl Default for ReconcileConfig {
    fn default() -> Self {
        Self { interval: Duration::from_secs(3600), settle: Duration::from_secs(900), upload: false }
    }
}

/// What the reconciler found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileReport {
    /// Unfinished segments that are finished now.
    pub recovered: u64,
    /// Segments that were opened and got no frame; they are gone.
    pub empty: u64,
    /// Files without a row that have one now.
    pub adopted: u64,
    /// Times that the ledger said nothing of, which are gaps now.
    pub holes: u64,
    /// Files that look like footage and can't be adopted: they stay.
    pub unknown_files: u64,
    /// Rows whose file is missing: reported.
    pub dangling: u64,
    /// Those of them that are forgotten, because the volume is surely the right one.
    pub forgotten: u64,
    /// Files with another size than their row says: reported.
    pub wrong_size: u64,
    /// Leftovers that were removed: temporary files, copies of what is in the bucket.
    pub leftovers: u64,
    /// Checksums that were missing and are known now.
    pub checksums: u64,
    /// Segments that could not be dealt with now; they are tried again.
    pub failed: u64,
}

impl fmt::Display for ReconcileReport {
    /// What there was of, as `recovered 2, gaps 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            ("recovered", self.recovered),
            ("empty", self.empty),
            ("adopted", self.adopted),
            ("gaps", self.holes),
            ("unknown files", self.unknown_files),
            ("missing files", self.dangling),
            ("forgotten", self.forgotten),
            ("of the wrong size", self.wrong_size),
            ("leftovers removed", self.leftovers),
            ("checksums", self.checksums),
            ("failed", self.failed),
        ];
        let there: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| format!("{what} {count}"))
            .collect();
        f.write_str(if there.is_empty() { "nothing" } else { "" })?;
        f.write_str(&there.join(", "))
    }
}

/// Sweeps at once and then every interval until `stop`. The recorder may run meanwhile.
pub async fn run_reconciler(footage: Footage, config: ReconcileConfig, stop: CancellationToken) {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            swept = sweep(&footage, &config) => match swept {
                Ok(report) if report == ReconcileReport::default() => tracing::debug!("catalog and disk agree"),
                Ok(report) => tracing::info!(%report, "reconciled the catalog with the disk"),
                Err(error) => tracing::warn!(%error, "can't reconcile the catalog with the disk; trying again"),
            },
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(config.interval) => {}
        }
    }
}
