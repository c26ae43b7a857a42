//! Cameras that files name.

use std::collections::HashMap;

use nightjar_model::{Camera, CameraId, CameraKey, CameraSource, ManagedBy, Mode, StreamName};
use url::Url;
use uuid::Uuid;

use super::RebuildReport;
use crate::footage::{Footage, Result};
use crate::reconcile::{Restored, camera_of};

/// The address of a camera of which nothing is known but its footage.
const NO_ADDRESS: &str = "rtsp://restored.invalid/";

/// Ids of cameras by their readable key.
#[derive(Debug, Default)]
pub(super) struct Cameras {
    ids: HashMap<String, CameraId>,
}

impl Cameras {
    /// The camera of a file, made if the catalog does not have it; none if its name is no key.
    pub(super) async fn of(
        &mut self,
        footage: &Footage,
        restored: &Restored,
        report: &mut RebuildReport,
    ) -> Result<Option<(CameraId, StreamName)>> {
        let Some(stream) = restored.stream() else { return Ok(None) };
        let name = &restored.meta.camera_key;
        if let Some(id) = self.ids.get(name) {
            return Ok(Some((*id, stream)));
        }
        let id = match camera_of(footage, restored).await? {
            Some((camera, _)) => camera.id,
            None => {
                let Some(camera) = made_up(footage, restored) else { return Ok(None) };
                report.cameras += 1;
                footage.catalog.upsert_camera(&camera).await?
            }
        };
        self.ids.insert(name.clone(), id);
        Ok(Some((id, stream)))
    }
}

/// A camera that is switched off until somebody says where it is.
fn made_up(footage: &Footage, restored: &Restored) -> Option<Camera> {
    let key: CameraKey = restored.meta.camera_key.parse().ok()?;
    let source = CameraSource::new(Url::parse(NO_ADDRESS).expect("a constant"));
    let id = CameraId(Uuid::from_bytes(restored.meta.camera_id));
    Some(Camera {
        enabled: false,
        mode: Mode::Off,
        managed_by: ManagedBy::File,
        ..Camera::new(id, footage.org, key, source, footage.now())
    })
}
