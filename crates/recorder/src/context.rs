//! What all cameras' recorders share.

use std::time::Duration;

use nightjar_media::WallTime;
use nightjar_model::{NodeId, StatusBoard};
use nightjar_storage::LocalTier;

use crate::KeyTemplate;
use crate::commit::{CommitSender, SyncMode};
use crate::metrics::RecorderMetrics;

/// How footage is written.
#[derive(Debug, Clone)]
pub struct RecorderConfig {
    /// Name of this process in the cluster, kept in every segment.
    pub node: NodeId,
    /// Names of segments.
    pub key_template: KeyTemplate,
    /// Whether segments end at multiples of their length since midnight UTC.
    pub at_clock_time: bool,
    /// Interval of the group commit: what a power cut may cost at most.
    pub flush_interval: Duration,
    /// How a group commit makes bytes durable.
    pub sync: SyncMode,
    /// Threads that write. More than one keeps a slow call of one camera from the others.
    pub threads: usize,
    /// Bytes of fragments that may wait for the disk, all cameras together.
    pub queue_bytes: usize,
    /// Whether finished segments are queued for upload.
    pub upload: bool,
}

impl Default for RecorderConfig {
    fn default() -> Self {
        Self {
            node: NodeId("node-1".into()),
            key_template: KeyTemplate::default(),
            at_clock_time: true,
            flush_interval: Duration::from_secs(1),
            sync: SyncMode::Volume,
            threads: 2,
            queue_bytes: 512 << 20,
            upload: false,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: RecorderConfig,
    pub(crate) node: NodeId,
    pub(crate) tier: LocalTier,
    pub(crate) commit: CommitSender,
    pub(crate) status: StatusBoard,
    pub(crate) metrics: RecorderMetrics,
    pub(crate) clock: fn() -> WallTime,
}
