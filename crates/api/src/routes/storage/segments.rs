//! `GET /storage/segments`.

use axum::extract::State;
use nightjar_model::{Permission, Segment as DomainSegment, WallTime};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::download_url;
use crate::answer::{ApiResult, List, Success};
use crate::enums::{SegmentState, StreamName};
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::media;
use crate::query::Query;
use crate::routes::recordings::list::{Params, SegmentQuery};
use crate::state::ApiState;
use crate::time::Timestamp;

/// A recorded file as it is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Segment {
    id: Uuid,
    camera_id: Uuid,
    stream: StreamName,
    /// The gapless run of files that it belongs to.
    recording_id: Uuid,
    /// Its name in the footage folder and in the bucket.
    #[schema(example = "front-door/20261120/13-30-00_front-door.mp4")]
    key: String,
    start: Timestamp,
    /// While it is being written: as far as is durable.
    end: Timestamp,
    bytes: u64,
    state: SegmentState,
    /// BLAKE3 of the finished file, in hex; null until then.
    blake3: Option<String>,
    location: Location,
    /// The node whose disk holds the local copy.
    node: String,
    /// Where it can be downloaded from, relative to this server, until `download_expires_at`; null
    /// without the permission `recording:export`.
    download_url: Option<String>,
    download_expires_at: Option<Timestamp>,
}

/// Where a file's bytes are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Location {
    /// On the local disk of its node.
    local: bool,
    /// In the bucket, verified.
    remote: bool,
}

/// List stored files
///
/// The files behind the recordings: where each is, and its digest.
#[utoipa::path(get, path = "/storage/segments", tag = "storage", params(Params), responses((status = 200, body = Success<List<Segment>>), (status = 404, description = "One of the cameras is not there")))]
pub(crate) async fn list_segments(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    Query(query): Query<SegmentQuery>,
) -> ApiResult<List<Segment>> {
    let page = query.run(&state, &caller).await?;
    let expires = state.clock.now() + state.playback.config().token_ttl;
    // Without the permission to take footage away there is no address to do it with.
    let holder = caller
        .permissions
        .contains(Permission::RecordingExport)
        .then(|| media::holder(&state, &caller, &client));
    let url = |segment: &DomainSegment| {
        holder.as_ref().map(|holder| download_url(&state, holder, segment.id, expires))
    };
    let items = page.items.iter().map(|segment| Segment::new(segment, url(segment), expires)).collect();
    Ok(state.ok(List { items, pagination: query.pagination(&page) }))
}

impl Segment {
    fn new(segment: &DomainSegment, download_url: Option<String>, expires: WallTime) -> Self {
        let hex = |digest: &[u8; 32]| digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            id: segment.id.0,
            camera_id: segment.camera_id.0,
            stream: segment.stream.into(),
            recording_id: segment.recording_id.0,
            key: segment.key.clone(),
            start: Timestamp(segment.start),
            end: Timestamp(segment.end),
            bytes: segment.bytes,
            state: segment.state.into(),
            blake3: segment.blake3.as_ref().map(hex),
            location: Location { local: segment.location.local, remote: segment.location.remote },
            node: segment.node.0.clone(),
            download_expires_at: download_url.is_some().then_some(Timestamp(expires)),
            download_url,
        }
    }
}
