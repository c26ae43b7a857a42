//! Adding and changing cameras over the API.

use nightjar_catalog::CatalogError;
use nightjar_model::{Camera, CameraId, Driver, ManagedBy, OrgId, Secret};
use uuid::Uuid;

use super::{by_api, created, group, other_org};
use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, camera};

on_both!(
    a_new_camera_reads_back_whole,
    what_another_camera_has_is_taken,
    of_two_at_the_same_time_one_is_taken,
    cameras_of_the_file_may_share_an_address,
    a_change_counts_the_version_up,
    a_stale_change_is_refused,
    of_two_changes_of_one_version_one_is_stale,
    a_change_may_not_take_what_another_has,
    a_change_beside_recording_by_hand_loses_neither,
    cameras_of_the_file_are_read_only,
    the_group_must_be_the_tenants,
    every_change_is_told,
);

const ORG: OrgId = OrgId::DEFAULT;

async fn a_new_camera_reads_back_whole(database: TestDatabase) {
    let catalog = database.open().await;
    let typed = Camera {
        name: "Säule \u{1f6aa}".to_owned(),
        group_id: Some(group(&catalog, ORG).await),
        tags: [" gate", "Zaun", "gate"].map(str::to_owned).to_vec(),
        company: "ACME".to_owned(),
        model: "X-100".to_owned(),
        serial_number: Some("SN-1".to_owned()),
        location: "North yard".to_owned(),
        place: "Pole 7".to_owned(),
        firmware: Some("1.2.3".to_owned()),
        driver: Driver::Rtsp,
        enabled: false,
        ..by_api("front")
    };
    catalog.create_camera(&typed).await.expect("is added");
    let kept = Camera { tags: vec!["Zaun".to_owned(), "gate".to_owned()], ..typed };
    assert_eq!(catalog.camera(ORG, kept.id).await, Ok(Some(kept.clone())));
    assert_eq!(catalog.cameras(ORG).await, Ok(vec![kept]));
    let refused = catalog.create_camera(&Camera { tags: vec![String::new()], ..by_api("back") }).await;
    assert!(matches!(refused, Err(CatalogError::Refused(_))), "{refused:?}");
}

async fn what_another_camera_has_is_taken(database: TestDatabase) {
    let catalog = database.open().await;
    let first = Camera { serial_number: Some("SN-1".to_owned()), ..by_api("first") };
    catalog.create_camera(&first).await.expect("is added");
    let from_file = added(&catalog, "from-file").await;

    let same_key = Camera { key: first.key.clone(), ..by_api("second") };
    assert_eq!(catalog.create_camera(&same_key).await, Err(CatalogError::Taken("key")));
    let same_serial = Camera { serial_number: first.serial_number.clone(), ..by_api("second") };
    assert_eq!(catalog.create_camera(&same_serial).await, Err(CatalogError::Taken("serial_number")));
    for url in ["rtsp://first.example/main", "rtsp://me:pass@FIRST.example:554/main#x"] {
        let mut same_host = by_api("second");
        same_host.source.main_url = url.parse().expect("a URL");
        assert_eq!(catalog.create_camera(&same_host).await, Err(CatalogError::Taken("host")), "{url}");
    }
    let like_the_file = Camera { source: from_file.source, ..by_api("second") };
    assert_eq!(catalog.create_camera(&like_the_file).await, Err(CatalogError::Taken("host")));

    let mut other_channel = by_api("second");
    other_channel.source.main_url = "rtsp://first.example/main?channel=2".parse().expect("a URL");
    assert_eq!(catalog.create_camera(&other_channel).await, Ok(()));
    let org_id = other_org(&catalog).await;
    let elsewhere = Camera { id: CameraId(Uuid::now_v7()), org_id, ..first };
    assert_eq!(catalog.create_camera(&elsewhere).await, Ok(()), "tenants do not see each other");
    let nowhere = Camera { id: CameraId(Uuid::now_v7()), org_id: OrgId(Uuid::now_v7()), ..by_api("x") };
    assert!(matches!(catalog.create_camera(&nowhere).await, Err(CatalogError::NotFound(_))));
}

async fn of_two_at_the_same_time_one_is_taken(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    for round in 0..8 {
        let pairs = ["key", "host", "serial_number"].map(|field| {
            let first = by_api(&format!("a-{field}-{round}"));
            let mut second = by_api(&format!("b-{field}-{round}"));
            let mut first = Camera { serial_number: Some(first.key.to_string()), ..first };
            match field {
                "key" => second.key = first.key.clone(),
                "host" => second.source.main_url = first.source.main_url.clone(),
                _ => second.serial_number = first.serial_number.clone(),
            }
            if round % 2 == 1 {
                std::mem::swap(&mut first, &mut second);
            }
            (field, first, second)
        });
        for (field, first, second) in pairs {
            let (first, second) = tokio::join!(one.create_camera(&first), two.create_camera(&second));
            let mut outcomes = [first, second];
            outcomes.sort_by_key(Result::is_err);
            assert_eq!(outcomes, [Ok(()), Err(CatalogError::Taken(field))]);
        }
    }
    assert_eq!(one.cameras(ORG).await.expect("are read").len(), 24);
}

