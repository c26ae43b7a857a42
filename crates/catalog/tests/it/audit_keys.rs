//! The audit trail against somebody who can write all of the database but does not have the key.

use nightjar_catalog::{AuditFilter, AuditHead, Catalog, CatalogError, DatabaseKind, Sealer};
use nightjar_model::{AuditRecord, OrgId};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use uuid::Uuid;

use crate::audit::record;
use crate::database::{TestDatabase, on_both};
use crate::make::at;

on_both!(
    a_chain_that_is_written_anew_is_found,
    a_cut_tail_is_found_by_an_expected_head,
    entries_from_before_keys_stay_verifiable,
    the_chain_outlives_a_change_of_the_secret_key,
    a_unit_of_work_is_kept_whole_or_not_at_all,
);

async fn append(catalog: &Catalog, numbers: impl Iterator<Item = i64>) {
    let records: Vec<AuditRecord> = numbers.map(record).collect();
    catalog.append_audit(&records).await.expect("are added");
}

async fn head(catalog: &Catalog) -> AuditHead {
    let heads = catalog.audit_heads().await.expect("are read");
    assert_eq!(heads.len(), 1);
    heads[0]
}

/// The first wrong entry and why, given what is expected.
async fn fault(catalog: &Catalog, expected: &[AuditHead]) -> Option<(i64, String)> {
    catalog.verify_audit_against(OrgId::DEFAULT, expected).await.expect("is checked").fault
}

/// The database as somebody sees it who can write everything in it.
async fn without_triggers(database: &TestDatabase, kind: DatabaseKind) -> DatabaseConnection {
    let raw = database.raw().await;
    let no_triggers = match kind {
        DatabaseKind::Sqlite => {
            "DROP TRIGGER audit_log_no_update; DROP TRIGGER audit_log_no_delete; DROP TRIGGER audit_log_no_replace"
        }
        DatabaseKind::Postgres => "DROP TRIGGER audit_log_no_change ON audit_log",
    };
    raw.execute_unprepared(no_triggers).await.expect("are dropped");
    raw
}

async fn a_chain_that_is_written_anew_is_found(database: TestDatabase) {
    let catalog = database.open().await;
    append(&catalog, 1..=5).await;
    let kept = head(&catalog).await;
    let raw = without_triggers(&database, catalog.kind()).await;
    let everything = "DELETE FROM audit_log; DELETE FROM audit_heads; DELETE FROM audit_keys";
    raw.execute_unprepared(everything).await.expect("is done");
    let with_another_key = database.open_sealing(Some(Sealer::new([9; 32], Vec::new()))).await;
    append(&with_another_key, 1..=5).await;
    assert_eq!(fault(&with_another_key, &[]).await, None, "it is whole, for whoever has that key");
    let (place, why) = fault(&catalog, &[]).await.expect("is found");
    assert!(place == 1 && why.contains("which is not here"), "{place}: {why}");

    raw.execute_unprepared(everything).await.expect("is done");
    let without_key = database.open_sealing(None).await;
    append(&without_key, 1..=5).await;
    let report = catalog.verify_audit(OrgId::DEFAULT).await.expect("is checked");
    assert_eq!((report.entries, report.keyed_from, report.fault), (5, None, None), "no entry has a key");
    append(&catalog, 6..=6).await;
    let (place, why) = fault(&catalog, &[kept]).await.expect("is found");
    assert!(place == 5 && why.contains("rewritten"), "{place}: {why}");
}

async fn a_cut_tail_is_found_by_an_expected_head(database: TestDatabase) {
    let catalog = database.open().await;
    append(&catalog, 1..=7).await;
    let early = head(&catalog).await;
    append(&catalog, 8..=10).await;
    let late = head(&catalog).await;
    assert_eq!((early.seq, late.seq), (7, 10));
    assert_eq!(fault(&catalog, &[early, late]).await, None, "the chain extends both");
    let elsewhere = AuditHead { org: OrgId(Uuid::nil()), ..late };
    assert_eq!(fault(&catalog, &[elsewhere]).await, None, "a head of another organization says nothing");

    let raw = without_triggers(&database, catalog.kind()).await;
    let cut = "DELETE FROM audit_log WHERE seq > 7;
               UPDATE audit_heads SET seq = 7, digest = (SELECT digest FROM audit_log WHERE seq = 7)";
    raw.execute_unprepared(cut).await.expect("is done");
    assert_eq!(fault(&catalog, &[]).await, None, "by itself, a shorter chain is whole");
    assert_eq!(fault(&catalog, &[early]).await, None);
    let (place, why) = fault(&catalog, &[late]).await.expect("is found");
    assert!(place == 8 && why.contains("cut off"), "{place}: {why}");
    append(&catalog, 11..=20).await;
    let (place, why) = fault(&catalog, &[late]).await.expect("is found");
    assert!(place == 10 && why.contains("rewritten"), "{place}: {why}");
}

