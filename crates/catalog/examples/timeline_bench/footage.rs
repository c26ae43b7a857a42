//! The generator: what 500 cameras leave behind in 90 days.
//!
//! Each camera's day has segments of 15 minutes on the clock and two gaps, which cut two of them in
//! two: 98 rows. They are written in the order of time, as recorders write them.

use nightjar_catalog::{Catalog, CatalogError, LedgerWrite};
use nightjar_media::WallTime;
use nightjar_model::{
    Camera, CameraId, CameraSource, Gap, GapCause, GapId, IndexEntry, Location, NodeId, OrgId, RecordingId,
    Segment, SegmentId, SegmentIndex, SegmentState, StreamName,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::task::JoinSet;
use uuid::{NoContext, Timestamp, Uuid};

use crate::report::{Report, Watch};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const DAY: i64 = 86_400 * SECOND;
/// 2025-08-01T00:00:00Z.
pub(crate) const EPOCH: i64 = 1_754_006_400 * SECOND;
const SEGMENT: i64 = 900 * SECOND;
/// Changes of one transaction.
const BATCH: usize = 10_000;

/// What there is to find.
pub(crate) struct Footage {
    pub(crate) cameras: Vec<Camera>,
    pub(crate) days: i64,
}

impl Footage {
    pub(crate) fn of_size(cameras: usize, days: usize) -> Self {
        let cameras = (0..cameras).map(|number| camera(&format!("camera-{number:03}"))).collect();
        Self { cameras, days: i64::try_from(days).expect("is small") }
    }

    pub(crate) fn end(&self) -> WallTime {
        WallTime::from_micros(EPOCH + self.days * DAY)
    }
}

fn camera(key: &str) -> Camera {
    let source = CameraSource::new("rtsp://192.0.2.1/main".parse().expect("is a URL"));
    let since = WallTime::from_micros(EPOCH);
    let key = key.parse().expect("is a key");
    Camera {
        recording_since: Some(since),
        ..Camera::new(CameraId(Uuid::now_v7()), OrgId::DEFAULT, key, source, since)
    }
}

pub(crate) async fn generate(
    catalog: &Catalog,
    footage: &Footage,
    report: &mut Report,
) -> Result<(), CatalogError> {
    for camera in &footage.cameras {
        catalog.upsert_camera(camera).await?;
    }
    let watch = Watch::start();
    let mut random = StdRng::seed_from_u64(4_400_000);
    let mut rows = 0;
    let mut batch = Vec::with_capacity(BATCH + 1_000);
    let mut writing = JoinSet::new();
    for day in 0..footage.days {
        let mut gaps: Vec<[i64; 2]> = footage.cameras.iter().map(|_| two_gaps(&mut random)).collect();
        let mut recordings: Vec<RecordingId> =
            footage.cameras.iter().map(|_| RecordingId(Uuid::now_v7())).collect();
        for quarter in 0..DAY / SEGMENT {
            for (number, camera) in footage.cameras.iter().enumerate() {
                let start = EPOCH + day * DAY + quarter * SEGMENT;
                let lost = gaps[number].iter().position(|gap| *gap == quarter);
                one_quarter(camera, start, lost.is_some(), &mut recordings[number], &mut random, &mut batch);
                if let Some(lost) = lost {
                    gaps[number][lost] = -1;
                }
            }
            if batch.len() >= BATCH {
                rows += batch.len();
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH + 1_000));
                write(catalog, full, &mut writing).await?;
            }
        }
        eprint!(
            "\r{}: day {} of {}, {rows} rows in {:.0} s ",
            catalog.kind().as_str(),
            day + 1,
            footage.days,
            watch.seconds()
        );
    }
    rows += batch.len();
    write(catalog, batch, &mut writing).await?;
    while let Some(written) = writing.join_next().await {
        written.expect("does not panic")?;
    }
    eprintln!();
    report.number("rows", rows as f64);
    report.number("generate_seconds", watch.seconds());
    Ok(())
}

