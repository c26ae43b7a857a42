//! `DELETE /cameras/{id}/footage`.

use axum::extract::State;
use nightjar_model::{ErrorCode, Permission, WallTime, to_rfc3339};
use serde_json::json;

use super::{FootageDeletion, Wanted, start};
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::{self, UrlPath};
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::time::{Bound, TimeInput};

/// Which of a camera's footage.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `RangeQuery` reads")]
pub(crate) struct Params {
    /// Only files that begin at or after this time, or this day; all of the past if it is left out.
    #[param(value_type = Option<TimeInput>)]
    from: Option<String>,
    /// Only files that end at or before this time, or the end of this day; up to now if it is left
    /// out.
    #[param(value_type = Option<TimeInput>)]
    to: Option<String>,
}

pub(crate) struct RangeQuery {
    from: Option<WallTime>,
    to: Option<WallTime>,
}

impl FromQuery for RangeQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let (from, to) = (reader.time("from", Bound::Start), reader.time("to", Bound::End));
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            reader.problem(ErrorCode::InvalidTimeRange, "to", "must be later than `from`");
        }
        Self { from, to }
    }
}

/// Delete a camera's footage
///
/// Deletes recorded files before their time, from every disk and from the bucket. This can't be
/// undone. It also works for a camera that was deleted; its id or key still names it as long as
/// there is footage.
///
/// Only whole files go: one that reaches out of the range stays, and so does the one that is being
/// written. What is deleted is a gap with the cause `deleted` from then on.
///
/// The answer says what was found; the deletion goes on in the background, over restarts too, and
/// waits for a bucket that is away. How far it is: `GET /cameras/{id}/footage/deletions`.
#[utoipa::path(
    delete,
    path = "/cameras/{id}/footage",
    tag = "cameras",
    params(("id" = String, Path, description = "Id or key of the camera"), Params),
    responses((status = 202, body = Success<FootageDeletion>, description = "It has begun"))
)]
pub(crate) async fn delete_footage(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(range): Query<RangeQuery>,
) -> ApiResult<FootageDeletion> {
    let camera = path::recorded_camera(&state, &caller, Permission::RecordingDelete, &id).await?;
    let now = state.clock.now();
    if range.from.is_some_and(|from| from >= now) {
        return Err(ApiError::field(ErrorCode::InvalidTimeRange, "from", "must not be in the future"));
    }
    // What a deleted camera was recording in its last moment is still being finished.
    let is_deleted = state.catalog.camera(caller.org, camera.id).await?.is_none();
    let to = if is_deleted { range.to } else { Some(range.to.map_or(now, |to| to.min(now))) };
    let (caller, camera) = (&caller, &camera);
    let delete = |work: Work| async move {
        let wanted = Wanted { segment: None, from: range.from, to };
        let purge = start(work.catalog(), caller, camera, wanted, now).await?;
        let details = json!({
            "deletion_id": purge.id.to_string(),
            "key": camera.key.as_str(),
            "from": purge.from.map(to_rfc3339),
            "to": purge.to.map(to_rfc3339),
            "segments_found": purge.found_segments,
            "bytes_found": purge.found_bytes,
        });
        work.note(caller, Deed::done("footage.delete").to("camera", camera.id).with(details));
        Ok::<_, ApiError>(purge)
    };
    let purge = state.audited(&client, delete).await?;
    Ok(state.accepted(purge.into()))
}
