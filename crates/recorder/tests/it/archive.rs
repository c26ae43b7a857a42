//! Footage without cameras: segments that are made up and written to disk and catalog, under a
//! clock that the test turns.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use nightjar_catalog::{Catalog, CatalogOptions, LedgerWrite};
use nightjar_format::{FragmentMuxer, MuxerConfig, SegmentBuilder, SegmentMeta};
use nightjar_media::{AccessUnit, Fragment, TrackId, WallTime};
use nightjar_model::{
    Camera, Gap, GapCause, GapId, IndexEntry, Location, NodeId, OrgId, Organization, RecordingId, Secret,
    Segment, SegmentId, SegmentIndex, SegmentState, StatusBoard, StreamName,
};
use nightjar_recorder::{Footage, Uploading, VerifyOptions, VerifyReport};
use nightjar_storage::{LocalTier, RemoteConfig, RemoteTier};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use crate::support::{GOP, camera, video};

/// The volume is marked before anything is recorded.
const CREATION: WallTime = WallTime::from_millis(1_799_999_000_000);
/// When the first segment begins.
pub(crate) const BEGIN: WallTime = WallTime::from_millis(1_800_000_000_000);
pub(crate) const SEGMENT_SECS: i64 = 4;
const FRAME_MILLIS: i64 = 40;

pub(crate) struct Archive {
    pub(crate) folder: TempDir,
    pub(crate) footage: Footage,
    pub(crate) camera: Camera,
    time: Arc<AtomicI64>,
    muxer: FragmentMuxer,
    /// Where the next segment begins.
    pub(crate) end: WallTime,
    ticks: i64,
    recording: RecordingId,
    /// Bytes of each frame.
    pub(crate) frame_bytes: usize,
}

/// How far the writing of a segment came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// To its end.
    Whole,
    /// To so many bytes of the fragments; the row is open.
    Cut(u64),
    /// The tables are there up to so many bytes, the header is not patched; the row is open.
    Tables(u64),
    /// The file is complete, the row is open.
    NoRow,
    /// The file is complete, and the catalog has not heard of it.
    Untold,
}

/// A segment as it was written, with what a reader must find in it.
pub(crate) struct Written {
    pub(crate) row: Segment,
    /// Offsets at which fragments end, with the wall-clock times.
    pub(crate) fragments: Vec<(u64, WallTime)>,
    /// Length of the file before its tables.
    pub(crate) body: u64,
    /// Length of the tables.
    pub(crate) tail: u64,
}

impl Archive {
    pub(crate) async fn new(remote: Option<RemoteTier>) -> Self {
        Self::of(OrgId::DEFAULT, remote).await
    }

