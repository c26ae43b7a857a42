//! `nightjar catalog verify`: whether the promises hold.
//!
//! For each camera, spans and gaps tile the time since recording was first switched on; every
//! row has its file or object, every file and object its row; sizes match; and, looking deep,
//! every byte has the checksum that it had when it was recorded, and each file's own fragments
//! give the tables at its end. Changes nothing.

mod deep;
mod files;
mod objects;
mod report;
mod tiling;

use std::time::Duration;

use nightjar_model::SegmentState;

pub use report::{Problem, Progress, Stage, VerifyReport};

use crate::footage::{Footage, Result};

/// What is recorded is in the catalog within this time (the interval of the group commit, and a
/// slow disk): what is missing is looked for once more after it.
const COMMIT_LAG: Duration = Duration::from_secs(3);
/// Rows that are read in one go.
const PAGE: u32 = 5_000;

/// What to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Read every byte.
    pub deep: bool,
    /// Holes and overlaps up to this are none: one frame interval.
    pub tolerance_micros: i64,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { deep: false, tolerance_micros: 100_000 }
    }
}

/// Checks everything; `progress` is called every now and then. Other processes may be recording
/// meanwhile: what is younger than the check is left out.
pub async fn verify(
    footage: &Footage,
    options: VerifyOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<VerifyReport> {
    let mut report = VerifyReport::default();
    tiling::check(footage, options.tolerance_micros, &mut report, progress).await?;
    files::check(footage, &mut report, progress).await?;
    if footage.remote.is_some() {
        objects::check(footage, &mut report, progress).await?;
    }
    if options.deep {
        deep::check(footage, &mut report, progress).await?;
    }
    Ok(report)
}

/// Whether a row's bytes have to be where it says, whole.
fn is_settled(state: SegmentState) -> bool {
    state == SegmentState::Finished
}
