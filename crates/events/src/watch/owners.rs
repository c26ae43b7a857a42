//! Whose camera it is: the board does not say.

use std::collections::HashMap;
use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::{CameraId, OrgId, StatusBoard};
use tokio::time::Instant;

/// How often it is read at most.
const BETWEEN_READS: Duration = Duration::from_secs(5);

/// The tenants of cameras.
pub(super) struct Owners {
    catalog: Catalog,
    of: HashMap<CameraId, OrgId>,
    read_at: Option<Instant>,
}

impl Owners {
    pub(super) fn new(catalog: Catalog) -> Self {
        Self { catalog, of: HashMap::new(), read_at: None }
    }

    /// The tenant, once it is known. A camera never changes it.
    pub(super) fn of(&self, camera: CameraId) -> Option<OrgId> {
        self.of.get(&camera).copied()
    }

    /// Reads them again if there is a camera on the board that is not known.
    pub(super) async fn refresh(&mut self, board: &StatusBoard, now: Instant) -> Result<(), CatalogError> {
        let mut unknown = false;
        board.each_camera(|camera, _| unknown |= !self.of.contains_key(&camera));
        let too_soon = self.read_at.is_some_and(|read| now.duration_since(read) < BETWEEN_READS);
        if !unknown || too_soon {
            return Ok(());
        }
        self.read_at = Some(now);
        let mut of = HashMap::new();
        for organization in self.catalog.organizations().await? {
            let cameras = self.catalog.cameras(organization.id).await?;
            of.extend(cameras.into_iter().map(|camera| (camera.id, organization.id)));
        }
        self.of = of;
        Ok(())
    }
}
