//! Makes the desired state of the cameras true: reads it from the catalog whenever it changes,
//! and tells sources and recorder.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::CameraId;
use nightjar_recorder::Recorder;
use nightjar_sources::Sources;
use tokio_util::sync::CancellationToken;

/// Also without a change that we made: another process may have written to the database.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// The supervisor of all cameras.
pub(crate) struct Fleet {
    pub(crate) catalog: Catalog,
    pub(crate) sources: Arc<Sources>,
    pub(crate) recorder: Arc<Recorder>,
}

impl Fleet {
    /// Reconciles until cancelled.
    pub(crate) async fn run(self, cancel: CancellationToken) {
        let mut changes = self.catalog.changes();
        let mut known = HashSet::new();
        loop {
            changes.mark_unchanged();
            if let Err(error) = self.reconcile(&mut known).await {
                tracing::error!(%error, "can't read the cameras; those known go on");
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    async fn reconcile(&self, known: &mut HashSet<CameraId>) -> Result<(), CatalogError> {
        let cameras = self.catalog.every_camera().await?;
        let present: HashSet<CameraId> = cameras.iter().map(|camera| camera.id).collect();
        for gone in known.difference(&present) {
            self.sources.remove_camera(*gone);
            self.recorder.remove_camera(*gone).await;
        }
        for camera in cameras {
            // The recorder first, so that it subscribes before the first fragment.
            self.recorder.set_camera(camera.clone()).await;
            self.sources.set_camera(&camera);
        }
        *known = present;
        Ok(())
    }
}