async fn entries_from_before_keys_stay_verifiable(database: TestDatabase) {
    let before = database.open_sealing(None).await;
    append(&before, 1..=3).await;
    let catalog = database.open().await;
    append(&catalog, 4..=5).await;
    let report = catalog.verify_audit(OrgId::DEFAULT).await.expect("is checked");
    assert_eq!((report.entries, report.keyed_from, report.fault), (6, Some(4), None));
    let filter = AuditFilter { action: Some("audit.key".to_owned()), ..AuditFilter::default() };
    let switched = catalog.audit(OrgId::DEFAULT, &filter, None, 10).await.expect("is read");
    assert_eq!(switched.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [4], "the change is recorded");
    let error = before.append_audit(&[record(6)]).await.expect_err("has no key");
    assert_eq!(error, CatalogError::NoSecretKey);

    let raw = without_triggers(&database, catalog.kind()).await;
    let change = "UPDATE audit_log SET actor_name = 'eve' WHERE seq = 2";
    raw.execute_unprepared(change).await.expect("is done");
    assert_eq!(fault(&catalog, &[]).await.map(|(place, _)| place), Some(2));
}

async fn the_chain_outlives_a_change_of_the_secret_key(database: TestDatabase) {
    let old = database.open().await;
    append(&old, 1..=3).await;
    assert_eq!(old.rekey_audit(at(9)).await, Ok(Vec::new()), "it has the present key");
    let changed = database.open_sealing(Some(Sealer::new([2; 32], vec![[1; 32]]))).await;
    let heads = changed.rekey_audit(at(9)).await.expect("is written");
    assert_eq!(heads, [head(&changed).await]);
    append(&changed, 4..=5).await;
    assert_eq!(changed.verify_audit(OrgId::DEFAULT).await.expect("is checked").entries, 6);
    changed.reseal().await.expect("is sealed anew");
    let later = database.open_sealing(Some(Sealer::new([2; 32], Vec::new()))).await;
    let report = later.verify_audit(OrgId::DEFAULT).await.expect("is checked");
    assert_eq!((report.entries, report.keyed_from, report.fault), (6, Some(1), None), "the old key is gone");
    let stranger = database.open_sealing(Some(Sealer::new([9; 32], Vec::new()))).await;
    assert_eq!(fault(&stranger, &[]).await.map(|(place, _)| place), Some(1));
}

async fn a_unit_of_work_is_kept_whole_or_not_at_all(database: TestDatabase) {
    let catalog = database.open().await;
    let changes = catalog.changes();
    let add = |fail: bool| {
        let (catalog, changes) = (&catalog, changes.clone());
        async move {
            catalog
                .atomically(|bound| {
                    let changes = changes.clone();
                    async move {
                        let camera = crate::make::camera("front");
                        bound.create_camera(&camera).await?;
                        assert!(bound.camera(OrgId::DEFAULT, camera.id).await?.is_some(), "it sees itself");
                        let unseen = catalog.camera(OrgId::DEFAULT, camera.id).await?;
                        assert!(unseen.is_none(), "nobody else does");
                        assert!(!changes.has_changed().expect("is open"), "nobody hears of it");
                        bound.append_audit(&[record(1)]).await?;
                        if fail { Err(CatalogError::Stale) } else { Ok(camera.id) }
                    }
                })
                .await
        }
    };
    assert_eq!(add(true).await, Err(CatalogError::Stale));
    assert_eq!(catalog.cameras(OrgId::DEFAULT).await, Ok(Vec::new()));
    assert_eq!(catalog.audit_heads().await, Ok(Vec::new()));
    let id = add(false).await.expect("is kept");
    assert_eq!(catalog.cameras(OrgId::DEFAULT).await.expect("are read")[0].id, id);
    assert_eq!(head(&catalog).await.seq, 1);
    assert!(changes.has_changed().expect("is open"), "now it is told");
}
