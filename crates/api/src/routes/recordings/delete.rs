//! `DELETE /recordings/{id}`.

use axum::extract::State;
use nightjar_model::{ErrorCode, Permission, SegmentState, to_rfc3339};
use serde_json::json;

use super::show::find;
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::routes::cameras::footage::{FootageDeletion, Wanted, start};
use crate::state::ApiState;

/// Delete a recording
///
/// The file can't be seen any more at once; its bytes are deleted from every disk and from the bucket
/// in the background, as with `DELETE /cameras/{id}/footage`. Its time is a gap with the cause
/// `deleted` from then on. One that is being written can't be deleted (409).
#[utoipa::path(
    delete,
    path = "/recordings/{id}",
    tag = "recordings",
    params(("id" = Uuid, Path, description = "Id of the recorded file")),
    responses((status = 202, body = Success<FootageDeletion>, description = "It has begun"), (status = 409, description = "It is still being written"))
)]
pub(crate) async fn delete_recording(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<FootageDeletion> {
    let segment = find(&state, &caller, Permission::RecordingDelete, &id).await?;
    if segment.state == SegmentState::Open {
        let message = "This file is being written: it can be deleted once it is finished.";
        return Err(ApiError::new(ErrorCode::Conflict, message));
    }
    let camera = state.catalog.camera_with_deleted(caller.org, segment.camera_id).await?;
    let camera = camera.ok_or_else(|| ApiError::recording_not_found(&id))?;
    let now = state.clock.now();
    let (caller, camera, segment) = (&caller, &camera, &segment);
    let delete = |work: Work| async move {
        let wanted = Wanted {
            segment: Some((segment.id, segment.bytes)),
            from: Some(segment.start),
            to: Some(segment.end),
        };
        let purge = start(work.catalog(), caller, camera, wanted, now).await?;
        let details = json!({
            "deletion_id": purge.id.to_string(),
            "camera_id": camera.id.to_string(),
            "key": segment.key,
            "start": to_rfc3339(segment.start),
            "end": to_rfc3339(segment.end),
            "bytes": segment.bytes,
        });
        work.note(caller, Deed::done("footage.delete").to("recording", segment.id).with(details));
        Ok::<_, ApiError>(purge)
    };
    let purge = state.audited(&client, delete).await?;
    Ok(state.accepted(purge.into()))
}
