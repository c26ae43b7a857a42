//! Completion of rows that were finished in haste: their checksum, and their place in the queue.

use nightjar_model::{Segment, SegmentState};

use super::{ReconcileConfig, ReconcileReport};
use crate::digest::of_file;
use crate::footage::{Footage, FootageError, Result};

/// Computes a missing checksum, and queues what should be in the bucket and is not queued.
pub(super) async fn complete(
    footage: &Footage,
    config: &ReconcileConfig,
    row: Segment,
    report: &mut ReconcileReport,
) -> Result<()> {
    let id = row.id;
    let wants_upload = config.upload && footage.remote.is_some() && !row.location.remote;
    if row.blake3.is_none() {
        match add_digest(footage, row).await {
            Ok(()) => report.checksums += 1,
            Err(error) => {
                report.failed += 1;
                tracing::warn!(%error, "can't compute the checksum of a recovered segment now");
                return Ok(());
            }
        }
    }
    if wants_upload {
        footage.catalog.enqueue_upload(id, footage.now()).await?;
    }
    Ok(())
}

async fn add_digest(footage: &Footage, row: Segment) -> Result<()> {
    let key = row.key.clone();
    let digest = footage.on_disk(move |local| {
        let file = local.open_file(&key)?;
        of_file(&file).map_err(|source| FootageError::Unreadable { key, source })
    });
    let digest = digest.await?;
    // Read again, for it took a while; nobody else changes a row that is not queued but to
    // delete it.
    let Some(mut row) = footage.catalog.segment(row.org_id, row.id).await? else { return Ok(()) };
    if row.state != SegmentState::Finished {
        return Ok(());
    }
    row.blake3 = Some(digest);
    let Some(index) = footage.catalog.indexes(&[row.id]).await?.remove(&row.id) else { return Ok(()) };
    Ok(footage.catalog.insert_restored(&[(row, index)], &[]).await?)
}
