//! A made-up camera, a recorder around it, and waiting for conditions.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use nightjar_catalog::{Catalog, CatalogOptions};
use nightjar_format::{FragmentMuxer, MuxerConfig};
use nightjar_hub::{GopLimits, Hub, Publisher, StreamKey};
use nightjar_media::{AccessUnit, CodecParameters, Fragment, Timescale, TrackId, TrackParameters, WallTime};
use nightjar_model::{Camera, CameraId, CameraSource, ManagedBy, NodeId, OrgId, StatusBoard};
use nightjar_recorder::{Recorder, RecorderConfig, Room, Surroundings};
use nightjar_storage::LocalTier;
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

/// 320×240 baseline, as an encoder wrote it.
const SPS: &[u8] = &[
    0x67, 0x42, 0xc0, 0x0d, 0xd9, 0x01, 0x41, 0xfb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00,
    0x03, 0x01, 0xe0, 0xf1, 0x42, 0xa4, 0x80,
];
const PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];

const FRAME_MILLIS: i64 = 40;
/// Frames from one key frame to the next.
pub(crate) const GOP: i64 = 25;

pub(crate) fn now() -> WallTime {
    SystemTime::now().into()
}

/// Polls until `condition` gives something; fails loudly after 20 s.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut condition: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited 20 s for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Frames of a camera on a wall clock of the test's own.
pub(crate) struct FakeCamera {
    muxer: FragmentMuxer,
    publisher: Publisher,
    wall: WallTime,
    frame: i64,
    ticks: i64,
}

impl FakeCamera {
    pub(crate) fn new(publisher: Publisher, wall: WallTime) -> Self {
        let mut muxer = FragmentMuxer::new(MuxerConfig::default());
        muxer.set_tracks(vec![video(320)], &mut Vec::new()).expect("tracks");
        Self { muxer, publisher, wall, frame: 0, ticks: 0 }
    }

    /// The next frames; the first is a key frame if the count since the start says so.
    pub(crate) fn frames(&mut self, count: i64) {
        for _ in 0..count {
            self.frame_of(1000);
        }
    }

    fn frame_of(&mut self, bytes: usize) {
        let is_sync = self.frame % GOP == 0;
        let mut data = vec![0u8; 4 + bytes];
        data[..4].copy_from_slice(&(bytes as u32).to_be_bytes());
        data[4] = if is_sync { 0x65 } else { 0x41 };
        data[5..13].copy_from_slice(&self.frame.to_be_bytes());
        let unit = AccessUnit {
            track: TrackId::VIDEO,
            dts: self.ticks,
            pts: self.ticks,
            wall: self.wall,
            received: Instant::now(),
            is_sync,
            data: Bytes::from(data),
        };
        self.frame += 1;
        self.ticks += FRAME_MILLIS * 90;
        self.wall = self.wall.plus_micros(FRAME_MILLIS * 1000);
        let mut made = Vec::new();
        self.muxer.push(unit, &mut made).expect("muxed");
        self.publish(made);
    }

    /// The connection is lost for `millis`; then it begins with a key frame again.
    pub(crate) fn lose_connection(&mut self, cause: nightjar_media::InterruptionCause, millis: i64) {
        let mut made = Vec::new();
        self.muxer.end_run(&mut made);
        let since = made.last().map_or(self.wall, |fragment| fragment.end);
        self.publish(made);
        self.publisher.interrupt(nightjar_media::Interruption { since, cause, details: "test".into() });
        self.skip(millis);
    }

    /// Time passes without a frame, and the next one is a key frame.
    pub(crate) fn skip(&mut self, millis: i64) {
        self.wall = self.wall.plus_micros(millis * 1000);
        self.frame = (self.frame + GOP - 1) / GOP * GOP;
    }

