//! Ids in paths. What can't be an id can't exist either: it is a 404, like one that is unknown.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use nightjar_model::{Camera, CameraId, CameraKey, ErrorCode, OrgId, SegmentId};
use nightjar_playback::SessionId;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::ApiError;
use crate::state::ApiState;

/// The parameters of the path.
pub(crate) struct UrlPath<T>(pub(crate) T);

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

/// The camera with this id or key.
pub(crate) async fn camera(state: &ApiState, asked: &str) -> Result<Camera, ApiError> {
    let org = OrgId::DEFAULT;
    let found = if let Ok(id) = Uuid::try_parse(asked) {
        state.catalog.camera(org, CameraId(id)).await?
    } else if let Ok(key) = asked.parse::<CameraKey>() {
        state.catalog.camera_by_key(org, &key).await?
    } else {
        None
    };
    found.ok_or_else(|| ApiError::camera_not_found(asked))
}

/// The text as a segment's id.
pub(crate) fn segment_id(asked: &str) -> Result<SegmentId, ApiError> {
    Uuid::try_parse(asked).map(SegmentId).map_err(|_| ApiError::recording_not_found(asked))
}

/// The text as a session's id.
pub(crate) fn session_id(asked: &str) -> Result<SessionId, ApiError> {
    asked.parse().map_err(|_| ApiError::session_not_found())
}