async fn cameras_of_the_file_may_share_an_address(database: TestDatabase) {
    let catalog = database.open().await;
    let (first, second) = (added(&catalog, "first").await, added(&catalog, "second").await);
    assert_eq!(first.source, second.source);
    // When they leave the file they still do, and can be changed in everything else.
    catalog.disable_file_cameras_except(ORG, &[], at(1)).await.expect("are switched off");
    let renamed = Camera { name: "Second".to_owned(), ..second };
    let renamed = catalog.update_camera(&renamed, Some(2), at(2)).await.expect("is changed");
    assert_eq!((renamed.version, renamed.managed_by), (3, ManagedBy::Api));
}

async fn a_change_counts_the_version_up(database: TestDatabase) {
    let catalog = database.open().await;
    let old = created(&catalog, "front").await;
    catalog.set_manual(old.id, Some(true)).await.expect("is set");
    catalog.set_recording_since(old.id, at(5)).await.expect("is set");
    let mut wanted = Camera {
        name: "Front door".to_owned(),
        tags: vec!["gate".to_owned()],
        serial_number: Some("SN-1".to_owned()),
        ..old.clone()
    };
    wanted.source.password = Some(Secret::new("better horse"));
    // None of these is the caller's to change.
    let typed = Camera {
        key: "other".parse().expect("a key"),
        manual: None,
        recording_since: None,
        managed_by: ManagedBy::File,
        version: 77,
        created_at: at(70),
        updated_at: at(70),
        ..wanted.clone()
    };
    let expected = Camera {
        manual: Some(true),
        recording_since: Some(at(5)),
        version: 2,
        updated_at: at(9),
        ..wanted.clone()
    };
    assert_eq!(catalog.update_camera(&typed, Some(1), at(9)).await, Ok(expected.clone()));
    assert_eq!(catalog.camera(ORG, old.id).await, Ok(Some(expected.clone())));
    assert_eq!(catalog.update_camera(&typed, None, at(10)).await, Ok(expected), "nothing has changed");
    wanted.source.password = None;
    wanted.tags = Vec::new();
    let cleared = catalog.update_camera(&wanted, None, at(11)).await.expect("is changed");
    assert_eq!((cleared.version, &cleared.source.password), (3, &None));
    assert_eq!(catalog.camera(ORG, old.id).await, Ok(Some(cleared)));
}

async fn a_stale_change_is_refused(database: TestDatabase) {
    let catalog = database.open().await;
    let old = created(&catalog, "front").await;
    let changed = Camera { name: "Front door".to_owned(), ..old.clone() };
    let changed = catalog.update_camera(&changed, Some(1), at(1)).await.expect("is changed");
    let late = Camera { name: "Back door".to_owned(), ..old.clone() };
    assert_eq!(catalog.update_camera(&late, Some(1), at(2)).await, Err(CatalogError::Stale));
    assert_eq!(catalog.delete_camera(ORG, old.id, Some(1), at(2)).await, Err(CatalogError::Stale));
    assert_eq!(catalog.camera(ORG, old.id).await, Ok(Some(changed)));
    let elsewhere = Camera { org_id: other_org(&catalog).await, ..late.clone() };
    let unknown = Camera { id: CameraId(Uuid::now_v7()), ..late };
    for camera in [elsewhere, unknown] {
        let missing = catalog.update_camera(&camera, None, at(3)).await;
        assert!(matches!(missing, Err(CatalogError::NotFound(_))), "{missing:?}");
        let missing = catalog.delete_camera(camera.org_id, camera.id, None, at(3)).await;
        assert!(matches!(missing, Err(CatalogError::NotFound(_))), "{missing:?}");
    }
}

async fn of_two_changes_of_one_version_one_is_stale(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let mut camera = created(&one, "front").await;
    for round in 0..8 {
        let renamed = |name: &str| Camera { name: format!("{name} {round}"), ..camera.clone() };
        let (a, b) = (renamed("a"), renamed("b"));
        let expected = Some(camera.version);
        let (a, b) = tokio::join!(
            one.update_camera(&a, expected, at(round)),
            two.update_camera(&b, expected, at(round))
        );
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        assert_eq!(lost, Err(CatalogError::Stale));
        camera = won.expect("one is first");
        assert_eq!(camera.version, round + 2);
    }
}

