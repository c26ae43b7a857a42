//! Tests: the queries whose cost must not grow with the retention go by their indexes, and read
//! them in order instead of sorting. SQLite's plans are looked at, because it says them plainly.

use nightjar_media::WallTime;
use nightjar_model::{
    CameraId, EventId, EventType, NodeId, OrgId, Purge, PurgeId, SegmentId, SegmentState, Severity,
    StreamName, UserId,
};
use sea_orm::{ConnectionTrait, DbBackend, QueryTrait, Statement};
use uuid::Uuid;

use crate::events::changes::page as page_of_changes;
use crate::events::list::{KINDS, count_statement as count_of_events, page_statement as page_of_events};
use crate::gaps::open_query;
use crate::purges::covered;
use crate::retention::queries;
use crate::segments::list::{count_statement, count_whole_statement, page_statement};
use crate::sql::statement;
use crate::usage::{OPEN, USAGE};
use crate::window::Window;
use crate::{
    AuditFilter, Catalog, CatalogOptions, DatabaseKind, EventChange, EventFilter, Page, PageStart,
    SegmentCursor, SegmentFilter, SortOrder,
};
use nightjar_audit::page_statement as page_of_audit;

#[tokio::test]
async fn windows_are_read_by_index() {
    let database = Database::new().await;
    let window = Window {
        camera: CameraId(Uuid::nil()),
        stream: StreamName::Main,
        from: WallTime::from_micros(0),
        to: WallTime::from_micros(1),
    };
    for table in ["segments", "gaps"] {
        let select = window.select(database.catalog.reader(), (table, "start_at"), "1 = 1", 10);
        let plan = database.plan(select).await;
        let searches =
            plan.matches(&format!("USING INDEX {table}_by_camera (camera_id=? AND stream=?")).count()
                + plan
                    .matches(&format!("USING COVERING INDEX {table}_by_camera (camera_id=? AND stream=?"))
                    .count();
        assert_eq!(searches, 2, "{plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains(&format!("SCAN {table}")), "{plan}");
    }
}

#[tokio::test]
async fn pages_are_read_by_the_right_index() {
    let database = Database::new().await;
    let all = SegmentFilter::all(OrgId::DEFAULT);
    let some_time = Some(WallTime::from_micros(5));
    let camera = SegmentFilter { cameras: vec![CameraId(Uuid::nil())], ..all.clone() };
    let cases = [
        (SegmentFilter { from: some_time, ..all.clone() }, "segments_by_start (org_id=?"),
        (SegmentFilter { from: some_time, ..camera.clone() }, "segments_by_camera (camera_id=? AND stream=?"),
        (SegmentFilter { state: Some(SegmentState::Open), ..all.clone() }, "segments_open"),
        (SegmentFilter { state: Some(SegmentState::Open), ..camera.clone() }, "segments_open"),
        (
            SegmentFilter { state: Some(SegmentState::Deleting), to: some_time, ..all.clone() },
            "segments_deleting",
        ),
        (all, "segments_by_start (org_id=?"),
        (camera, "segments_by_camera (camera_id=? AND stream=?"),
    ];
    for (filter, index) in cases {
        let mut plans = vec![database.plan(count_statement(database.catalog.reader(), &filter)).await];
        let after = "0".repeat(48).parse::<SegmentCursor>().expect("is a cursor");
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let page = Page { start: PageStart::Number(1), limit: 50, order };
            for after in [None, Some(after)] {
                let select = page_statement(database.catalog.reader(), &filter, &page, after, 0);
                plans.push(database.plan(select).await);
            }
        }
        for plan in plans {
            let reads: Vec<&str> = plan.lines().filter(|step| step.contains(" segments ")).collect();
            assert!(!reads.is_empty(), "{filter:?}: {plan}");
            assert!(reads.iter().all(|step| step.contains(index)), "{filter:?}: {plan}");
        }
    }
}

#[tokio::test]
async fn counting_all_looks_at_few() {
    let database = Database::new().await;
    let all = SegmentFilter::all(OrgId::DEFAULT);
    let camera = SegmentFilter { cameras: vec![CameraId(Uuid::nil())], ..all.clone() };
    for filter in [all, camera] {
        let plan = database.plan(count_whole_statement(database.catalog.reader(), &filter)).await;
        for step in plan.lines().filter(|step| step.contains(" segments ")) {
            assert!(step.contains("segments_open") || step.contains("segments_deleting"), "{plan}");
        }
    }
}

#[tokio::test]
async fn usage_is_read_by_index() {
    let database = Database::new().await;
    for text in [USAGE, OPEN] {
        let select = statement(database.catalog.reader(), text, [OrgId::DEFAULT.0.into()]);
        let plan = database.plan(select).await;
        for step in plan.lines().filter(|step| step.contains(" segments ")) {
            let camera = step.contains("segments_by_camera (camera_id=? AND stream=?)");
            assert!(camera || step.contains("segments_open"), "{plan}");
        }
    }
}

