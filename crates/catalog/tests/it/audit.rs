//! The audit trail.

use std::net::IpAddr;

use nightjar_catalog::{AuditFilter, AuditReport, Catalog, CatalogError, DatabaseKind};
use nightjar_model::{Actor, AuditEntry, AuditRecord, OrgId, Outcome, TokenId, UserId};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::at;
use crate::make_accounts::added_organization;

on_both!(
    entries_read_back_whole,
    each_entry_holds_the_digest_of_the_one_before,
    many_writers_make_one_chain,
    organizations_have_chains_of_their_own,
    entries_are_found,
    pages_meet_without_gaps,
    nothing_can_be_changed_or_deleted,
    tampering_is_found,
);

pub(crate) fn record(number: i64) -> AuditRecord {
    AuditRecord {
        id: Uuid::now_v7(),
        org_id: OrgId::DEFAULT,
        at: at(number),
        actor: Actor::User { id: UserId(Uuid::from_u128(1)), name: "ada".to_owned() },
        action: "camera.update".to_owned(),
        object_kind: "camera".to_owned(),
        object_id: format!("camera-{number}"),
        outcome: Outcome::Done,
        ip: Some(IpAddr::from([10, 0, 0, 7])),
        request_id: Some(Uuid::now_v7()),
        details: json!({ "name": ["Old", "Nëw"], "n": number, "f": 1.5, "none": null }),
    }
}

async fn appended(catalog: &Catalog, count: i64) -> Vec<AuditRecord> {
    let records: Vec<AuditRecord> = (1..=count).map(record).collect();
    catalog.append_audit(&records).await.expect("are added");
    records
}

async fn all(catalog: &Catalog, org: OrgId) -> Vec<AuditEntry> {
    catalog.audit(org, &AuditFilter::default(), None, 10_000).await.expect("are read")
}

fn good(entries: u64) -> Result<AuditReport, CatalogError> {
    Ok(AuditReport { entries, keyed_from: (entries > 0).then_some(1), fault: None })
}

async fn entries_read_back_whole(database: TestDatabase) {
    let catalog = database.open().await;
    let user = UserId(Uuid::from_u128(2));
    let token = Actor::Token { id: TokenId(Uuid::from_u128(3)), user, name: "door".to_owned() };
    let records = [
        record(1),
        AuditRecord { actor: token, outcome: Outcome::Refused, ip: None, ..record(2) },
        AuditRecord { actor: Actor::System, request_id: None, details: json!(null), ..record(3) },
        AuditRecord { actor: Actor::Anonymous { tried: "x\0y".into() }, details: json!("\0"), ..record(4) },
    ];
    catalog.append_audit(&[]).await.expect("is nothing");
    catalog.append_audit(&records).await.expect("are added");
    let mut found: Vec<AuditRecord> =
        all(&catalog, OrgId::DEFAULT).await.into_iter().map(|entry| entry.record).collect();
    found.reverse();
    assert_eq!(found[..3], records[..3]);
    assert_eq!(found[3].actor, Actor::Anonymous { tried: "x\u{fffd}y".to_owned() });
    assert_eq!(found[3].details, json!("\0"));
    assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(4));
}

async fn each_entry_holds_the_digest_of_the_one_before(database: TestDatabase) {
    let catalog = database.open().await;
    assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(0));
    appended(&catalog, 1300).await;
    appended(&catalog, 1).await;
    let mut entries = all(&catalog, OrgId::DEFAULT).await;
    entries.reverse();
    assert_eq!((entries[0].seq, entries[0].previous), (1, [0; 32]));
    for pair in entries.windows(2) {
        assert_eq!((pair[1].seq, pair[1].previous), (pair[0].seq + 1, pair[0].digest));
    }
    assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(1301));
    let again = [entries[5].record.clone()];
    let error = catalog.append_audit(&again).await.expect_err("is there already");
    assert!(matches!(error, CatalogError::Refused(_)), "{error}");
    assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(1301));
}

