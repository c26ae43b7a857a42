//! Events: written once, found by any filter, counted rightly, gone when they are old.

mod timescale;

use nightjar_catalog::{
    Catalog, DatabaseKind, EventChange, EventFilter, EventWrite, Page, PageStart, SortOrder,
};
use nightjar_media::WallTime;
use nightjar_model::{
    Acknowledgement, CameraId, Event, EventId, EventType, NewEvent, NodeId, OrgId, Severity, UserId,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{SECOND, at, node};

on_both!(
    an_event_reads_back_as_it_was_written,
    a_batch_that_is_written_twice_counts_once,
    what_lasts_is_one_event_with_an_end,
    what_was_left_open_ends_with_its_process,
    the_first_to_acknowledge_stays,
    what_became_of_events_is_found_in_its_order,
    pages_are_what_a_plain_filter_gives,
    a_page_by_number_counts_all,
    another_tenant_sees_nothing,
    old_events_go_and_are_not_counted_any_more,
    partitions_are_made_ahead_and_dropped_whole,
);

const DAY: i64 = 86_400;

fn new(kind: &EventType, severity: Severity, start: WallTime) -> NewEvent {
    NewEvent::new(OrgId::DEFAULT, kind.clone(), severity, start)
}

fn event(start: WallTime, random: u64) -> Event {
    let new = new(&EventType::DOORBELL, Severity::Info, start).of(CameraId(Uuid::from_u128(7)));
    new.with("zone", "door\0\u{1f514}").with("confidence", 0.25).with_id(EventId::at(start, random))
}

fn happened(events: &[Event]) -> Vec<EventWrite> {
    events.iter().cloned().map(EventWrite::Happened).collect()
}

fn seen(seconds: i64, user: u128) -> Acknowledgement {
    Acknowledgement { at: at(seconds), by: UserId(Uuid::from_u128(user)) }
}

async fn total(catalog: &Catalog, filter: &EventFilter) -> u64 {
    let page = Page { start: PageStart::Number(1), limit: 1, order: SortOrder::Descending };
    catalog.list_events(filter, &page).await.expect("is read").total.expect("is counted")
}

async fn an_event_reads_back_as_it_was_written(database: TestDatabase) {
    let catalog = database.open().await;
    let of_nobody = new(&EventType::STORAGE_FULL, Severity::Critical, at(5));
    let ended = Event { end: Some(at(9)), acknowledged: Some(seen(8, 1)), ..event(at(4), 4) };
    let events = [event(at(3), 3), ended, of_nobody.with_id(EventId::at(at(5), 5))];
    catalog.apply_events(&happened(&events)).await.expect("is written");
    for event in events {
        assert_eq!(catalog.event(OrgId::DEFAULT, event.id).await, Ok(Some(event.clone())));
        assert_eq!(catalog.event(OrgId(Uuid::now_v7()), event.id).await, Ok(None));
    }
    assert_eq!(catalog.event(OrgId::DEFAULT, EventId::at(at(3), 9)).await, Ok(None));
}

async fn a_batch_that_is_written_twice_counts_once(database: TestDatabase) {
    let catalog = database.open().await;
    let events: Vec<Event> = (0..700).map(|number| event(at(number), 1)).collect();
    catalog.apply_events(&happened(&events[..500])).await.expect("is written");
    catalog.apply_events(&happened(&events)).await.expect("is written");
    assert_eq!(total(&catalog, &EventFilter::all(OrgId::DEFAULT)).await, 700);
    catalog.apply_events(&[]).await.expect("nothing is easy");
}

async fn what_lasts_is_one_event_with_an_end(database: TestDatabase) {
    let catalog = database.open().await;
    let lasting = event(at(3), 3);
    catalog.apply_events(&[EventWrite::Began(lasting.clone(), node())]).await.expect("is written");
    assert_eq!(catalog.event(OrgId::DEFAULT, lasting.id).await, Ok(Some(lasting.clone())));
    let acknowledged = Some(seen(7, 1));
    catalog.acknowledge_event(OrgId::DEFAULT, lasting.id, seen(7, 1)).await.expect("is written");
    let ended = Event { end: Some(at(8)), acknowledged, ..lasting };
    // The second time as if the outcome of the first had got lost.
    for end in [8, 9] {
        let unknown = EventWrite::Ended(EventId::at(at(3), 9), at(end));
        let ends = [unknown, EventWrite::Ended(ended.id, at(end))];
        assert_eq!(catalog.apply_events(&ends).await, Ok(vec![ended.clone()]));
    }
    assert_eq!(catalog.event(OrgId::DEFAULT, ended.id).await, Ok(Some(ended.clone())));
    let short = event(at(20), 4);
    let both = [EventWrite::Began(short.clone(), node()), EventWrite::Ended(short.id, at(21))];
    catalog.apply_events(&both).await.expect("is written");
    let found = catalog.event(OrgId::DEFAULT, short.id).await.expect("is read").expect("is there");
    assert_eq!(found.end, Some(at(21)));
}

async fn what_was_left_open_ends_with_its_process(database: TestDatabase) {
    let catalog = database.open().await;
    let (left, later, elsewhere) = (event(at(3), 3), event(at(30), 4), event(at(3), 5));
    let other = NodeId("node-2".to_owned());
    let writes = [
        EventWrite::Began(left.clone(), node()),
        EventWrite::Began(later.clone(), node()),
        EventWrite::Began(elsewhere.clone(), other),
        EventWrite::Happened(event(at(4), 6)),
    ];
    catalog.apply_events(&writes).await.expect("is written");
    for expected in [2, 0] {
        assert_eq!(catalog.end_events_left_open(&node(), at(9)).await, Ok(expected));
    }
    for (id, end) in [(left.id, Some(at(9))), (later.id, Some(at(30))), (elsewhere.id, None)] {
        let found = catalog.event(OrgId::DEFAULT, id).await.expect("is read").expect("is there");
        assert_eq!(found.end, end);
    }
}

async fn the_first_to_acknowledge_stays(database: TestDatabase) {
    let catalog = database.open().await;
    let event = event(at(3), 3);
    catalog.apply_events(&happened(std::slice::from_ref(&event))).await.expect("is written");
    let acknowledge =
        |org, user| catalog.acknowledge_event(org, event.id, seen(user, user.unsigned_abs().into()));
    assert_eq!(acknowledge(OrgId(Uuid::now_v7()), 9).await, Ok(None));
    let acknowledged = Event { acknowledged: Some(seen(1, 1)), ..event.clone() };
    for user in [1, 2] {
        assert_eq!(acknowledge(OrgId::DEFAULT, user).await, Ok(Some(acknowledged.clone())));
    }
    let all = EventFilter::all(OrgId::DEFAULT);
    for (answer, expected) in [(Some(true), 1), (Some(false), 0), (None, 1)] {
        assert_eq!(total(&catalog, &EventFilter { acknowledged: answer, ..all.clone() }).await, expected);
    }
}

async fn what_became_of_events_is_found_in_its_order(database: TestDatabase) {
    let catalog = database.open().await;
    // Those of odd numbers end an hour after they began, and every fifth was acknowledged ten seconds
    // after the one of the number before.
    let went_on = |number: i64| Event {
        end: (number % 2 == 1).then(|| at(number + 3_600)),
        acknowledged: (number % 5 == 0).then(|| seen(5_000 + 10 * number, 1)),
        ..event(at(number), 1)
    };
    let events: Vec<Event> = (0..3_000).map(went_on).collect();
    catalog.apply_events(&happened(&events)).await.expect("is written");
    let (since, before) = (at(3_700), at(2_000));
    for change in [EventChange::Ended, EventChange::Acknowledged] {
        let (mut found, mut pages, mut next) = (Vec::new(), 0, Some((since, EventId::floor(at(0)))));
        while let Some(after) = next {
            let page = catalog.events_changed(OrgId::DEFAULT, change, after, before).await;
            let (events, last) = page.expect("is read");
            found.extend(events);
            (next, pages) = (last, pages + 1);
        }
        let wanted = |event: &&Event| {
            event.start < before && changed_at(event, change).is_some_and(|changed| changed >= since)
        };
        let expected: Vec<&Event> = events.iter().filter(wanted).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{change:?}");
        assert!(pages > 1, "{change:?}");
        let elsewhere = (since, EventId::floor(at(0)));
        let nothing = catalog.events_changed(OrgId(Uuid::now_v7()), change, elsewhere, before).await;
        assert_eq!(nothing, Ok((Vec::new(), None)));
    }
}

fn changed_at(event: &Event, change: EventChange) -> Option<WallTime> {
    match change {
        EventChange::Ended => event.end,
        EventChange::Acknowledged => event.acknowledged.map(|it| it.at),
    }
}

async fn pages_are_what_a_plain_filter_gives(database: TestDatabase) {
    let catalog = database.open().await;
    let (all, cameras) = history(&catalog).await;
    for filter in filters(&cameras) {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let expected = plainly(&all, &filter, order);
            for limit in [3, 500] {
                let found = by_cursor(&catalog, &filter, limit, order).await;
                assert_eq!(found, expected, "{filter:?} {order:?} in pages of {limit}");
            }
        }
    }
}

