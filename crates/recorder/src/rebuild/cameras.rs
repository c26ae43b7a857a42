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

/// Where a file's segment belongs.
pub(super) enum Belongs {
    /// To this ledger.
    To(LedgerOf),
    /// Nowhere; says why.
    Nowhere(String),
}

/// Ids of cameras by their tenant and readable key.
#[derive(Debug, Default)]
pub(super) struct Cameras {
    ids: HashMap<(OrgId, String), CameraId>,
}

impl Cameras {
    /// The ledger that a file belongs to. Its camera, and its tenant, are made if the catalog does
    /// not have them.
    pub(super) async fn of(
        &mut self,
        footage: &Footage,
        restored: &Restored,
        report: &mut RebuildReport,
    ) -> Result<Belongs> {
        let Some(stream) = restored.stream() else {
            return Ok(Belongs::Nowhere(format!("it is of an unknown stream `{}`", restored.meta.stream)));
        };
        let org_id = OrgId(Uuid::from_bytes(restored.meta.org_id));
        let name = (org_id, restored.meta.camera_key.clone());
        if let Some(id) = self.ids.get(&name) {
            return Ok(Belongs::To(LedgerOf { org_id, camera_id: *id, stream }));
        }
        let id = match camera_of(footage, restored).await? {
            Some((camera, _)) => camera.id,
            None => {
                let Some(camera) = made_up(footage, org_id, restored) else {
                    let why = format!("`{}` is not the key of a camera", restored.meta.camera_key);
                    return Ok(Belongs::Nowhere(why));
                };
                if let Some(other) = footage.catalog.camera_by_id_with_deleted(camera.id).await? {
                    // A key is never changed, so one of the two was tampered with or damaged.
                    let why =
                        format!("it has the id of the camera `{}` and the key `{}`", other.key, camera.key);
                    return Ok(Belongs::Nowhere(why));
                }
                make_organization(footage, org_id).await?;
                let id = footage.catalog.upsert_camera(&camera).await?;
                report.cameras += 1;
                id
            }
        };
        self.ids.insert(name, id);
        Ok(Belongs::To(LedgerOf { org_id, camera_id: id, stream }))
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
