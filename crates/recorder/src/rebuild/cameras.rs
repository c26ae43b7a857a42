//! Cameras that files name.

use std::collections::HashMap;

use nightjar_model::{Camera, CameraId, CameraKey, CameraSource, ManagedBy, Mode, OrgId, Organization};
use url::Url;
use uuid::Uuid;

use super::RebuildReport;
use crate::footage::{Footage, Result};
use crate::ledger::LedgerOf;
use crate::reconcile::{Restored, camera_of};

/// The address of a camera of which nothing is known but its footage.
const NO_ADDRESS: &str = "rtsp://restored.invalid/";

/// Ids of cameras by their tenant and readable key.
#[derive(Debug, Default)]
pub(super) struct Cameras {
    ids: HashMap<(OrgId, String), CameraId>,
}

impl Cameras {
    /// The ledger that a file belongs to. Its camera, and its tenant, are made if the catalog does
    /// not have them; none if its camera's name is no key.
    pub(super) async fn of(
        &mut self,
        footage: &Footage,
        restored: &Restored,
        report: &mut RebuildReport,
    ) -> Result<Option<LedgerOf>> {
        let Some(stream) = restored.stream() else { return Ok(None) };
        let org_id = OrgId(Uuid::from_bytes(restored.meta.org_id));
        let name = (org_id, restored.meta.camera_key.clone());
        if let Some(id) = self.ids.get(&name) {
            return Ok(Some(LedgerOf { org_id, camera_id: *id, stream }));
        }
        let id = match camera_of(footage, restored).await? {
            Some((camera, _)) => camera.id,
            None => {
                let Some(camera) = made_up(footage, org_id, restored) else { return Ok(None) };
                report.cameras += 1;
                make_organization(footage, org_id).await?;
                footage.catalog.upsert_camera(&camera).await?
            }
        };
        self.ids.insert(name, id);
        Ok(Some(LedgerOf { org_id, camera_id: id, stream }))
    }
}

/// A tenant that only files know gets a name that says so.
async fn make_organization(footage: &Footage, id: OrgId) -> Result<()> {
    if footage.catalog.organization(id).await?.is_some() {
        return Ok(());
    }
    let name = format!("Restored {id}");
    Ok(footage.catalog.create_organization(&Organization { id, name, created_at: footage.now() }).await?)
}

/// A camera that is switched off until somebody says where it is.
fn made_up(footage: &Footage, org: OrgId, restored: &Restored) -> Option<Camera> {
    let key: CameraKey = restored.meta.camera_key.parse().ok()?;
    let source = CameraSource::new(Url::parse(NO_ADDRESS).expect("a constant"));
    let id = CameraId(Uuid::from_bytes(restored.meta.camera_id));
    Some(Camera {
        enabled: false,
        mode: Mode::Off,
        managed_by: ManagedBy::File,
        ..Camera::new(id, org, key, source, footage.now())
    })
}