    /// Another resolution from the next frame on, which is a key frame.
    pub(crate) fn change_resolution(&mut self, width: u32) {
        let mut made = Vec::new();
        self.muxer.set_tracks(vec![video(width)], &mut made).expect("tracks");
        self.publish(made);
        self.skip(0);
    }

    /// What is held back comes out.
    pub(crate) fn flush(&mut self) {
        let mut made = Vec::new();
        self.muxer.end_run(&mut made);
        self.publish(made);
    }

    fn publish(&self, fragments: Vec<Fragment>) {
        for fragment in fragments {
            self.publisher.publish(fragment);
        }
    }
}

pub(crate) fn video(width: u32) -> TrackParameters {
    let codec = CodecParameters::H264 {
        sps: Bytes::from_static(SPS),
        pps: Bytes::from_static(PPS),
        width,
        height: 240,
    };
    TrackParameters { id: TrackId::VIDEO, timescale: Timescale::VIDEO, codec }
}

/// A recorder with a catalog and a footage folder of its own.
pub(crate) struct Studio {
    _folder: TempDir,
    /// Address of the catalog.
    pub(crate) url: String,
    pub(crate) catalog: Catalog,
    pub(crate) tier: LocalTier,
    pub(crate) hub: Hub,
    pub(crate) status: StatusBoard,
    pub(crate) room: watch::Sender<Room>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) camera: Camera,
}

impl Studio {
    pub(crate) async fn new(segment_secs: u32) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let url = format!("sqlite://{}", folder.path().join("catalog.db").display());
        let catalog = Catalog::connect(&url, &CatalogOptions::default()).await.expect("catalog");
        let tier =
            LocalTier::open(&folder.path().join("footage"), &NodeId("test".into()), now()).expect("tier");
        let mut camera = camera("cam", segment_secs);
        camera.id = catalog.upsert_camera(&camera).await.expect("camera");
        let (hub, status) = (Hub::new(GopLimits::default()), StatusBoard::default());
        let room = watch::Sender::new(Room::Available);
        let recorder = start(&catalog, &tier, &hub, &status, &room);
        Self { _folder: folder, url, catalog, tier, hub, status, room, recorder, camera }
    }

    pub(crate) fn fake_camera(&self, wall: WallTime) -> FakeCamera {
        FakeCamera::new(self.hub.stream(self.key()).publisher(), wall)
    }

    /// Starts recording and waits until the recorder is subscribed.
    pub(crate) async fn record(&self) {
        self.recorder.set_camera(self.camera.clone()).await;
        let stream = self.hub.stream(self.key());
        until("a subscription", || async { stream.is_wanted().then_some(()) }).await;
    }

    /// What the recorder calls its process.
    pub(crate) fn node(&self) -> NodeId {
        RecorderConfig::default().node
    }

    fn key(&self) -> StreamKey {
        StreamKey { camera: self.camera.id.0.into_bytes(), stream: "main" }
    }
}

pub(crate) fn start(
    catalog: &Catalog,
    tier: &LocalTier,
    hub: &Hub,
    status: &StatusBoard,
    room: &watch::Sender<Room>,
) -> Arc<Recorder> {
    let config = RecorderConfig { flush_interval: Duration::from_millis(50), ..RecorderConfig::default() };
    let around = Surroundings {
        catalog: catalog.clone(),
        tier: tier.clone(),
        hub: hub.clone(),
        status: status.clone(),
        room: room.subscribe(),
        clock: now,
        down: None,
    };
    Arc::new(Recorder::start(config, around).expect("recorder"))
}

pub(crate) fn camera(key: &str, segment_secs: u32) -> Camera {
    let source = CameraSource::new("rtsp://127.0.0.1:1/".parse().expect("url"));
    let (id, key, now) = (CameraId(Uuid::now_v7()), key.parse().expect("key"), WallTime::from_micros(0));
    let new = Camera::new(id, OrgId::DEFAULT, key, source, now);
    Camera { segment_secs, managed_by: ManagedBy::File, ..new }
}
