//! Segment writer, rotation, gap ledger, retention and reconciler.
//!
//! The only writer of footage, and so the only owner of the order between bytes and rows:
//! object first, then row; deletion the other way round. Does not belong here: connecting to
//! cameras (`sources`), packaging (`format`), queries (`catalog`).

mod active;
mod camera;
mod commit;
mod context;
mod digest;
mod finish;
mod footage;
mod join;
mod key_template;
mod ledger;
mod metrics;
mod pool;
mod pressure;
mod rebuild;
mod reconcile;
mod retention;
mod rotation;
mod stitch;
mod upload;
mod verify;

pub use commit::SyncMode;
pub use context::RecorderConfig;
pub use footage::{Clock, Footage, FootageError};
pub use key_template::{KeyTemplate, TemplateError};
pub use ledger::Downtime;
pub use pool::{Recorder, Room, Surroundings};
pub use pressure::{Gauge, PressureConfig, run_pressure};
pub use rebuild::{LeftOut, LeftOutFiles, RebuildOptions, RebuildReport, rebuild};
pub use reconcile::{ReconcileConfig, ReconcileReport, recover_at_start, run_reconciler, sweep};
pub use retention::{
    Deleted, RetentionConfig, carry_out_purges, delete_segments, keep_limits, resume_deletions, run_purges,
    run_retention,
};
pub use upload::{UploadConfig, Uploading, retry_delay, run_uploads};
pub use verify::{Problem, Progress, Stage, VerifyOptions, VerifyReport, verify};
