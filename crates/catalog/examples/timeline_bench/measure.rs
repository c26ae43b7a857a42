//! What is asked of a catalog most.

use nightjar_catalog::{
    Catalog, CatalogError, LedgerWrite, Page, PageStart, SegmentCursor, SegmentFilter, SortOrder,
};
use nightjar_media::WallTime;
use nightjar_model::{Camera, OrgId, RecordingId, Segment, StreamName};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::footage::{DAY, EPOCH, Footage, SECOND, finished, index, open_segment};
use crate::report::{Report, Watch};

const MAIN: StreamName = StreamName::Main;

pub(crate) async fn reads(
    catalog: &Catalog,
    footage: &Footage,
    report: &mut Report,
) -> Result<(), CatalogError> {
    let mut random = StdRng::seed_from_u64(1);
    let now = footage.end();
    // The first ones, whose pages nobody has read yet, count as well.
    let mut day = Vec::new();
    for _ in 0..3_000 {
        let (camera, from, to) = any_day(footage, &mut random);
        let watch = Watch::start();
        let timeline = catalog.timeline(camera.id, MAIN, from, to, now).await?;
        day.push(watch.millis());
        assert!(!timeline.spans.is_empty(), "there is footage");
    }
    report.times("timeline of a day", day);

    let mut whole = Vec::new();
    for _ in 0..20 {
        let (camera, _, _) = any_day(footage, &mut random);
        let watch = Watch::start();
        catalog.timeline(camera.id, MAIN, WallTime::from_micros(EPOCH), now, now).await?;
        whole.push(watch.millis());
    }
    report.times("timeline of all days", whole);

    let mut playlist = Vec::new();
    for _ in 0..300 {
        let (camera, from, to) = any_day(footage, &mut random);
        let watch = Watch::start();
        let segments = catalog.segments_between(camera.id, MAIN, from, to, 1_000).await?;
        let ids: Vec<_> = segments.iter().map(|segment| segment.id).collect();
        catalog.indexes(&ids).await?;
        playlist.push(watch.millis());
    }
    report.times("segments and indexes of a day", playlist);
    lists(catalog, footage, report, &mut random).await
}

async fn lists(
    catalog: &Catalog,
    footage: &Footage,
    report: &mut Report,
    random: &mut StdRng,
) -> Result<(), CatalogError> {
    let all = SegmentFilter::all(OrgId::DEFAULT);
    let page = |start| Page { start, limit: 50, order: SortOrder::Descending };
    let (mut first, mut deep, mut one, mut usage) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..100 {
        let watch = Watch::start();
        catalog.list_segments(&all, &page(PageStart::Number(1))).await?;
        first.push(watch.millis());

        let (camera, from, to) = any_day(footage, random);
        let found = catalog.segments_between(camera.id, MAIN, from, to, 1).await?;
        let after = PageStart::After(SegmentCursor::after(&found[0]));
        let watch = Watch::start();
        catalog.list_segments(&all, &page(after)).await?;
        deep.push(watch.millis());

        let filter = SegmentFilter { cameras: vec![camera.id], ..all.clone() };
        let watch = Watch::start();
        catalog.list_segments(&filter, &page(PageStart::Number(1))).await?;
        one.push(watch.millis());

        let watch = Watch::start();
        catalog.usage(OrgId::DEFAULT).await?;
        usage.push(watch.millis());
    }
    report.times("first page of all segments, counted", first);
    report.times("page in the middle of all segments", deep);
    report.times("first page of one camera, counted", one);
    report.times("usage of all cameras", usage);
    Ok(())
}

pub(crate) async fn writes(
    catalog: &Catalog,
    footage: &Footage,
    report: &mut Report,
) -> Result<(), CatalogError> {
    let mut random = StdRng::seed_from_u64(2);
    let mut start = footage.end().micros();
    let mut open: Vec<Segment> =
        footage.cameras.iter().map(|camera| begin(camera, start, &mut random)).collect();
    let opened: Vec<LedgerWrite> = open.iter().cloned().map(LedgerWrite::SegmentOpened).collect();
    catalog.apply(&opened).await?;
    let (mut progress, mut rotation) = (Vec::new(), Vec::new());
    for round in 0..20 {
        for second in 1..=10 {
            let writes: Vec<LedgerWrite> = open.iter().map(|segment| progressed(segment, second)).collect();
            let watch = Watch::start();
            catalog.apply(&writes).await?;
            progress.push(watch.millis());
        }
        start += 10 * SECOND;
        let mut writes = Vec::with_capacity(open.len() * 2);
        for (segment, camera) in open.iter_mut().zip(&footage.cameras) {
            let done = finished(segment, start);
            *segment = begin(camera, start, &mut random);
            writes.push(LedgerWrite::SegmentFinished {
                segment: done,
                index: index(),
                upload: round % 2 == 0,
            });
            writes.push(LedgerWrite::SegmentOpened(segment.clone()));
        }
        let watch = Watch::start();
        catalog.apply(&writes).await?;
        rotation.push(watch.millis());
    }
    let cameras = footage.cameras.len();
    report.times(&format!("transaction: {cameras} segments progress"), progress);
    report.times(&format!("transaction: {cameras} segments finish, {cameras} open"), rotation);
    Ok(())
}

fn begin(camera: &Camera, start: i64, random: &mut StdRng) -> Segment {
    open_segment(camera, RecordingId(Uuid::now_v7()), start, random)
}

fn progressed(segment: &Segment, seconds: i64) -> LedgerWrite {
    LedgerWrite::SegmentProgress {
        id: segment.id,
        end: segment.start.plus_micros(seconds * SECOND),
        bytes: seconds.unsigned_abs() * 250_000,
        media_duration: seconds.unsigned_abs() * 90_000,
        frames: u32::try_from(seconds * 25).expect("is small"),
    }
}

fn any_day<'a>(footage: &'a Footage, random: &mut StdRng) -> (&'a Camera, WallTime, WallTime) {
    let camera = &footage.cameras[random.random_range(0..footage.cameras.len())];
    let from = EPOCH + random.random_range(0..footage.days.max(2) * DAY - DAY);
    (camera, WallTime::from_micros(from), WallTime::from_micros(from + DAY))
}
