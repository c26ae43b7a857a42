//! Cameras in the shared cache, under the keys of the requirement documents: `camera:{id}:info`, `…:status`,
//! `…:capabilities` and `stream:status:{id}`.
//!
//! - Each node writes what its own recorder knows, and rewrites it before its time is over. What is gone is removed.
//! - `info` is read where it saves a query, and only while this node has written all changes that it made itself: a client
//!   sees its own change at once, and that of another node within a second.
//! - Nothing secret is in it: addresses are without credentials.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nightjar_cache::{Cache, CacheHealth, keys};
use nightjar_catalog::Catalog;
use nightjar_model::{
    Camera, CameraId, CameraStatus, GapCause, GroupId, OrgId, RecordingState, StatusBoard, WallTime,
    redact_url,
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::state::Clock;

/// How soon after a change its new value is there.
const ROUND: Duration = Duration::from_secs(1);
/// A value that does not change is written again after this part of its life.
const RENEWED_AFTER: u32 = 3;
/// No change is this one.
const NEVER: u64 = u64::MAX;

/// Cameras in the shared cache. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct CameraCache {
    cache: Cache,
    changes: watch::Receiver<u64>,
    /// The newest change of the catalog that is in the cache; [`NEVER`] while nothing is written.
    written: Arc<AtomicU64>,
    node: Arc<str>,
}

/// A camera as it should be, without what is secret. `camera:{id}:info`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameraInfo {
    pub id: CameraId,
    pub org_id: OrgId,
    pub key: String,
    pub name: String,
    pub group_id: Option<GroupId>,
    pub tags: Vec<String>,
    pub company: String,
    pub model: String,
    pub serial_number: Option<String>,
    pub firmware: Option<String>,
    pub location: String,
    pub place: String,
    pub main_url: String,
    pub enabled: bool,
    pub wants_recording: bool,
    pub version: i64,
}

/// `camera:{id}:status`.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Status {
    status: &'static str,
    recording: bool,
    gap_cause: Option<&'static str>,
    since_ms: i64,
    last_seen_ms: Option<i64>,
}

/// `camera:{id}:capabilities`, from what the camera sends.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Capabilities {
    main_stream: bool,
    sub_stream: bool,
    audio: bool,
    h264: bool,
    h265: bool,
}

/// `stream:status:{id}`, in the spelling of the document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamStatus<'a> {
    status: &'static str,
    last_seen: Option<i64>,
    node_id: &'a str,
    /// Unknown until there is live viewing.
    viewer_count: Option<u64>,
    fps: f32,
    bitrate: u64,
    dropped_frames: Option<u64>,
    resolution: Option<String>,
}

/// What was last written of a camera, and when.
#[derive(Default)]
struct Written {
    info: Option<(CameraInfo, WallTime)>,
    status: Option<(Status, WallTime)>,
    capabilities: Option<(Capabilities, WallTime)>,
}

impl CameraCache {
    pub fn new(cache: Cache, catalog: &Catalog, node: &str) -> Self {
        let written = Arc::new(AtomicU64::new(NEVER));
        Self { cache, changes: catalog.changes(), written, node: node.into() }
    }

    /// The camera, if it is in the cache and nothing has changed since.
    pub async fn info(&self, id: CameraId) -> Option<CameraInfo> {
        if self.written.load(Ordering::Acquire) != *self.changes.borrow() {
            return None;
        }
        self.cache.get_json(&keys::camera_info(id)).await
    }

