//! A bucket: an object of JSON lines for each batch.

use bytes::Bytes;
use nightjar_model::{AuditEntry, OrgId};
use nightjar_storage::RemoteTier;

use crate::{Result, line};

/// Stores batches below a prefix, as `{prefix}/{organization}/{first}-{last}.jsonl`. A batch that is
/// stored again replaces itself or overlaps; lines are known again by `seq`.
#[derive(Debug, Clone)]
pub struct BucketTarget {
    /// The bucket.
    pub remote: RemoteTier,
    /// Folder of the objects, without a slash at its end.
    pub prefix: String,
}

impl BucketTarget {
    pub(crate) async fn send(&self, org: OrgId, entries: &[AuditEntry]) -> Result<()> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
        let key = format!("{}/{org}/{:012}-{:012}.jsonl", self.prefix, first.seq, last.seq);
        let lines: String = entries.iter().map(|entry| format!("{}\n", line::json(entry))).collect();
        Ok(self.remote.put(&key, Bytes::from(lines)).await?)
    }

    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.remote.config().bucket, self.prefix)
    }
}