    /// Of this organization.
    pub(crate) async fn of(org: OrgId, remote: Option<RemoteTier>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let time = Arc::new(AtomicI64::new(BEGIN.micros()));
        let clock = {
            let time = time.clone();
            Arc::new(move || WallTime::from_micros(time.load(Ordering::SeqCst)))
        };
        let node = NodeId("test".to_owned());
        let footage = Footage {
            catalog: connect(&folder, "catalog").await,
            local: LocalTier::open(&folder.path().join("footage"), &node, CREATION).expect("a tier"),
            remote,
            uploading: Uploading::default(),
            status: StatusBoard::default(),
            node,
            clock,
        };
        let key = format!("cam-{}", Uuid::now_v7().simple());
        let mut camera = camera(&key, SEGMENT_SECS as u32);
        camera.org_id = org;
        if org != OrgId::DEFAULT {
            let organization = Organization { id: org, name: org.to_string(), created_at: BEGIN };
            footage.catalog.create_organization(&organization).await.expect("made");
        }
        camera.id = footage.catalog.upsert_camera(&camera).await.expect("a camera");
        footage.catalog.set_recording_since(camera.id, BEGIN).await.expect("set");
        let mut muxer = FragmentMuxer::new(MuxerConfig::default());
        muxer.set_tracks(vec![video(320)], &mut Vec::new()).expect("tracks");
        Self {
            folder,
            footage,
            camera,
            time,
            muxer,
            end: BEGIN,
            ticks: 0,
            recording: RecordingId(Uuid::now_v7()),
            frame_bytes: 400,
        }
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.footage.catalog
    }

    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.footage.local.path(key).expect("a valid key")
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.time.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }

    pub(crate) fn set_now(&self, now: WallTime) {
        self.time.store(now.micros(), Ordering::SeqCst);
    }

    /// Finished segments, each beginning where the last ended, queued for upload if there is a
    /// bucket. The clock follows.
    pub(crate) async fn record(&mut self, count: usize) -> Vec<Segment> {
        let mut rows = Vec::new();
        for _ in 0..count {
            rows.push(self.write(Came::Whole).await.row);
        }
        rows
    }

    /// One segment that came as far as that.
    pub(crate) async fn write(&mut self, came: Came) -> Written {
        let start = self.end;
        let fragments = self.fragments();
        self.end = start.plus_micros(SEGMENT_SECS * 1_000_000);
        self.set_now(self.end);
        let id = SegmentId(Uuid::now_v7());
        let meta = SegmentMeta {
            segment_id: *id.0.as_bytes(),
            recording_id: *self.recording.0.as_bytes(),
            camera_id: *self.camera.id.0.as_bytes(),
            org_id: *self.camera.org_id.0.as_bytes(),
            camera_key: self.camera.key.to_string(),
            stream: "main".to_owned(),
            node: self.footage.node.0.clone(),
            start,
        };
        let (mut builder, head) = SegmentBuilder::start(&meta, fragments[0].init.clone());
        let mut content = head.to_vec();
        let mut ends = Vec::new();
        for fragment in &fragments {
            fragment.chunks.iter().for_each(|chunk| content.extend_from_slice(chunk));
            builder.append(fragment);
            ends.push((content.len() as u64, fragment.end));
        }
        let end = builder.finish();
        let (body, tail) = (content.len() as u64, end.tail.len() as u64);
        content.extend_from_slice(&end.tail);
        let patch = end.patch_offset as usize;
        match came {
            Came::Whole | Came::NoRow | Came::Untold => {
                content[patch..patch + 16].copy_from_slice(&end.patch)
            }
            Came::Cut(bytes) => content.truncate(bytes.min(body) as usize),
            Came::Tables(bytes) => content.truncate((body + bytes.min(tail)) as usize),
        }
        let key = format!("{}/{}.mp4", self.camera.key, (start.micros() - BEGIN.micros()) / 1_000_000);
        let mut file = self.footage.local.create(&key).expect("a new file");
        file.write_all(&content).expect("written");
        let row = self.row(id, key, start, &end.summary, &content);
        let index = index(&end.summary);
        if came != Came::Untold {
            self.note(came, &row, index).await;
        }
        Written { row, fragments: ends, body, tail }
    }

    fn row(
        &self,
        id: SegmentId,
        key: String,
        start: WallTime,
        summary: &nightjar_format::SegmentSummary,
        content: &[u8],
    ) -> Segment {
        Segment {
            id,
            org_id: self.camera.org_id,
            camera_id: self.camera.id,
            stream: StreamName::Main,
            recording_id: self.recording,
            key,
            start,
            end: self.end,
            media_start: summary.media_start,
            media_duration: summary.media_duration,
            timescale: summary.timescale,
            bytes: content.len() as u64,
            init_offset: summary.init_offset,
            init_len: summary.init_len,
            init_hash: summary.init_hash,
            frames: summary.frames,
            codecs: summary.codecs.clone(),
            width: summary.width,
            height: summary.height,
            blake3: Some(*blake3::hash(content).as_bytes()),
            state: SegmentState::Finished,
            location: Location { local: true, remote: false },
            node: self.footage.node.clone(),
        }
    }

    async fn note(&self, came: Came, row: &Segment, index: SegmentIndex) {
        // A row that was opened and got no further knows nothing yet but its beginning.
        let opened = Segment {
            end: row.start,
            bytes: 0,
            blake3: None,
            frames: 0,
            media_duration: 0,
            state: SegmentState::Open,
            ..row.clone()
        };
        let mut writes = vec![LedgerWrite::SegmentOpened(opened)];
        if came == Came::Whole {
            let upload = self.footage.remote.is_some();
            writes.push(LedgerWrite::SegmentFinished { segment: row.clone(), index, upload });
        }
        self.catalog().apply(&writes).await.expect("noted");
    }

    fn fragments(&mut self) -> Vec<Fragment> {
        let mut fragments = Vec::new();
        for number in 0..SEGMENT_SECS * 1000 / FRAME_MILLIS {
            let is_sync = number % GOP == 0;
            let mut data = vec![0u8; 4 + self.frame_bytes];
            // Content that differs, so that no two segments are alike.
            blake3::Hasher::new().update(&self.ticks.to_be_bytes()).finalize_xof().fill(&mut data);
            data[..4].copy_from_slice(&(self.frame_bytes as u32).to_be_bytes());
            data[4] = if is_sync { 0x65 } else { 0x41 };
            let unit = AccessUnit {
                track: TrackId::VIDEO,
                dts: self.ticks,
                pts: self.ticks,
                wall: self.end.plus_micros(number * FRAME_MILLIS * 1000),
                received: Instant::now(),
                is_sync,
                data: Bytes::from(data),
            };
            self.ticks += FRAME_MILLIS * 90;
            self.muxer.push(unit, &mut fragments).expect("muxed");
        }
        self.muxer.end_run(&mut fragments);
        fragments
    }

    /// Nothing is recorded for a while.
    pub(crate) async fn gap(&mut self, seconds: i64, cause: GapCause) -> Gap {
        let mut gap = self.gap_at(self.end, cause);
        self.silence(seconds);
        gap.end = Some(self.end);
        self.catalog().apply(&[LedgerWrite::GapRecorded(gap.clone())]).await.expect("noted");
        gap
    }

    /// Nothing is recorded for a while, and the catalog does not hear why.
    pub(crate) fn silence(&mut self, seconds: i64) {
        self.end = self.end.plus_micros(seconds * 1_000_000);
        self.set_now(self.end);
        self.recording = RecordingId(Uuid::now_v7());
    }

    /// The ledger goes on with a gap that lasts.
    pub(crate) async fn stop(&self) -> Gap {
        let gap = self.gap_at(self.end, GapCause::ServerStopped);
        self.catalog().apply(&[LedgerWrite::GapOpened(gap.clone())]).await.expect("noted");
        gap
    }

    fn gap_at(&self, start: WallTime, cause: GapCause) -> Gap {
        Gap {
            id: GapId(Uuid::now_v7()),
            org_id: self.camera.org_id,
            camera_id: self.camera.id,
            stream: StreamName::Main,
            start,
            end: None,
            cause,
            details: "test".to_owned(),
        }
    }

    pub(crate) async fn segment(&self, id: SegmentId) -> Option<Segment> {
        self.catalog().segment_by_id(id).await.expect("answered")
    }

    pub(crate) async fn timeline(&self) -> nightjar_model::Timeline {
        let (from, to) = (BEGIN.plus_micros(-1_000_000_000), self.end.plus_micros(1_000_000));
        let timeline =
            self.catalog().timeline(self.camera.id, StreamName::Main, from, to, self.footage.now());
        timeline.await.expect("answered")
    }

    /// Gaps as (start, end, cause) in seconds since the beginning.
    pub(crate) async fn gaps(&self) -> Vec<(i64, Option<i64>, GapCause)> {
        let seconds = |time: WallTime| time.micros_since(BEGIN) / 1_000_000;
        let gaps = self.catalog().gaps_between(
            self.camera.id,
            StreamName::Main,
            BEGIN,
            self.end.plus_micros(3_600_000_000),
        );
        let gaps = gaps.await.expect("answered");
        gaps.into_iter().map(|gap| (seconds(gap.start), gap.end.map(seconds), gap.cause)).collect()
    }

    pub(crate) async fn verify(&self, deep: bool) -> VerifyReport {
        let options = VerifyOptions { deep, ..VerifyOptions::default() };
        nightjar_recorder::verify(&self.footage, options, &mut |_| {}).await.expect("verified")
    }

    pub(crate) async fn assert_clean(&self) {
        let report = self.verify(true).await;
        assert!(report.is_clean(), "{}", report.render());
    }

    /// Makes a file as old as it should be: it is from the real today, and the archive is in the
    /// future.
    pub(crate) fn touch(&self, key: &str) {
        let file = fs::File::options().write(true).open(self.path(key)).expect("opens");
        let now = Duration::from_micros(self.end.micros() as u64);
        file.set_modified(SystemTime::UNIX_EPOCH + now).expect("touched");
    }

    /// Changes one byte of a file.
    pub(crate) fn damage(&self, key: &str, offset: u64) {
        let mut content = fs::read(self.path(key)).expect("readable");
        content[offset as usize] ^= 0x55;
        fs::write(self.path(key), content).expect("written");
    }
}

