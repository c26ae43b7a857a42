//! What is asked of events.

use nightjar_catalog::{Catalog, EventFilter, EventWrite, Page, PageStart, SortOrder};
use nightjar_model::{
    Acknowledgement, CameraId, EventId, EventType, NewEvent, OrgId, Severity, UserId, WallTime,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::Result;
use crate::fill::{CAMERAS, DAY, History};
use crate::report::{Report, Watch};

/// Times that each is asked.
const ROUNDS: usize = 300;
const LIMIT: u32 = 50;

/// Where a page begins.
#[derive(Clone, Copy)]
enum Where {
    /// By number, with the total.
    Page(u32),
    /// After some event.
    Deep,
}

pub(crate) async fn reads(catalog: &Catalog, history: &History, report: &mut Report) -> Result<()> {
    let mut random = StdRng::seed_from_u64(1);
    let all = EventFilter::all(OrgId::DEFAULT);
    let rare = vec![Severity::Critical];
    let types = vec![EventType::AI_PERSON, EventType::CAMERA_OFFLINE];
    let seldom = vec![EventType::RECORDING_GAP];
    let of = |types: &[EventType]| EventFilter { types: types.to_vec(), ..all.clone() };
    let severe = EventFilter { severities: rare, ..all.clone() };
    let (seen, unseen) = (
        EventFilter { acknowledged: Some(true), ..all.clone() },
        EventFilter { acknowledged: Some(false), ..all.clone() },
    );
    let fixed = [
        ("all: first page, total", &all, Where::Page(1)),
        ("all: page 200, total", &all, Where::Page(200)),
        ("all: deep", &all, Where::Deep),
        ("two types: first page, total", &of(&types), Where::Page(1)),
        ("two types: deep", &of(&types), Where::Deep),
        ("critical, 1 in 100,000: first page, total", &severe, Where::Page(1)),
        ("critical, 1 in 100,000: deep", &severe, Where::Deep),
        ("acknowledged, 1 in 1,000: first page, total", &seen, Where::Page(1)),
        ("acknowledged, 1 in 1,000: deep", &seen, Where::Deep),
        ("not acknowledged: deep", &unseen, Where::Deep),
    ];
    for (what, filter, place) in fixed {
        measure(catalog, history, report, &mut random, what, place, |_| filter.clone()).await?;
    }
    let cameras = |random: &mut StdRng, count: u32| -> Option<Vec<CameraId>> {
        let first = random.random_range(0..CAMERAS);
        Some((first..first + count).map(History::camera).collect())
    };
    for (what, count, types, place) in [
        ("a camera: first page, total", 1, &[][..], Where::Page(1)),
        ("a camera: deep", 1, &[], Where::Deep),
        ("a camera's gaps, 1 in 100: deep", 1, &seldom, Where::Deep),
        ("20 cameras: first page, total", 20, &[], Where::Page(1)),
        ("20 cameras: page 100, total", 20, &[], Where::Page(100)),
        ("20 cameras: deep", 20, &[], Where::Deep),
        ("20 cameras, two types: deep", 20, &types, Where::Deep),
        ("300 cameras: first page, total", 300, &[], Where::Page(1)),
        ("300 cameras: deep", 300, &[], Where::Deep),
        ("300 cameras, two types: deep", 300, &types, Where::Deep),
    ] {
        let filter = |random: &mut StdRng| EventFilter { cameras: cameras(random, count), ..of(types) };
        measure(catalog, history, report, &mut random, what, place, filter).await?;
    }
    windows(catalog, history, report, &mut random).await
}

/// A day of all, and of a camera.
async fn windows(
    catalog: &Catalog,
    history: &History,
    report: &mut Report,
    random: &mut StdRng,
) -> Result<()> {
    for (what, one) in [("any 24 h of all: page, total", false), ("any 24 h of a camera: page, total", true)]
    {
        let filter = |random: &mut StdRng| {
            let from = history.at(random.random_range(0..history.count * 9 / 10));
            let cameras = one.then(|| vec![History::camera(random.random_range(0..CAMERAS))]);
            let to = Some(from.plus_micros(DAY));
            EventFilter { cameras, from: Some(from), to, ..EventFilter::all(OrgId::DEFAULT) }
        };
        measure(catalog, history, report, random, what, Where::Page(1), filter).await?;
    }
    Ok(())
}

async fn measure(
    catalog: &Catalog,
    history: &History,
    report: &mut Report,
    random: &mut StdRng,
    what: &str,
    place: Where,
    filter: impl Fn(&mut StdRng) -> EventFilter,
) -> Result<()> {
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let filter = filter(random);
        let order = if round % 4 == 0 { SortOrder::Ascending } else { SortOrder::Descending };
        let start = match place {
            Where::Page(number) => PageStart::Number(number),
            Where::Deep => {
                PageStart::After(EventId::floor(history.at(random.random_range(0..history.count))))
            }
        };
        let watch = Watch::start();
        let page = catalog.list_events(&filter, &Page { start, limit: LIMIT, order }).await?;
        times.push(watch.millis());
        assert!(page.items.len() <= LIMIT as usize, "a page is no larger");
    }
    report.times(what, times);
    Ok(())
}

pub(crate) async fn writes(catalog: &Catalog, history: &History, report: &mut Report) -> Result<()> {
    let mut random = StdRng::seed_from_u64(2);
    let (mut batches, mut one, mut read) = (Vec::new(), Vec::new(), Vec::new());
    let mut ids = Vec::new();
    for round in 0..100_i64 {
        let writes: Vec<EventWrite> = (0..100_i64)
            .map(|number| {
                let start = history.end().plus_micros((round * 100 + number) * 10_000);
                let new = NewEvent::new(OrgId::DEFAULT, EventType::MOTION_DETECTED, Severity::Info, start);
                let new = new.of(History::camera(random.random_range(0..CAMERAS))).with("zone", "door");
                let event = new.with_id(EventId::at(start, random.random()));
                ids.push(event.id);
                EventWrite::Happened(event)
            })
            .collect();
        let watch = Watch::start();
        catalog.apply_events(&writes).await?;
        batches.push(watch.millis());
    }
    for id in ids.iter().step_by(33) {
        let watch = Watch::start();
        catalog.event(OrgId::DEFAULT, *id).await?;
        read.push(watch.millis());
        let seen = Acknowledgement { at: WallTime::from_micros(DAY), by: UserId(Uuid::nil()) };
        let watch = Watch::start();
        catalog.acknowledge_event(OrgId::DEFAULT, *id, seen).await?;
        one.push(watch.millis());
    }
    report.times("write: 100 events, one transaction", batches);
    report.times("one event", read);
    report.times("write: acknowledge one", one);
    Ok(())
}
