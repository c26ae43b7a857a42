//! Footage for tests: real pictures, in real segment files, known to a real catalog. Shared with
//! the tests of the API.

use std::io::Write;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use nightjar_catalog::{Catalog, CatalogOptions, LedgerWrite, Sealer};
use nightjar_format::{FragmentMuxer, MuxerConfig, SegmentBuilder, SegmentMeta};
use nightjar_media::{AccessUnit, CodecParameters, Fragment, Timescale, TrackId, TrackParameters, WallTime};
use nightjar_model::{
    Camera, CameraId, CameraSource, IndexEntry, Location, ManagedBy, NodeId, OrgId, RecordingId, Secret,
    Segment, SegmentId, SegmentIndex, SegmentState, StreamName,
};
use nightjar_storage::LocalTier;
use tempfile::TempDir;
use uuid::Uuid;

use crate::stores::TestDatabase;

/// Pictures a second.
pub(crate) const FPS: i64 = 25;
/// Pictures from one random access point to the next: 2 s.
pub(crate) const GOP: i64 = 50;
/// Pictures of the clip, which is repeated.
const CLIP: i64 = 100;
/// Ticks of a picture.
const TICKS: i64 = 90_000 / FPS;

/// So many seconds after some moment of November 2026.
pub(crate) fn at(seconds: i64) -> WallTime {
    WallTime::from_millis((1_795_176_000 + seconds) * 1_000)
}

pub(crate) fn node() -> NodeId {
    NodeId("node-1".to_owned())
}

/// A folder of footage and its catalog.
pub(crate) struct Studio {
    _folder: TempDir,
    pub(crate) catalog: Catalog,
    pub(crate) local: LocalTier,
    pub(crate) camera: Camera,
    pub(crate) _database: TestDatabase,
}

impl Studio {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = TestDatabase::new(&folder);
        let sealer = Some(Sealer::new([7; 32], Vec::new()));
        let options = CatalogOptions { sealer, ..CatalogOptions::default() };
        let catalog = Catalog::connect(&database.url, &options).await.expect("opens");
        let local = LocalTier::open(&folder.path().join("recordings"), &node(), at(0)).expect("opens");
        let camera = camera("front-door");
        catalog.upsert_camera(&camera).await.expect("inserts");
        Self { _folder: folder, catalog, local, camera, _database: database }
    }

    /// A day in 96 files of 15 minutes, with entries of 4 s; only the catalog knows of it.
    pub(crate) async fn day(&self) {
        let recording = RecordingId(Uuid::now_v7());
        for number in 0..96 {
            let start = at(number * 900);
            let id = SegmentId(Uuid::now_v7());
            let segment = Segment {
                id,
                org_id: self.camera.org_id,
                camera_id: self.camera.id,
                stream: StreamName::Main,
                recording_id: recording,
                key: format!("front-door/20261120/{number}.mp4"),
                start,
                end: start + Duration::from_secs(900),
                media_start: number.unsigned_abs() * 81_000_000,
                media_duration: 81_000_000,
                timescale: 90_000,
                bytes: 225_000_000,
                init_offset: 32,
                init_len: 720,
                init_hash: 1,
                frames: 22_500,
                codecs: "avc1.64001e".to_owned(),
                width: 640,
                height: 360,
                blake3: Some([1; 32]),
                state: SegmentState::Finished,
                location: Location { local: true, remote: false },
                node: node(),
            };
            let entries = (0..225u32).map(|n| IndexEntry { bytes: 1_000_000 + n * 37, duration: 360_000 });
            let index = SegmentIndex { first_offset: 1_000, entries: entries.collect() };
            let open = Segment { state: SegmentState::Open, blake3: None, ..segment.clone() };
            let finished = LedgerWrite::SegmentFinished { segment, index, upload: false };
            self.catalog.apply(&[LedgerWrite::SegmentOpened(open), finished]).await.expect("applies");
        }
    }

    /// A finished recording of `seconds` from `start` on, in files of `each` seconds.
    pub(crate) async fn record(&self, start: i64, seconds: i64, each: i64) -> Vec<Segment> {
        let recording = RecordingId(Uuid::now_v7());
        let mut segments = Vec::new();
        for fragments in split(fragments(start, seconds), each) {
            let mut writing = self.open(recording, &fragments).await;
            writing.add(&fragments);
            segments.push(self.finish(writing).await);
        }
        segments
    }

    /// A file that is being written, with nothing but its head.
    pub(crate) async fn open(&self, recording: RecordingId, fragments: &[Fragment]) -> Writing {
        let first = fragments.first().expect("a fragment");
        let id = SegmentId(Uuid::now_v7());
        let camera = &self.camera;
        let meta = SegmentMeta {
            segment_id: *id.0.as_bytes(),
            recording_id: *recording.0.as_bytes(),
            camera_id: *camera.id.0.as_bytes(),
            org_id: *camera.org_id.0.as_bytes(),
            camera_key: camera.key.to_string(),
            stream: "main".to_owned(),
            node: node().0,
            start: first.start,
        };
        let (builder, head) = SegmentBuilder::start(&meta, first.init.clone());
        let key = format!("{}/{}.mp4", camera.key, id);
        let mut file = self.local.create(&key).expect("a new file");
        file.write_all(&head).expect("room");
        let writing = Writing { id, recording, camera: camera.clone(), key, builder, file };
        let row = writing.segment(SegmentState::Open, None);
        self.catalog.apply(&[LedgerWrite::SegmentOpened(row)]).await.expect("applies");
        writing
    }

    pub(crate) async fn finish(&self, mut writing: Writing) -> Segment {
        let end = writing.builder.finish();
        writing.file.write_all(&end.tail).expect("room");
        writing.file.write_all_at(&end.patch, end.patch_offset).expect("room");
        let segment = writing.segment(SegmentState::Finished, Some(Uuid::now_v7()));
        let entries = end.summary.entries.iter();
        let index = SegmentIndex {
            first_offset: end.summary.first_offset,
            entries: entries.map(|&(bytes, duration)| IndexEntry { bytes, duration }).collect(),
        };
        let write = LedgerWrite::SegmentFinished { segment: segment.clone(), index, upload: false };
        self.catalog.apply(&[write]).await.expect("applies");
        segment
    }
}