pub(crate) async fn connect(folder: &TempDir, name: &str) -> Catalog {
    let url = format!("sqlite://{}", folder.path().join(format!("{name}.db")).display());
    Catalog::connect(&url, &CatalogOptions::default()).await.expect("a catalog")
}

fn index(summary: &nightjar_format::SegmentSummary) -> SegmentIndex {
    let entries = summary.entries.iter().map(|&(bytes, duration)| IndexEntry { bytes, duration });
    SegmentIndex { first_offset: summary.first_offset, entries: entries.collect() }
}

pub(crate) fn s3_endpoint() -> Url {
    variable("NIGHTJAR_TEST_S3_ENDPOINT").parse().expect("an address")
}

/// Settings for a bucket that tests share; SeaweedFS has room for only so many.
pub(crate) fn bucket_at(endpoint: Url, name: &str) -> RemoteConfig {
    let secret = Secret::new(variable("NIGHTJAR_TEST_S3_SECRET_KEY"));
    RemoteConfig::new(endpoint, name, variable("NIGHTJAR_TEST_S3_ACCESS_KEY"), secret)
}

/// The bucket that tests share whose keys do not matter to each other.
pub(crate) async fn shared_bucket() -> RemoteTier {
    let tier = RemoteTier::new(bucket_at(s3_endpoint(), "nightjar-recorder-tests")).expect("valid settings");
    tier.ensure_bucket().await.expect("made");
    tier
}

/// A bucket of one test alone, empty.
pub(crate) async fn own_bucket(name: &str) -> RemoteTier {
    use futures::TryStreamExt;
    let tier = RemoteTier::new(bucket_at(s3_endpoint(), name)).expect("valid settings");
    tier.ensure_bucket().await.expect("made");
    let left: Vec<_> = tier.list(None).try_collect().await.expect("listed");
    for object in left {
        tier.delete(&object.key).await.expect("deleted");
    }
    tier
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run it through scripts/with-services"))
}
