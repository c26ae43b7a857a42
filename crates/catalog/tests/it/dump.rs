//! Everything can be dumped, and loaded into either database.

use std::collections::BTreeMap;

use nightjar_catalog::{Catalog, CatalogError, DatabaseKind, EventWrite, LedgerWrite};
use nightjar_database::dump::{Cell, Load, Snapshot};
use nightjar_model::{
    Actor, AuditRecord, CameraId, EventId, EventType, GapCause, NewEvent, OrgId, Outcome, Severity, UserId,
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::database::{TestDatabase, drop_empty, empty, on_both};
use crate::make::{added, at, finished, gap, index, node, open_segment, recorded};
use crate::make_accounts::{added_group, added_organization, added_session, added_user, token};

on_both!(
    every_table_comes_back_in_either_database,
    a_snapshot_is_of_one_moment,
    a_load_happens_whole_or_not_at_all,
);

/// Tables that the test fills: a load that forgets rows would show in them.
const FILLED: [&str; 16] = [
    "api_tokens",
    "audit_heads",
    "audit_log",
    "camera_groups",
    "camera_usage",
    "cameras",
    "event_counts",
    "events",
    "gaps",
    "nodes",
    "organizations",
    "segment_indexes",
    "segments",
    "sessions",
    "settings",
    "users",
];

async fn fill(catalog: &Catalog) {
    added_organization(catalog, "Nörd \u{1f980}").await;
    added_group(catalog, "Street").await;
    let user = added_user(catalog, "ada").await;
    added_session(catalog, &user, [3; 32]).await;
    catalog.create_api_token(&token(&user, "door"), &[4; 32]).await.expect("is added");
    let camera = added(catalog, "front").await;
    recorded(catalog, &camera, 0, 30, 10).await;
    let open = open_segment(&camera, at(300));
    let queued =
        LedgerWrite::SegmentFinished { segment: finished(&open, at(310)), index: index(), upload: true };
    let lost = LedgerWrite::GapRecorded(gap(&camera, at(310), Some(at(320)), GapCause::DiskFull));
    catalog.apply(&[queued, lost]).await.expect("is written");
    catalog.node_started(&node(), at(5)).await.expect("is noted");
    catalog.set_setting("a name", "a\nvalue").await.expect("is set");
    // Of three months, so that PostgreSQL has partitions to make.
    let happened = (0..3).map(|month| {
        let start = at(month * 31 * 86_400);
        let new = NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, start);
        EventWrite::Happened(
            new.of(CameraId(Uuid::from_u128(7))).with("zone", "ä\"\u{1f514}").with_id(EventId::at(start, 1)),
        )
    });
    catalog.apply_events(&happened.collect::<Vec<_>>()).await.expect("is written");
    let record = |number: u128| AuditRecord {
        id: Uuid::from_u128(number),
        org_id: OrgId::DEFAULT,
        at: at(1),
        actor: Actor::User { id: UserId(Uuid::from_u128(1)), name: "ada".to_owned() },
        action: "camera.update".to_owned(),
        object_kind: "camera".to_owned(),
        object_id: "front".to_owned(),
        outcome: Outcome::Done,
        ip: None,
        request_id: None,
        details: json!({ "n": 1.5 }),
    };
    catalog.append_audit(&[record(1), record(2)]).await.expect("is noted");
}

/// All rows of all tables, in an order of their own.
async fn everything(url: &str) -> BTreeMap<String, Vec<String>> {
    let snapshot = Snapshot::open(url).await.expect("opens");
    let mut all = BTreeMap::new();
    for table in snapshot.tables() {
        let rows = snapshot.rows(&table.name).await.expect("is asked");
        let rows = rows.all().await.expect("is read");
        let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        all.insert(table.name, rows);
    }
    snapshot.close().await;
    all
}

async fn every_table_comes_back_in_either_database(source: TestDatabase) {
    let catalog = source.open().await;
    fill(&catalog).await;
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read");
    let before = everything(&source.url).await;
    for table in FILLED {
        assert!(before.get(table).is_some_and(|rows| !rows.is_empty()), "{table} is not dumped: {before:?}");
    }
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgres] {
        let target = empty(kind).await;
        let snapshot = Snapshot::open(&source.url).await.expect("opens");
        let load = Load::begin(&target.url, snapshot.version()).await.expect("is empty");
        for table in snapshot.tables() {
            let rows = snapshot.rows(&table.name).await.expect("is asked");
            let rows = rows.all().await.expect("is read");
            load.insert(&table, &rows).await.unwrap_or_else(|error| panic!("{}: {error}", table.name));
        }
        load.commit().await.expect("is loaded");
        snapshot.close().await;
        assert_eq!(everything(&target.url).await, before);

        // It is a catalog like any other: keys open, chains hold, triggers count and refuse.
        let again = target.open().await;
        let camera =
            again.camera_by_key(OrgId::DEFAULT, &"front".parse().expect("a key")).await.expect("is read");
        let camera = camera.expect("is there");
        assert_eq!(
            camera.source.password.as_ref().map(|secret| secret.expose().to_owned()),
            Some("correct horse".into())
        );
        assert_eq!(again.verify_audit(OrgId::DEFAULT).await.expect("is read").fault, None);
        assert_eq!(again.usage(OrgId::DEFAULT).await.expect("is read"), usage);
        recorded(&again, &camera, 400, 1, 10).await;
        assert_ne!(again.usage(OrgId::DEFAULT).await.expect("is read"), usage, "new segments are counted");
        let raw = target.raw().await;
        raw.execute_unprepared("DELETE FROM audit_log").await.expect_err("the trail is only added to");
        let refused = Load::begin(&target.url, 1).await.err();
        assert!(matches!(refused, Some(CatalogError::Refused(_))), "{refused:?}");
        again.close().await;
        drop_empty(kind, &target).await;
    }
}

async fn a_snapshot_is_of_one_moment(source: TestDatabase) {
    let catalog = source.open().await;
    let camera = added(&catalog, "front").await;
    recorded(&catalog, &camera, 0, 10, 10).await;
    let snapshot = Snapshot::open(&source.url).await.expect("opens");
    recorded(&catalog, &camera, 100, 10, 10).await;
    added_user(&catalog, "ada").await;
    let mut counts = Vec::new();
    for table in ["segments", "segment_indexes", "users"] {
        let rows: Vec<Vec<Cell>> =
            snapshot.rows(table).await.expect("is asked").all().await.expect("is read");
        counts.push(rows.len());
    }
    assert_eq!(counts, [10, 10, 0]);
    snapshot.close().await;
}

async fn a_load_happens_whole_or_not_at_all(source: TestDatabase) {
    fill(&source.open().await).await;
    let snapshot = Snapshot::open(&source.url).await.expect("opens");
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgres] {
        let target = empty(kind).await;
        let load = Load::begin(&target.url, snapshot.version()).await.expect("is empty");
        let cameras = snapshot.tables().into_iter().find(|table| table.name == "cameras").expect("is there");
        let rows: Vec<Vec<Cell>> =
            snapshot.rows("cameras").await.expect("is asked").all().await.expect("is read");
        let twice = [rows.clone(), rows].concat();
        load.insert(&cameras, &twice).await.expect_err("the same id twice");
        drop(load);
        let left = everything(&target.url).await;
        assert_eq!(left["cameras"], Vec::<String>::new());
        assert_eq!(left["organizations"].len(), 1, "what the migrations made is still there: {left:?}");
        drop_empty(kind, &target).await;
    }
    snapshot.close().await;
}
