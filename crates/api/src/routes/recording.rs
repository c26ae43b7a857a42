//! Recording control: starting and stopping by hand, and what the recorder does.

pub(super) mod cameras;
pub(super) mod start;
pub(super) mod status;
pub(super) mod stop;

use nightjar_catalog::Catalog;
use nightjar_model::{Camera, Mode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::ApiError;

/// Which camera.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CameraBody {
    /// Id or key of the camera.
    #[schema(example = "front-door")]
    camera_id: String,
}

/// Makes a camera record or not, from now on and across restarts. The override is kept only while
/// it says something else than the camera's mode.
async fn switch(catalog: &Catalog, mut camera: Camera, on: bool) -> Result<Camera, ApiError> {
    let by_mode = camera.mode == Mode::Continuous;
    let manual = (by_mode != on).then_some(on);
    if camera.manual != manual {
        catalog.set_manual(camera.id, manual).await?;
        camera.manual = manual;
    }
    Ok(camera)
}
