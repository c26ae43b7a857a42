//! Values for tests.

use nightjar_catalog::{Catalog, CatalogOptions, LedgerWrite, Sealer};
use nightjar_media::WallTime;
use nightjar_model::{
    Camera, CameraId, CameraSource, Gap, GapCause, GapId, IndexEntry, Location, ManagedBy, NodeId, OrgId,
    RecordingId, RtspTransport, Secret, Segment, SegmentId, SegmentIndex, SegmentState, StreamName,
};
use uuid::Uuid;

/// A second.
pub(crate) const SECOND: i64 = 1_000_000;

/// So many seconds after some moment of November 2025.
pub(crate) fn at(seconds: i64) -> WallTime {
    WallTime::from_micros((1_763_000_000 + seconds) * SECOND)
}

pub(crate) fn node() -> NodeId {
    NodeId("node-1".to_owned())
}

/// For a catalog that cameras with passwords can be added to.
pub(crate) fn options() -> CatalogOptions {
    CatalogOptions { sealer: Some(Sealer::new([1; 32], Vec::new())), ..CatalogOptions::default() }
}

pub(crate) fn camera(key: &str) -> Camera {
    let source = CameraSource {
        sub_url: Some("rtsp://10.0.0.7:554/sub".parse().expect("a URL")),
        username: Some("viewer".to_owned()),
        password: Some(Secret::new("correct horse")),
        transport: RtspTransport::Udp,
        ..CameraSource::new("rtsp://10.0.0.7:554/main".parse().expect("a URL"))
    };
    let id = CameraId(Uuid::now_v7());
    let new = Camera::new(id, OrgId::DEFAULT, key.parse().expect("a key"), source, at(0));
    Camera {
        name: format!("Camera {key}"),
        retention_secs: Some(90 * 86_400),
        managed_by: ManagedBy::File,
        ..new
    }
}

/// A catalog's new camera.
pub(crate) async fn added(catalog: &Catalog, key: &str) -> Camera {
    let camera = camera(key);
    assert_eq!(catalog.upsert_camera(&camera).await, Ok(camera.id));
    camera
}

/// An open segment of the camera's main stream, from `start`, with nothing in it.
pub(crate) fn open_segment(camera: &Camera, start: WallTime) -> Segment {
    let id = SegmentId(Uuid::now_v7());
    Segment {
        id,
        org_id: camera.org_id,
        camera_id: camera.id,
        stream: StreamName::Main,
        recording_id: RecordingId(Uuid::now_v7()),
        key: format!("{}/20251113/{id}.mp4", camera.key),
        start,
        end: start,
        media_start: 90_000,
        media_duration: 0,
        timescale: 90_000,
        bytes: 1_000,
        init_offset: 48,
        init_len: 700,
        init_hash: -7,
        frames: 0,
        codecs: "avc1.64001f,mp4a.40.2".to_owned(),
        width: 1920,
        height: 1080,
        blake3: None,
        state: SegmentState::Open,
        location: Location { local: true, remote: false },
        node: node(),
    }
}

/// The same segment, finished at `end`.
pub(crate) fn finished(segment: &Segment, end: WallTime) -> Segment {
    let micros = end.micros_since(segment.start);
    Segment {
        end,
        media_duration: (micros.unsigned_abs() * 9) / 100,
        bytes: micros.unsigned_abs() / 4,
        frames: u32::try_from(micros / 40_000).expect("is short"),
        blake3: Some([7; 32]),
        state: SegmentState::Finished,
        ..segment.clone()
    }
}

pub(crate) fn finish(segment: &Segment, end: WallTime) -> LedgerWrite {
    LedgerWrite::SegmentFinished { segment: finished(segment, end), index: index(), upload: false }
}

pub(crate) fn index() -> SegmentIndex {
    let entry = IndexEntry { bytes: 1_000_000, duration: 450_000 };
    SegmentIndex { first_offset: 5_000, entries: vec![entry; 20] }
}

/// A gap of the camera's main stream, in seconds.
pub(crate) fn gap(camera: &Camera, start: WallTime, end: Option<WallTime>, cause: GapCause) -> Gap {
    Gap {
        id: GapId(Uuid::now_v7()),
        org_id: camera.org_id,
        camera_id: camera.id,
        stream: StreamName::Main,
        start,
        end,
        cause,
        details: "connection refused".to_owned(),
    }
}

/// Records the camera from `start` for `count` segments of `seconds` each; gives the segments.
pub(crate) async fn recorded(
    catalog: &Catalog,
    camera: &Camera,
    start: i64,
    count: i64,
    seconds: i64,
) -> Vec<Segment> {
    let recording = RecordingId(Uuid::now_v7());
    let segments: Vec<Segment> = (0..count)
        .map(|number| {
            let begin = start + number * seconds;
            let open = Segment { recording_id: recording, ..open_segment(camera, at(begin)) };
            finished(&open, at(begin + seconds))
        })
        .collect();
    let writes: Vec<LedgerWrite> = segments
        .iter()
        .map(|segment| LedgerWrite::SegmentFinished {
            segment: segment.clone(),
            index: index(),
            upload: false,
        })
        .collect();
    catalog.apply(&writes).await.expect("is written");
    segments
}