/// A file that is being written.
pub(crate) struct Writing {
    pub(crate) id: SegmentId,
    recording: RecordingId,
    camera: Camera,
    pub(crate) key: String,
    builder: SegmentBuilder,
    file: std::fs::File,
}

impl Writing {
    pub(crate) fn add(&mut self, fragments: &[Fragment]) {
        for fragment in fragments {
            self.builder.append(fragment);
            for chunk in fragment.chunks.iter() {
                self.file.write_all(chunk).expect("room");
            }
        }
    }

    /// Its row; `digest` is made up, but different for each file.
    fn segment(&self, state: SegmentState, digest: Option<Uuid>) -> Segment {
        let open = state == SegmentState::Open;
        let summary = if open { self.builder.summary() } else { self.builder.finish().summary };
        let size = self.file.metadata().expect("open").len();
        Segment {
            id: self.id,
            org_id: self.camera.org_id,
            camera_id: self.camera.id,
            stream: StreamName::Main,
            recording_id: self.recording,
            key: self.key.clone(),
            start: summary.start,
            end: summary.end,
            media_start: summary.media_start,
            media_duration: summary.media_duration,
            timescale: summary.timescale,
            bytes: size,
            init_offset: summary.init_offset,
            init_len: summary.init_len,
            init_hash: summary.init_hash,
            frames: summary.frames,
            codecs: summary.codecs,
            width: summary.width,
            height: summary.height,
            blake3: digest.map(|digest| {
                [*digest.as_bytes(), *digest.as_bytes()].concat().try_into().expect("32 bytes")
            }),
            state,
            location: Location { local: true, remote: false },
            node: node(),
        }
    }
}

pub(crate) fn camera(key: &str) -> Camera {
    let source = CameraSource {
        username: Some("viewer".to_owned()),
        password: Some(Secret::new("hunter2")),
        ..CameraSource::new("rtsp://10.0.0.7:554/main?password=hunter2".parse().expect("a URL"))
    };
    let (id, now) = (CameraId(Uuid::now_v7()), WallTime::from_micros(0));
    let new = Camera::new(id, OrgId::DEFAULT, key.parse().expect("a key"), source, now);
    Camera { name: format!("Camera {key}"), managed_by: ManagedBy::File, ..new }
}