async fn many_writers_make_one_chain(database: TestDatabase) {
    let catalogs = [database.open().await, database.open().await];
    let other = added_organization(&catalogs[0], "Other").await.id;
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let catalog = catalogs[number % 2].clone();
        tasks.spawn(async move {
            for round in 0..5 {
                let foreign = AuditRecord { org_id: other, ..record(round) };
                let mut records = vec![record(round), foreign, record(round)];
                if number % 3 == 0 {
                    records.swap(0, 1);
                }
                catalog.append_audit(&records).await.expect("are added");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("went well");
    }
    assert_eq!(catalogs[0].verify_audit(OrgId::DEFAULT).await, good(200));
    assert_eq!(catalogs[1].verify_audit(other).await, good(100));
}

async fn organizations_have_chains_of_their_own(database: TestDatabase) {
    let catalog = database.open().await;
    let other = added_organization(&catalog, "Other").await.id;
    appended(&catalog, 3).await;
    catalog.append_audit(&[AuditRecord { org_id: other, ..record(9) }]).await.expect("is added");
    assert_eq!(all(&catalog, other).await.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1]);
    assert_eq!(all(&catalog, OrgId::DEFAULT).await.len(), 3);
    let nowhere = [record(10), AuditRecord { org_id: OrgId(Uuid::nil()), ..record(11) }];
    let error = catalog.append_audit(&nowhere).await.expect_err("the tenant is not there");
    assert!(matches!(error, CatalogError::Refused(_)), "{error}");
    assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(3), "all of them or none");
}

async fn entries_are_found(database: TestDatabase) {
    let catalog = database.open().await;
    let bob = UserId(Uuid::from_u128(2));
    let token = Actor::Token { id: TokenId(Uuid::from_u128(3)), user: bob, name: "Door".to_owned() };
    let records = [
        record(1),
        AuditRecord { actor: token, object_id: "100%".into(), ..record(2) },
        AuditRecord { action: "camera.delete".into(), outcome: Outcome::Refused, ..record(3) },
        AuditRecord { action: "cameras".into(), object_kind: "user".into(), ..record(4) },
        AuditRecord {
            actor: Actor::User { id: bob, name: "Bob".into() },
            action: "auth.login".into(),
            object_kind: String::new(),
            object_id: String::new(),
            ..record(5)
        },
    ];
    catalog.append_audit(&records).await.expect("are added");
    let none = AuditFilter::default();
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (none.clone(), vec![5, 4, 3, 2, 1]),
        (AuditFilter { actor: Some(bob), ..none.clone() }, vec![5, 2]),
        (AuditFilter { action: text("camera.update"), ..none.clone() }, vec![2, 1]),
        (AuditFilter { action: text("camera."), ..none.clone() }, vec![3, 2, 1]),
        (AuditFilter { action: text("camera"), ..none.clone() }, vec![]),
        (AuditFilter { object_kind: text("user"), ..none.clone() }, vec![4]),
        (AuditFilter { object_id: text("camera-3"), ..none.clone() }, vec![3]),
        (
            AuditFilter {
                object_id: text("100%"),
                actor: Some(bob),
                action: text("camera."),
                ..none.clone()
            },
            vec![2],
        ),
        (AuditFilter { object_id: text("100%"), action: text("auth.login"), ..none.clone() }, vec![]),
        (AuditFilter { from: Some(at(2)), to: Some(at(4)), ..none.clone() }, vec![3, 2]),
        (AuditFilter { outcome: Some(Outcome::Refused), ..none.clone() }, vec![3]),
        (AuditFilter { q: text("DOOR"), ..none.clone() }, vec![2]),
        (AuditFilter { q: text("0%"), ..none.clone() }, vec![2]),
        (AuditFilter { q: text("_"), ..none.clone() }, vec![]),
        (AuditFilter { q: text("nëw"), ..none.clone() }, vec![5, 4, 3, 2, 1]),
        (AuditFilter { q: text("LOGIN"), actor: Some(bob), ..none.clone() }, vec![5]),
    ];
    for (filter, expected) in cases {
        let found = catalog.audit(OrgId::DEFAULT, &filter, None, 100).await.expect("are read");
        assert_eq!(found.iter().map(|entry| entry.seq).collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

async fn pages_meet_without_gaps(database: TestDatabase) {
    let catalog = database.open().await;
    appended(&catalog, 25).await;
    for filter in [
        AuditFilter::default(),
        AuditFilter { action: Some("camera.".to_owned()), ..AuditFilter::default() },
        AuditFilter { actor: Some(UserId(Uuid::from_u128(1))), ..AuditFilter::default() },
    ] {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = catalog.audit(OrgId::DEFAULT, &filter, before, 10).await.expect("is read");
            seen.extend(page.iter().map(|entry| entry.seq));
            // What is added meanwhile moves nothing.
            catalog.append_audit(&[record(99)]).await.expect("is added");
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
        }
        assert!(seen.is_sorted_by(|a, b| *a == b + 1) && seen.last() == Some(&1), "{seen:?}");
    }
}

async fn nothing_can_be_changed_or_deleted(database: TestDatabase) {
    let catalog = database.open().await;
    appended(&catalog, 3).await;
    let raw = database.raw().await;
    let mut statements = vec![
        "UPDATE audit_log SET action = 'x' WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 2",
        "DELETE FROM audit_log",
    ];
    match catalog.kind() {
        DatabaseKind::Sqlite => statements.extend([
            "UPDATE OR REPLACE audit_log SET seq = 1 WHERE seq = 2",
            "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log WHERE seq = 2",
        ]),
        DatabaseKind::Postgres => statements.push("TRUNCATE audit_log"),
    }
    for statement in statements {
        let error = raw.execute_unprepared(statement).await.expect_err("is refused");
        assert!(error.to_string().contains("only ever added to"), "{statement}: {error}");
    }
    assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(3));
}