    /// Writes until stopped. Without a shared cache there is nothing to do: whoever would read it is in this process.
    pub async fn run(self, catalog: Catalog, board: StatusBoard, clock: Clock, stop: CancellationToken) {
        if matches!(self.cache.health(), CacheHealth::Embedded) {
            return;
        }
        let mut changes = self.changes.clone();
        let mut known: HashMap<CameraId, Written> = HashMap::new();
        loop {
            let change = *changes.borrow_and_update();
            match catalog.camera_book(clock.now()).await {
                Ok(book) => {
                    self.write_all(book.all(), &board, &mut known, clock.now()).await;
                    self.written.store(change, Ordering::Release);
                }
                Err(error) => tracing::debug!(%error, "cameras can't be read for the cache"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changes.changed() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    }

    async fn write_all(
        &self,
        cameras: impl Iterator<Item = &Arc<Camera>>,
        board: &StatusBoard,
        known: &mut HashMap<CameraId, Written>,
        now: WallTime,
    ) {
        let mut gone: HashMap<CameraId, Written> = std::mem::take(known);
        for camera in cameras {
            let mut written = gone.remove(&camera.id).unwrap_or_default();
            self.write_info(camera, &mut written, now).await;
            if let Some(status) = board.camera(camera.id) {
                self.write_status(camera, &status, &mut written, now).await;
            }
            known.insert(camera.id, written);
        }
        for id in gone.into_keys() {
            self.forget(id).await;
        }
    }

    async fn write_info(&self, camera: &Camera, written: &mut Written, now: WallTime) {
        let info = CameraInfo::of(camera);
        let ttl = keys::CAMERA_INFO_TTL;
        if is_current(written.info.as_ref(), &info, ttl, now) {
            return;
        }
        if written.info.as_ref().is_some_and(|(was, _)| *was != info) {
            self.forget(camera.id).await;
            *written = Written::default();
        }
        self.cache.set_json(&keys::camera_info(camera.id), &info, ttl).await;
        written.info = Some((info, now));
    }

    async fn write_status(
        &self,
        camera: &Camera,
        posted: &CameraStatus,
        written: &mut Written,
        now: WallTime,
    ) {
        let status = Status::of(camera, posted);
        let ttl = keys::CAMERA_STATUS_TTL;
        if !is_current(written.status.as_ref(), &status, ttl, now) {
            let stream = StreamStatus::of(camera, posted, &self.node);
            self.cache.set_json(&keys::camera_status(camera.id), &status, ttl).await;
            self.cache.set_json(&keys::stream_status(camera.id), &stream, keys::STREAM_STATUS_TTL).await;
            written.status = Some((status, now));
        }
        // A camera that has sent nothing yet has not said what it can do.
        let capabilities = Capabilities::of(camera, posted);
        let ttl = keys::CAMERA_CAPABILITIES_TTL;
        if capabilities.main_stream && !is_current(written.capabilities.as_ref(), &capabilities, ttl, now) {
            self.cache.set_json(&keys::camera_capabilities(camera.id), &capabilities, ttl).await;
            written.capabilities = Some((capabilities, now));
        }
    }

    async fn forget(&self, id: CameraId) {
        self.cache.remove_all(&keys::camera_all(id)).await;
        self.cache.remove(&keys::stream_status(id)).await;
    }
}

/// Whether a value was written and will live for a while.
fn is_current<T: PartialEq>(
    written: Option<&(T, WallTime)>,
    value: &T,
    ttl: Duration,
    now: WallTime,
) -> bool {
    written.is_some_and(|(was, at)| was == value && now < *at + ttl / RENEWED_AFTER)
}

impl CameraInfo {
    fn of(camera: &Camera) -> Self {
        Self {
            id: camera.id,
            org_id: camera.org_id,
            key: camera.key.to_string(),
            name: camera.name.clone(),
            group_id: camera.group_id,
            tags: camera.tags.clone(),
            company: camera.company.clone(),
            model: camera.model.clone(),
            serial_number: camera.serial_number.clone(),
            firmware: camera.firmware.clone(),
            location: camera.location.clone(),
            place: camera.place.clone(),
            main_url: redact_url(&camera.source.main_url),
            enabled: camera.enabled,
            wants_recording: camera.wants_recording(),
            version: camera.version,
        }
    }
}

impl Status {
    fn of(camera: &Camera, posted: &CameraStatus) -> Self {
        Self {
            status: word(camera, posted),
            recording: posted.state == RecordingState::Recording,
            gap_cause: match posted.state {
                RecordingState::Gap(cause) => Some(cause.as_str()),
                RecordingState::Recording | RecordingState::Off => None,
            },
            since_ms: posted.since.micros() / 1_000,
            // Rounded: it changes with each frame, and is no reason to write.
            last_seen_ms: posted.last_frame.map(|at| at.micros() / 10_000_000 * 10_000),
        }
    }
}

impl Capabilities {
    fn of(camera: &Camera, posted: &CameraStatus) -> Self {
        let has = |codec: &str| posted.codecs.contains(&codec);
        let (h264, h265) = (has("h264"), has("h265"));
        Self {
            main_stream: h264 || h265,
            sub_stream: camera.source.sub_url.is_some(),
            audio: posted.codecs.len() > 1,
            h264,
            h265,
        }
    }
}

impl<'a> StreamStatus<'a> {
    fn of(camera: &Camera, posted: &CameraStatus, node: &'a str) -> Self {
        Self {
            status: word(camera, posted),
            last_seen: posted.last_frame.map(|at| at.micros() / 1_000),
            node_id: node,
            viewer_count: None,
            fps: posted.fps,
            bitrate: posted.bitrate,
            dropped_frames: None,
            resolution: posted.dimensions.map(|(width, height)| format!("{width}x{height}")),
        }
    }
}

/// The document's word for a camera's state.
fn word(camera: &Camera, posted: &CameraStatus) -> &'static str {
    match posted.state {
        _ if posted.connected => "online",
        RecordingState::Gap(GapCause::AuthFailed) => "error",
        RecordingState::Off if camera.enabled && posted.last_frame.is_none() => "connecting",
        _ => "offline",
    }
}