async fn a_page_by_number_counts_all(database: TestDatabase) {
    let catalog = database.open().await;
    let (all, cameras) = history(&catalog).await;
    for filter in filters(&cameras) {
        let expected = plainly(&all, &filter, SortOrder::Descending);
        let mut found = Vec::new();
        for number in 1..=u32::try_from(expected.len() / 40 + 1).expect("is small") {
            let page = Page { start: PageStart::Number(number), limit: 40, order: SortOrder::Descending };
            let page = catalog.list_events(&filter, &page).await.expect("is read");
            assert_eq!(page.total, Some(expected.len() as u64), "{filter:?}");
            found.extend(page.items);
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}

async fn another_tenant_sees_nothing(database: TestDatabase) {
    let catalog = database.open().await;
    let (_, cameras) = history(&catalog).await;
    let mut filter = EventFilter::all(OrgId(Uuid::now_v7()));
    for cameras in [None, Some(cameras)] {
        filter.cameras = cameras;
        for start in [PageStart::Number(1), PageStart::After(EventId::floor(at(DAY * 9)))] {
            let page = Page { start, limit: 7, order: SortOrder::Descending };
            let page = catalog.list_events(&filter, &page).await.expect("is read");
            assert!(page.items.is_empty() && page.total.unwrap_or(0) == 0, "{page:?}");
        }
    }
}

async fn old_events_go_and_are_not_counted_any_more(database: TestDatabase) {
    let catalog = database.open().await;
    catalog.prepare_events(at(0)).await.expect("are made");
    let events: Vec<Event> = (0..12_000).map(|number| event(at(number * 60), 1)).collect();
    catalog.apply_events(&happened(&events)).await.expect("is written");
    let cutoff = at(5 * DAY);
    let mut rounds = 1;
    while catalog.forget_events(cutoff).await.expect("are deleted") {
        rounds += 1;
    }
    assert!(rounds > 1, "in batches");
    let first = WallTime::from_micros(cutoff.micros() - cutoff.micros() % (DAY * SECOND));
    let kept: Vec<Event> = events.into_iter().filter(|event| event.start >= first).collect();
    let all = EventFilter::all(OrgId::DEFAULT);
    assert_eq!(total(&catalog, &all).await, kept.len() as u64);
    let camera = EventFilter { cameras: Some(vec![CameraId(Uuid::from_u128(7))]), ..all.clone() };
    assert_eq!(total(&catalog, &camera).await, kept.len() as u64);
    assert_eq!(by_cursor(&catalog, &all, 500, SortOrder::Ascending).await, kept);
}

async fn partitions_are_made_ahead_and_dropped_whole(database: TestDatabase) {
    let catalog = database.open().await;
    // 13 November 2025; one event before there are any partitions.
    let early = event(at(0), 1);
    catalog.apply_events(&happened(std::slice::from_ref(&early))).await.expect("is written");
    for day in [0, 40] {
        catalog.prepare_events(at(day * DAY)).await.expect("are made");
    }
    let later: Vec<Event> = (1..=4).map(|month| event(at(month * 30 * DAY), 1)).collect();
    catalog.apply_events(&happened(&later)).await.expect("is written");
    if catalog.kind() == DatabaseKind::Postgres {
        // November's own is refused: its first event lies in the default one already.
        let made = ["events_2025_12", "events_2026_01", "events_2026_02", "events_default"];
        assert_eq!(partitions(&database).await, made);
    }
    assert_eq!(catalog.forget_events(at(80 * DAY)).await, Ok(false));
    if catalog.kind() == DatabaseKind::Postgres {
        assert_eq!(partitions(&database).await, ["events_2026_02", "events_default"]);
    }
    let all = EventFilter::all(OrgId::DEFAULT);
    assert_eq!(by_cursor(&catalog, &all, 10, SortOrder::Ascending).await, later[2..]);
    assert_eq!(total(&catalog, &all).await, 2);
}

async fn partitions(database: &TestDatabase) -> Vec<String> {
    let raw = database.raw().await;
    let text = "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
                WHERE inhparent = 'events'::regclass ORDER BY 1";
    let rows = raw.query_all_raw(sea_orm::Statement::from_string(raw.get_database_backend(), text)).await;
    let rows = rows.expect("are read");
    rows.iter().map(|row| row.try_get_by_index(0).expect("is text")).collect()
}

/// Five days of three cameras and of none, many at the same instant, of several types.
async fn history(catalog: &Catalog) -> (Vec<Event>, Vec<CameraId>) {
    catalog.prepare_events(at(0)).await.expect("are made");
    let cameras: Vec<CameraId> = (1..=3).map(|id| CameraId(Uuid::from_u128(id))).collect();
    let kinds = [EventType::MOTION_DETECTED, EventType::AI_PERSON, EventType::CAMERA_OFFLINE];
    let mut events = Vec::new();
    for number in 0..360_i64 {
        let index = usize::try_from(number).expect("is small");
        let kind = &kinds[index % 7 % 3];
        let severity = Severity::ALL[index % 11 % 3];
        let start = at(number / 2 * 2_400);
        let mut new = new(kind, severity, start);
        new.camera_id = cameras.get(index % 4).copied();
        let acknowledged = (number % 5 == 0).then(|| seen(number, 1));
        let id = EventId::at(start, number.unsigned_abs());
        events.push(Event { acknowledged, ..new.with_id(id) });
    }
    catalog.apply_events(&happened(&events)).await.expect("is written");
    (events, cameras)
}

fn filters(cameras: &[CameraId]) -> Vec<EventFilter> {
    let all = EventFilter::all(OrgId::DEFAULT);
    let many: Vec<CameraId> =
        cameras[1..].iter().copied().chain((0..600).map(|id| CameraId(Uuid::from_u128(100 + id)))).collect();
    let types = vec![EventType::AI_PERSON, EventType::CAMERA_OFFLINE, EventType::AI_PERSON];
    let worst = vec![Severity::Critical];
    let (some, none) = (Some(cameras[..2].to_vec()), Some(Vec::new()));
    let (from, to) = (Some(at(DAY + 1_234)), Some(at(4 * DAY - 77)));
    vec![
        all.clone(),
        EventFilter { from, ..all.clone() },
        EventFilter { to, ..all.clone() },
        EventFilter { from, to, types: types.clone(), ..all.clone() },
        EventFilter { from: Some(at(3_000)), to: Some(at(9_000)), ..all.clone() },
        EventFilter { from, to: from, ..all.clone() },
        EventFilter { cameras: some.clone(), ..all.clone() },
        EventFilter { cameras: some.clone(), from, to, acknowledged: Some(false), ..all.clone() },
        EventFilter { cameras: some.clone(), types: types.clone(), severities: worst.clone(), ..all.clone() },
        EventFilter { cameras: none, ..all.clone() },
        EventFilter { cameras: Some(many.clone()), ..all.clone() },
        EventFilter { cameras: Some(many.clone()), severities: worst.clone(), from, ..all.clone() },
        EventFilter { cameras: Some(many), types: types.clone(), to, ..all.clone() },
        EventFilter { types: types.clone(), ..all.clone() },
        EventFilter { types: vec![EventType::DOORBELL], ..all.clone() },
        EventFilter {
            types: types.clone(),
            severities: vec![Severity::Info, Severity::Warning],
            ..all.clone()
        },
        EventFilter { severities: worst.clone(), ..all.clone() },
        EventFilter { severities: Severity::ALL.to_vec(), from, ..all.clone() },
        EventFilter { acknowledged: Some(true), ..all.clone() },
        EventFilter { acknowledged: Some(false), to, ..all.clone() },
        EventFilter { acknowledged: Some(true), cameras: some, types, severities: worst, from, to, ..all },
    ]
}

fn plainly(all: &[Event], filter: &EventFilter, order: SortOrder) -> Vec<Event> {
    let of_camera = |event: &Event| {
        let within =
            |cameras: &Vec<CameraId>| event.camera_id.is_some_and(|camera| cameras.contains(&camera));
        filter.cameras.as_ref().is_none_or(within)
    };
    let wanted = |event: &&Event| {
        of_camera(event)
            && (filter.types.is_empty() || filter.types.contains(&event.event_type))
            && (filter.severities.is_empty() || filter.severities.contains(&event.severity))
            && filter.acknowledged.is_none_or(|answer| event.acknowledged.is_some() == answer)
            && filter.from.is_none_or(|from| event.start >= from)
            && filter.to.is_none_or(|to| event.start < to)
    };
    let mut wanted: Vec<Event> = all.iter().filter(wanted).cloned().collect();
    wanted.sort_by_key(|event| event.id);
    if order == SortOrder::Descending {
        wanted.reverse();
    }
    wanted
}

async fn by_cursor(catalog: &Catalog, filter: &EventFilter, limit: u32, order: SortOrder) -> Vec<Event> {
    let mut found = Vec::new();
    let mut start = PageStart::Number(1);
    loop {
        let page = catalog.list_events(filter, &Page { start, limit, order }).await.expect("is read");
        assert!(page.items.len() <= limit as usize);
        found.extend(page.items);
        match page.next_cursor {
            Some(cursor) => start = PageStart::After(cursor),
            None => return found,
        }
    }
}