async fn tampering_is_found(database: TestDatabase) {
    let catalog = database.open().await;
    // More than one page of the check.
    appended(&catalog, 1100).await;
    let raw = database.raw().await;
    let no_triggers = match catalog.kind() {
        DatabaseKind::Sqlite => {
            "DROP TRIGGER audit_log_no_update; DROP TRIGGER audit_log_no_delete; DROP TRIGGER audit_log_no_replace"
        }
        DatabaseKind::Postgres => "DROP TRIGGER audit_log_no_change ON audit_log",
    };
    raw.execute_unprepared(no_triggers).await.expect("are dropped");
    raw.execute_unprepared("CREATE TABLE backup AS SELECT * FROM audit_log").await.expect("is kept");
    raw.execute_unprepared("CREATE TABLE heads AS SELECT * FROM audit_heads").await.expect("is kept");
    let nil = match catalog.kind() {
        DatabaseKind::Sqlite => "X'00000000000000000000000000000000'",
        DatabaseKind::Postgres => "'00000000-0000-0000-0000-000000000000'",
    };
    let forged = format!(
        "INSERT INTO audit_log SELECT {nil}, org_id, 1101, at, actor_kind, actor_id, actor_token, actor_name,
         action, object_kind, object_id, outcome, ip, request_id, details, digest, digest, key_id
         FROM audit_log WHERE seq = 1100"
    );
    let before = forged.replace("1101", "0");
    let cases = [
        ("UPDATE audit_log SET details = replace(details, 'Old', 'Odd') WHERE seq = 7", 7),
        ("UPDATE audit_log SET actor_name = 'eve' WHERE seq = 1050", 1050),
        ("UPDATE audit_log SET ip = NULL WHERE seq = 1", 1),
        ("DELETE FROM audit_log WHERE seq = 500", 500),
        ("DELETE FROM audit_log WHERE seq = 1", 1),
        ("DELETE FROM audit_log WHERE seq > 1090", 1091),
        ("DELETE FROM audit_log WHERE seq = 1100", 1100),
        ("DELETE FROM audit_log", 1),
        (
            "UPDATE audit_log SET seq = -seq WHERE seq IN (8, 9);
             UPDATE audit_log SET seq = 17 + seq WHERE seq < 0",
            8,
        ),
        ("UPDATE audit_heads SET seq = 1099", 1100),
        ("UPDATE audit_heads SET seq = 1101", 1101),
        ("UPDATE audit_heads SET digest = (SELECT digest FROM audit_log WHERE seq = 5)", 1101),
        ("DELETE FROM audit_heads", 1),
        (forged.as_str(), 1101),
        (before.as_str(), 1),
    ];
    for (tampering, place) in cases {
        raw.execute_unprepared(tampering).await.expect("is done");
        let report = catalog.verify_audit(OrgId::DEFAULT).await.expect("is checked");
        assert_eq!(report.fault.as_ref().map(|(seq, _)| *seq), Some(place), "{tampering}: {report:?}");
        raw.execute_unprepared(
            "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM backup;
             DELETE FROM audit_heads; INSERT INTO audit_heads SELECT * FROM heads",
        )
        .await
        .expect("is put back");
        assert_eq!(catalog.verify_audit(OrgId::DEFAULT).await, good(1100));
    }
}
