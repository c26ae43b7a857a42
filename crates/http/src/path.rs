//! Ids in paths. What can't be an id can't exist either: it is a 404, like one that is unknown.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use nightjar_model::{Caller, Camera, CameraId, CameraKey, ErrorCode, Permission, SegmentId};
use nightjar_playback::{SessionId, SessionInfo};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::ApiError;
use crate::guard;
use crate::media;
use crate::state::ApiState;

/// The parameters of the path.
pub struct UrlPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for UrlPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            // Text that is not UTF-8, or a number that is none.
            Err(_) => Err(ApiError::new(ErrorCode::NotFound, "There is nothing at this path.")),
        }
    }
}

/// The camera with this id or key, if `caller` may do `action` to it.
pub async fn camera(
    state: &ApiState,
    caller: &Caller,
    action: Permission,
    asked: &str,
) -> Result<Camera, ApiError> {
    let org = caller.org;
    let found = match named(asked) {
        Some(Named::Id(id)) => state.catalog.camera(org, id).await?,
        Some(Named::Key(key)) => state.catalog.camera_by_key(org, &key).await?,
        None => None,
    };
    allowed(found, caller, action, asked)
}

/// Id of the camera, and whether it should be recorded now: from the shared cache, without a query, where that knows it.
pub async fn camera_in_cache(
    state: &ApiState,
    caller: &Caller,
    action: Permission,
    asked: &str,
) -> Result<(CameraId, bool), ApiError> {
    if let Some(Named::Id(id)) = named(asked)
        && let Some(info) = state.camera_cache.info(id).await
        && info.org_id == caller.org
    {
        guard::may(caller, action, info.group_id, || ApiError::camera_not_found(asked))?;
        return Ok((id, info.wants_recording));
    }
    let camera = camera(state, caller, action, asked).await?;
    Ok((camera.id, camera.wants_recording()))
}

/// The same for its footage: that of a deleted camera is there until retention takes it.
pub async fn recorded_camera(
    state: &ApiState,
    caller: &Caller,
    action: Permission,
    asked: &str,
) -> Result<Camera, ApiError> {
    let org = caller.org;
    let found = match named(asked) {
        Some(Named::Id(id)) => state.catalog.camera_with_deleted(org, id).await?,
        Some(Named::Key(key)) => state.catalog.camera_by_key_with_deleted(org, &key).await?,
        None => None,
    };
    allowed(found, caller, action, asked)
}

/// What a camera is named by.
enum Named {
    Id(CameraId),
    Key(CameraKey),
}

fn named(asked: &str) -> Option<Named> {
    let id = Uuid::try_parse(asked).ok().map(|id| Named::Id(CameraId(id)));
    id.or_else(|| asked.parse().ok().map(Named::Key))
}

fn allowed(
    found: Option<Camera>,
    caller: &Caller,
    action: Permission,
    asked: &str,
) -> Result<Camera, ApiError> {
    let hidden = || ApiError::camera_not_found(asked);
    let camera = found.ok_or_else(hidden)?;
    guard::may(caller, action, camera.group_id, hidden)?;
    Ok(camera)
}

/// The cameras whose footage `caller` may see, deleted ones included.
pub async fn recorded_cameras(state: &ApiState, caller: &Caller) -> Result<Vec<Camera>, ApiError> {
    let mut cameras = state.catalog.cameras_with_deleted(caller.org).await?;
    cameras.retain(|camera| caller.groups.covers(camera.group_id));
    Ok(cameras)
}

/// The cameras that `caller` may see, ordered by key.
pub async fn visible_cameras(state: &ApiState, caller: &Caller) -> Result<Vec<Arc<Camera>>, ApiError> {
    let book = state.catalog.camera_book(state.clock.now()).await?;
    let visible = book.of(caller.org).iter().filter(|camera| caller.groups.covers(camera.group_id));
    Ok(visible.cloned().collect())
}

/// The text as a segment's id.
pub fn segment_id(asked: &str) -> Result<SegmentId, ApiError> {
    Uuid::try_parse(asked).map(SegmentId).map_err(|_| ApiError::recording_not_found(asked))
}

/// The text as a session's id.
pub fn session_id(asked: &str) -> Result<SessionId, ApiError> {
    asked.parse().map_err(|_| ApiError::session_not_found())
}

/// A living playback session of the caller's own, of a camera that it may still see.
pub async fn own_session(state: &ApiState, caller: &Caller, asked: &str) -> Result<SessionInfo, ApiError> {
    let session = state.playback.session(session_id(asked)?, state.clock.now())?;
    if session.user != caller.user {
        return Err(ApiError::session_not_found());
    }
    let camera = (session.org_id, session.camera_id);
    let hidden = ApiError::session_not_found;
    media::still_may(state, caller, Permission::RecordingRead, camera, hidden).await?;
    Ok(session)
}
