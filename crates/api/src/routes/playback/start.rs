//! `POST /playback/start`.

use axum::extract::State;
use nightjar_model::{ErrorCode, Permission};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PlaybackSession, range_of, session_prefix};
use crate::answer::{ApiResult, Success};
use crate::audit::Deed;
use crate::body::JsonBody;
use crate::enums::StreamName;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::media;
use crate::path;
use crate::query::Query;
use crate::state::ApiState;
use crate::time::{Bound, TimeInput};

/// What to play.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartPlayback {
    /// Id or key of the camera.
    #[schema(example = "front-door")]
    camera_id: String,
    /// Which stream; default: `main`.
    stream: Option<StreamName>,
    /// A time, or the beginning of a day.
    from: TimeInput,
    /// A time, or the end of a day; at most 24 hours after `from`. Without it, the playlist
    /// grows as recording goes on, up to 24 hours.
    to: Option<TimeInput>,
}

/// Start playback
///
/// Opens a session over a range of recorded footage. Its playlist has byte ranges of the stored
/// files as entries: whole fragments, exactly as they were recorded. Where nothing was recorded
/// there is one short `EXT-X-GAP` entry, and `EXT-X-PROGRAM-DATE-TIME` tells the wall clock on.
/// 404 if nothing at all was recorded in the range.
#[utoipa::path(
    post,
    path = "/playback/start",
    tag = "playback",
    request_body = StartPlayback,
    responses((status = 201, body = Success<PlaybackSession>), (status = 404, description = "There is no such camera, or nothing was recorded in this range"))
)]
pub(crate) async fn start_playback(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<StartPlayback>,
) -> ApiResult<PlaybackSession> {
    let wrong =
        |field: &'static str| move |reason| ApiError::field(ErrorCode::InvalidTimeRange, field, reason);
    let from = body.from.at(Bound::Start).map_err(wrong("from"))?;
    let to = body.to.map(|to| to.at(Bound::End)).transpose().map_err(wrong("to"))?;
    let camera = path::recorded_camera(&state, &caller, Permission::RecordingRead, &body.camera_id).await?;
    let stream = body.stream.unwrap_or(StreamName::Main).into();
    let now = state.clock.now();
    let holder = media::holder(&state, &caller, &client);
    let session = state.playback.start(&camera, stream, (from, to), &holder, now, session_prefix).await?;
    let deed = Deed::done("footage.view").to("camera", camera.id).with(range_of(&session));
    deed.by(&state, &caller, &client).await?;
    media::is_first_use(&state, &session.token, &client).await;
    Ok(state.created(session.into()))
}