async fn a_change_may_not_take_what_another_has(database: TestDatabase) {
    let catalog = database.open().await;
    let first = Camera { serial_number: Some("SN-1".to_owned()), ..by_api("first") };
    catalog.create_camera(&first).await.expect("is added");
    let second = created(&catalog, "second").await;
    let same_serial = Camera { serial_number: first.serial_number.clone(), ..second.clone() };
    let same_host = Camera { source: first.source.clone(), ..second.clone() };
    for (wanted, field) in [(same_serial, "serial_number"), (same_host, "host")] {
        assert_eq!(catalog.update_camera(&wanted, None, at(1)).await, Err(CatalogError::Taken(field)));
    }
    assert_eq!(catalog.camera(ORG, second.id).await, Ok(Some(second.clone())));
    let moved = Camera { source: by_api("elsewhere").source, ..first.clone() };
    catalog.update_camera(&moved, None, at(1)).await.expect("moves");
    let follows = Camera { source: first.source, ..second };
    assert!(catalog.update_camera(&follows, None, at(2)).await.is_ok(), "the place is free");
}

async fn a_change_beside_recording_by_hand_loses_neither(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let camera = created(&one, "front").await;
    for round in 0..10 {
        let manual = Some(round % 2 == 0);
        let renamed = Camera { name: format!("Front {round}"), ..camera.clone() };
        let (set, changed) =
            tokio::join!(one.set_manual(camera.id, manual), two.update_camera(&renamed, None, at(round)));
        set.expect("is set");
        changed.expect("is changed");
        let now = one.camera(ORG, camera.id).await.expect("is read").expect("is there");
        assert_eq!((now.manual, now.name), (manual, renamed.name));
    }
}

async fn cameras_of_the_file_are_read_only(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let renamed = Camera { name: "Front door".to_owned(), managed_by: ManagedBy::Api, ..camera.clone() };
    let refused = Err(CatalogError::ManagedByFile);
    assert_eq!(catalog.update_camera(&renamed, Some(1), at(1)).await, refused);
    assert_eq!(catalog.delete_camera(ORG, camera.id, None, at(1)).await, Err(CatalogError::ManagedByFile));
    let tags = ["gate".to_owned()];
    let tagged = catalog.bulk_tags(ORG, &[camera.id], &tags, &[], at(1)).await;
    assert_eq!(tagged, Err(CatalogError::ManagedByFile));
    assert_eq!(catalog.camera(ORG, camera.id).await, Ok(Some(camera.clone())));
    catalog.disable_file_cameras_except(ORG, &[], at(2)).await.expect("leaves");
    assert_eq!(catalog.delete_camera(ORG, camera.id, Some(2), at(3)).await, Ok(()));
}

async fn the_group_must_be_the_tenants(database: TestDatabase) {
    let catalog = database.open().await;
    let own = group(&catalog, ORG).await;
    let foreign = group(&catalog, other_org(&catalog).await).await;
    let grouped = |group| Camera { group_id: Some(group), ..by_api("front") };
    let refused = catalog.create_camera(&grouped(foreign)).await;
    assert!(matches!(refused, Err(CatalogError::NotFound(_))), "{refused:?}");
    let camera = grouped(own);
    catalog.create_camera(&camera).await.expect("is added");
    let moved = Camera { group_id: Some(foreign), ..camera.clone() };
    let refused = catalog.update_camera(&moved, None, at(1)).await;
    assert!(matches!(refused, Err(CatalogError::NotFound(_))), "{refused:?}");
    assert_eq!(catalog.delete_camera_group(ORG, own).await, Ok(true));
    let left = catalog.camera(ORG, camera.id).await.expect("is read").expect("is there");
    assert_eq!(left.group_id, None);
}

async fn every_change_is_told(database: TestDatabase) {
    let catalog = database.open().await;
    let mut changes = catalog.changes();
    let mut told = |what: &str, expected: bool| {
        assert_eq!(changes.has_changed().expect("is open"), expected, "{what}");
        changes.mark_unchanged();
    };
    let front = created(&catalog, "front").await;
    told("added", true);
    let _ = catalog.create_camera(&camera("front")).await;
    told("refused", false);
    let renamed = Camera { name: "Front door".to_owned(), ..front.clone() };
    let renamed = catalog.update_camera(&renamed, None, at(1)).await.expect("is changed");
    told("changed", true);
    catalog.update_camera(&renamed, None, at(2)).await.expect("is the same");
    told("the same", false);
    let tags = ["gate".to_owned()];
    catalog.bulk_tags(ORG, &[front.id], &tags, &[], at(3)).await.expect("is tagged");
    told("tagged", true);
    catalog.bulk_tags(ORG, &[front.id], &tags, &[], at(4)).await.expect("has it");
    told("tagged already", false);
    catalog.delete_camera(ORG, front.id, None, at(5)).await.expect("is deleted");
    told("deleted", true);
}