#[tokio::test]
async fn what_goes_next_is_read_by_its_own_index() {
    let database = Database::new().await;
    let (camera, node) = (CameraId(Uuid::nil()), NodeId("node-1".to_owned()));
    let now = WallTime::from_micros(5);
    let cases = [
        (queries::local(&node, true).build(DbBackend::Sqlite), "segments_local (node=? AND is_remote=?)"),
        (queries::local(&node, false).build(DbBackend::Sqlite), "segments_local (node=? AND is_remote=?)"),
        (
            queries::local_copies(&node, now).build(DbBackend::Sqlite),
            "segments_local_copies (node=? AND uploaded_at<?)",
        ),
        (queries::deleting(None).build(DbBackend::Sqlite), "segments_deleting"),
        (
            queries::deleting(Some(SegmentId(Uuid::nil()))).build(DbBackend::Sqlite),
            "segments_deleting (id>?)",
        ),
        (
            covered(&purge(camera, now)).build(DbBackend::Sqlite),
            "segments_by_camera (camera_id=? AND stream=? AND start_at>? AND start_at<?)",
        ),
        (
            queries::finished(camera, StreamName::Main, Some(now)).build(DbBackend::Sqlite),
            "segments_by_camera (camera_id=? AND stream=? AND start_at<?)",
        ),
        (
            open_query(camera, StreamName::Main).build(DbBackend::Sqlite),
            "gaps_open (camera_id=? AND stream=?)",
        ),
    ];
    for (select, index) in cases {
        let plan = database.plan(select).await;
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

fn purge(camera_id: CameraId, to: WallTime) -> Purge {
    Purge {
        id: PurgeId(Uuid::nil()),
        org_id: OrgId::DEFAULT,
        camera_id,
        segment_id: None,
        from: None,
        to: Some(to),
        requested_at: to,
        requested_by: String::new(),
        found_segments: 0,
        found_bytes: 0,
        segments: 0,
        bytes: 0,
        finished_at: None,
    }
}

#[tokio::test]
async fn the_audit_trail_is_read_in_order_by_index() {
    let database = Database::new().await;
    let connection = database.catalog.reader();
    let text = |text: &str| Some(text.to_owned());
    let none = AuditFilter::default();
    let times = AuditFilter {
        from: Some(WallTime::from_micros(1)),
        to: Some(WallTime::from_micros(2)),
        ..none.clone()
    };
    let actor = AuditFilter { actor: Some(UserId(Uuid::nil())), ..times.clone() };
    let object = AuditFilter { object_id: text("7"), ..actor.clone() };
    let cases = [
        (none.clone(), "audit_log_by_seq (org_id=?"),
        (times, "audit_log_by_seq (org_id=?"),
        (
            AuditFilter { q: text("x"), object_kind: text("camera"), ..none.clone() },
            "audit_log_by_seq (org_id=?",
        ),
        (AuditFilter { action: text("camera."), ..none.clone() }, "audit_log_by_seq (org_id=?"),
        (AuditFilter { action: text("camera.update"), ..none }, "audit_log_by_action (org_id=? AND action=?"),
        (
            AuditFilter { action: text("camera.update"), ..actor.clone() },
            "audit_log_by_actor (org_id=? AND actor_id=?",
        ),
        (actor, "audit_log_by_actor (org_id=? AND actor_id=?"),
        (object, "audit_log_by_object (org_id=? AND object_id=?"),
    ];
    for (filter, index) in cases {
        for before in [None, Some(5)] {
            let kind = database.catalog.kind();
            let select = page_of_audit(connection, kind, OrgId::DEFAULT, &filter, before, 50);
            let plan = database.plan(select).await;
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
            assert!(before.is_none() || plan.contains("seq<?"), "{filter:?}: {plan}");
        }
    }
}

#[tokio::test]
async fn events_are_read_in_order_by_index_whatever_is_asked_for() {
    let database = Database::new().await;
    let all = EventFilter::all(OrgId::DEFAULT);
    let cameras = |count: u128| Some((0..count).map(|id| CameraId(Uuid::from_u128(id))).collect());
    let (from, types) = (Some(WallTime::from_micros(5)), vec![EventType::AI_PERSON, EventType::DOORBELL]);
    let worst = vec![Severity::Critical];
    let cases = [
        (all.clone(), "events_by_org (org_id=?"),
        (EventFilter { from, to: from, ..all.clone() }, "events_by_org (org_id=? AND id>? AND id<?"),
        (EventFilter { acknowledged: Some(false), ..all.clone() }, "events_by_org (org_id=?"),
        (EventFilter { acknowledged: Some(true), ..all.clone() }, "events_acknowledged (org_id=?"),
        (
            EventFilter {
                acknowledged: Some(true),
                types: types.clone(),
                cameras: cameras(2),
                ..all.clone()
            },
            "events_acknowledged (org_id=?",
        ),
        (
            EventFilter { types: types.clone(), from, ..all.clone() },
            "events_by_type (org_id=? AND event_type=? AND severity=? AND id>?",
        ),
        (
            EventFilter { severities: worst.clone(), ..all.clone() },
            "events_by_type (org_id=? AND event_type=? AND severity=?",
        ),
        (
            EventFilter { types: types.clone(), cameras: cameras(500), ..all.clone() },
            "events_by_type (org_id=? AND event_type=? AND severity=?",
        ),
        (
            EventFilter { cameras: cameras(3), from, ..all.clone() },
            "events_by_camera (org_id=? AND camera_id=? AND id>?",
        ),
        (EventFilter { cameras: cameras(256), ..all.clone() }, "events_by_camera (org_id=? AND camera_id=?"),
        (
            EventFilter { cameras: cameras(2), types, severities: worst, ..all.clone() },
            "events_by_camera (org_id=? AND camera_id=?",
        ),
        (EventFilter { cameras: cameras(500), ..all }, "events_by_org (org_id=?"),
    ];
    let (reader, kinds) = (database.catalog.reader(), ["doorbell".to_owned(), "motion_detected".to_owned()]);
    for (filter, index) in cases {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let first = PageStart::Number(1);
            for start in [first, PageStart::After(EventId::floor(WallTime::from_micros(9)))] {
                let page = Page { start, limit: 50, order };
                let select = page_of_events(reader, DatabaseKind::Sqlite, &filter, &kinds, &page);
                let plan = database.plan(select).await;
                let reads: Vec<&str> = plan.lines().filter(|step| step.contains(" events ")).collect();
                // Only what a page needs of each part is sorted, not what the index gives.
                let sorted = plan
                    .lines()
                    .zip(plan.lines().skip(1))
                    .any(|(step, next)| step.contains(" events ") && next.contains("TEMP B-TREE"));
                assert!(!reads.is_empty() && !sorted, "{filter:?}: {plan}");
                assert!(reads.iter().all(|step| step.contains(index)), "{filter:?}: {plan}");
            }
        }
    }
}

#[tokio::test]
async fn what_became_of_events_is_read_in_order_by_index_alone() {
    let database = Database::new().await;
    let after = (WallTime::from_micros(5), EventId::floor(WallTime::from_micros(5)));
    let cases = [
        (EventChange::Ended, "COVERING INDEX events_ended (org_id=? AND (end_at,id)>(?,?))"),
        (EventChange::Acknowledged, "COVERING INDEX events_seen (org_id=? AND (acknowledged_at,id)>(?,?))"),
    ];
    for (change, index) in cases {
        let select = page_of_changes(database.catalog.reader(), OrgId::DEFAULT, change, after);
        let plan = database.plan(select).await;
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{change:?}: {plan}");
    }
}

#[tokio::test]
async fn counting_events_looks_at_the_ends_of_the_window_only() {
    let database = Database::new().await;
    let all = EventFilter::all(OrgId::DEFAULT);
    let (from, to) = (Some(WallTime::from_micros(5)), Some(WallTime::from_micros(i64::MAX / 2)));
    let camera = Some(vec![CameraId(Uuid::nil())]);
    let cases = [
        (all.clone(), 0, ""),
        (EventFilter { cameras: camera.clone(), types: vec![EventType::DOORBELL], ..all.clone() }, 0, ""),
        (EventFilter { from, to, ..all.clone() }, 2, "events_by_org (org_id=? AND id>? AND id<?)"),
        (
            EventFilter { from, to, cameras: camera, ..all },
            2,
            "events_by_camera (org_id=? AND camera_id=? AND id>? AND id<?)",
        ),
    ];
    for (filter, searches, index) in cases {
        let plan = database.plan(count_of_events(database.catalog.reader(), &filter)).await;
        let reads: Vec<&str> = plan.lines().filter(|step| step.contains(" events ")).collect();
        assert!(reads.len() == searches && reads.iter().all(|step| step.contains(index)), "{plan}");
        assert!(!plan.contains("SCAN event_counts"), "{plan}");
    }
    let kinds = statement(database.catalog.reader(), KINDS, [OrgId::DEFAULT.0.into()]);
    let plan = database.plan(kinds).await;
    assert!(!plan.contains("SCAN events"), "{plan}");
}

struct Database {
    catalog: Catalog,
    _folder: tempfile::TempDir,
}

impl Database {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("catalog.db").display());
        let catalog = Catalog::connect(&url, &CatalogOptions::default()).await.expect("opens");
        Self { catalog, _folder: folder }
    }

    async fn plan(&self, mut select: Statement) -> String {
        select.sql = format!("EXPLAIN QUERY PLAN {}", select.sql);
        let steps = self.catalog.reader().query_all_raw(select).await.expect("is explained");
        let steps = steps.iter().map(|step| step.try_get::<String>("", "detail").expect("is text"));
        steps.collect::<Vec<_>>().join("\n")
    }
}