/// The fragments of one run of `seconds` from `start` on.
pub(crate) fn fragments(start: i64, seconds: i64) -> Vec<Fragment> {
    let clip = clip();
    let mut muxer = FragmentMuxer::new(MuxerConfig::default());
    let mut out = Vec::new();
    muxer.set_tracks(vec![clip.track.clone()], &mut out).expect("H.264");
    for number in 0..seconds * FPS {
        let unit = AccessUnit {
            track: TrackId::VIDEO,
            dts: number * TICKS,
            pts: number * TICKS,
            wall: at(start).plus_micros(number * 1_000_000 / FPS),
            received: now(),
            is_sync: number % GOP == 0,
            data: clip.units[usize::try_from(number % CLIP).expect("small")].clone(),
        };
        muxer.push(unit, &mut out).expect("a known track");
    }
    muxer.end_run(&mut out);
    out
}

/// The fragments of each file of `each` seconds.
pub(crate) fn split(fragments: Vec<Fragment>, each: i64) -> Vec<Vec<Fragment>> {
    let Some(first) = fragments.first().map(|fragment| fragment.start) else { return Vec::new() };
    let mut files: Vec<Vec<Fragment>> = Vec::new();
    for fragment in fragments {
        let number = fragment.start.micros_since(first) / (each * 1_000_000);
        if files.len() <= usize::try_from(number).expect("small") {
            files.push(Vec::new());
        }
        files.last_mut().expect("just made").push(fragment);
    }
    files
}

/// 4 s of pictures that ffmpeg made.
struct Clip {
    track: TrackParameters,
    units: Vec<Bytes>,
}

fn clip() -> &'static Clip {
    static CLIP_ONCE: OnceLock<Clip> = OnceLock::new();
    CLIP_ONCE.get_or_init(|| {
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-frames:v", "100"])
            .args(["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "50", "-keyint_min", "50"])
            .args(["-sc_threshold", "0", "-pix_fmt", "yuv420p", "-x264-params", "aud=1:repeat-headers=1"])
            .args(["-f", "h264", "-"])
            .stderr(Stdio::inherit())
            .output()
            .expect("ffmpeg runs");
        assert!(made.status.success(), "ffmpeg makes the clip");
        parse_clip(&made.stdout)
    })
}

fn parse_clip(stream: &[u8]) -> Clip {
    let (mut sps, mut pps) = (Bytes::new(), Bytes::new());
    let mut units: Vec<Vec<u8>> = Vec::new();
    for nal in annex_b(stream) {
        match nal[0] & 0x1f {
            7 => sps = Bytes::copy_from_slice(nal),
            8 => pps = Bytes::copy_from_slice(nal),
            9 => units.push(Vec::new()),
            _ => {
                let unit = units.last_mut().expect("an access unit delimiter comes first");
                unit.extend_from_slice(&u32::try_from(nal.len()).expect("small").to_be_bytes());
                unit.extend_from_slice(nal);
            }
        }
    }
    assert_eq!(units.len(), usize::try_from(CLIP).expect("small"));
    let codec = CodecParameters::H264 { sps, pps, width: 320, height: 180 };
    let track = TrackParameters { id: TrackId::VIDEO, timescale: Timescale::VIDEO, codec };
    Clip { track, units: units.into_iter().map(Bytes::from).collect() }
}

fn annex_b(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts: Vec<usize> =
        stream.windows(3).enumerate().filter(|(_, w)| *w == [0, 0, 1]).map(|(n, _)| n).collect();
    starts.push(stream.len() + 3);
    let pairs: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0] + 3, pair[1])).collect();
    pairs.into_iter().map(|(start, end)| {
        let mut nal = &stream[start..end.min(stream.len())];
        while let [rest @ .., 0] = nal {
            nal = rest;
        }
        nal
    })
}

#[expect(clippy::disallowed_methods, reason = "tests may look at the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