/// Two transactions at a time, where the database takes more than one.
async fn write(
    catalog: &Catalog,
    batch: Vec<LedgerWrite>,
    writing: &mut JoinSet<Result<(), CatalogError>>,
) -> Result<(), CatalogError> {
    while writing.len() >= 2 {
        if let Some(written) = writing.join_next().await {
            written.expect("does not panic")?;
        }
    }
    let catalog = catalog.clone();
    writing.spawn(async move { catalog.apply(&batch).await });
    Ok(())
}

/// The quarters of an hour in which the camera is lost for a while.
fn two_gaps(random: &mut StdRng) -> [i64; 2] {
    [random.random_range(0..48), random.random_range(48..96)]
}

fn one_quarter(
    camera: &Camera,
    start: i64,
    lost: bool,
    recording: &mut RecordingId,
    random: &mut StdRng,
    batch: &mut Vec<LedgerWrite>,
) {
    let end = start + SEGMENT;
    if !lost {
        batch.push(finish(camera, *recording, start, end, random));
        return;
    }
    let gap_start = start + random.random_range(60..400) * SECOND;
    let gap_end = gap_start + random.random_range(5..300) * SECOND;
    batch.push(finish(camera, *recording, start, gap_start, random));
    batch.push(LedgerWrite::GapRecorded(Gap {
        id: GapId(id_at(gap_end, random)),
        org_id: camera.org_id,
        camera_id: camera.id,
        stream: StreamName::Main,
        start: WallTime::from_micros(gap_start),
        end: Some(WallTime::from_micros(gap_end)),
        cause: GapCause::CameraUnreachable,
        details: "connection reset by peer".to_owned(),
    }));
    *recording = RecordingId(id_at(gap_end, random));
    batch.push(finish(camera, *recording, gap_end, end, random));
}

fn finish(camera: &Camera, recording: RecordingId, start: i64, end: i64, random: &mut StdRng) -> LedgerWrite {
    let segment = finished(&open_segment(camera, recording, start, random), end);
    LedgerWrite::SegmentFinished { segment, index: index(), upload: false }
}

/// A real index of 15 minutes has about 180 entries; few keep the database's file small.
pub(crate) fn index() -> SegmentIndex {
    SegmentIndex { first_offset: 1_200, entries: vec![IndexEntry { bytes: 1_250_000, duration: 450_000 }; 8] }
}

pub(crate) fn open_segment(
    camera: &Camera,
    recording_id: RecordingId,
    start: i64,
    random: &mut impl Rng,
) -> Segment {
    let id = SegmentId(id_at(start, random));
    Segment {
        id,
        org_id: camera.org_id,
        camera_id: camera.id,
        stream: StreamName::Main,
        recording_id,
        key: format!("{}/20250801/12-15-00_{}.mp4", camera.key, camera.key),
        start: WallTime::from_micros(start),
        end: WallTime::from_micros(start),
        media_start: 0,
        media_duration: 0,
        timescale: 90_000,
        bytes: 1_200,
        init_offset: 48,
        init_len: 900,
        init_hash: 4_711,
        frames: 0,
        codecs: "avc1.64001f,mp4a.40.2".to_owned(),
        width: 1920,
        height: 1080,
        blake3: None,
        state: SegmentState::Open,
        location: Location { local: true, remote: false },
        node: NodeId("node-1".to_owned()),
    }
}

pub(crate) fn finished(open: &Segment, end: i64) -> Segment {
    let micros = end - open.start.micros();
    Segment {
        end: WallTime::from_micros(end),
        media_duration: micros.unsigned_abs() / 100 * 9,
        bytes: micros.unsigned_abs() / 4,
        frames: u32::try_from(micros / 40_000).expect("is short"),
        blake3: Some([0x5a; 32]),
        state: SegmentState::Finished,
        ..open.clone()
    }
}

/// A UUIDv7 as it would have been made at that time.
fn id_at(micros: i64, random: &mut impl Rng) -> Uuid {
    let seconds = micros.unsigned_abs() / 1_000_000;
    let nanos = u32::try_from(micros.unsigned_abs() % 1_000_000).expect("is small") * 1_000;
    let ordered = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos));
    let tail: u64 = random.random();
    Uuid::from_u128((ordered.as_u128() & !u128::from(u64::MAX >> 2)) | u128::from(tail >> 2))
}
