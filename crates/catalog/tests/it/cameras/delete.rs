//! What stays of a deleted camera.

use nightjar_catalog::{CameraFilter, CameraSort, CatalogError};
use nightjar_model::{Camera, GapCause, GroupScope, OrgId, SegmentId};
use sea_orm::ConnectionTrait;

use super::{by_api, created};
use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, camera, recorded};

on_both!(
    a_deleted_camera_is_gone_at_once,
    its_footage_stays_and_is_found_by_retention,
    its_key_is_taken_until_its_footage_is_gone,
    its_address_and_serial_number_are_free,
    the_file_brings_a_deleted_camera_back,
    its_password_is_forgotten,
);

const ORG: OrgId = OrgId::DEFAULT;

async fn a_deleted_camera_is_gone_at_once(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = Camera { tags: vec!["gate".to_owned()], ..by_api("front") };
    catalog.create_camera(&camera).await.expect("is added");
    catalog.delete_camera(ORG, camera.id, Some(1), at(7)).await.expect("is deleted");
    assert_eq!(catalog.cameras(ORG).await, Ok(Vec::new()));
    assert_eq!(catalog.camera(ORG, camera.id).await, Ok(None));
    assert_eq!(catalog.camera_by_key(ORG, &camera.key).await, Ok(None));
    let all = catalog.list_cameras(ORG, &CameraFilter::default(), CameraSort::default(), 0, 10).await;
    assert_eq!(all, Ok((Vec::new(), 0)));
    assert_eq!(catalog.camera_tags(ORG, &GroupScope::All).await, Ok(Vec::new()));
    for outcome in [
        catalog.delete_camera(ORG, camera.id, None, at(8)).await,
        catalog.set_manual(camera.id, Some(true)).await,
        catalog.update_camera(&camera, None, at(8)).await.map(drop),
        catalog.bulk_tags(ORG, &[camera.id], &["yard".to_owned()], &[], at(8)).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(CatalogError::NotFound(_))), "{outcome:?}");
    }
    let kept = catalog.camera_with_deleted(ORG, camera.id).await.expect("is read").expect("is there");
    assert_eq!((kept.enabled, kept.version, kept.updated_at), (false, 2, at(7)));
    assert_eq!(catalog.camera_by_key_with_deleted(ORG, &camera.key).await, Ok(Some(kept)));
}

async fn its_footage_stays_and_is_found_by_retention(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = created(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 3, 10).await;
    catalog.delete_camera(ORG, camera.id, None, at(40)).await.expect("is deleted");
    assert_eq!(catalog.segments_after(None, 10).await, Ok(segments.clone()));
    assert_eq!(catalog.usage(ORG).await.expect("is read")[0].segments, 3);
    let cameras = catalog.cameras_with_deleted(ORG).await.expect("are read");
    assert_eq!(cameras[0].retention_secs, camera.retention_secs, "its limits stay");
    let oldest = catalog.oldest_finished(cameras[0].id, Some(at(20)), 10).await.expect("are read");
    assert_eq!(oldest, segments[..2]);
}

async fn its_key_is_taken_until_its_footage_is_gone(database: TestDatabase) {
    let catalog = database.open().await;
    let old = created(&catalog, "front").await;
    let segments = recorded(&catalog, &old, 0, 2, 10).await;
    catalog.delete_camera(ORG, old.id, None, at(40)).await.expect("is deleted");
    let new = by_api("front");
    assert_eq!(catalog.create_camera(&new).await, Err(CatalogError::Taken("key")));
    let ids: Vec<SegmentId> = segments.iter().map(|segment| segment.id).collect();
    catalog.mark_deleting(&ids).await.expect("are marked");
    assert_eq!(catalog.create_camera(&new).await, Err(CatalogError::Taken("key")), "objects are there");
    catalog.forget_segments(&ids, GapCause::Deleted, "purged").await.expect("are gone");
    assert_eq!(catalog.create_camera(&new).await, Ok(()));
    assert_eq!(catalog.camera_by_key(ORG, &new.key).await, Ok(Some(new.clone())));
    // The row stays for whatever names it; a gap that the recorder still writes finds it.
    let old = catalog.camera_with_deleted(ORG, old.id).await.expect("is read").expect("is there");
    assert_ne!(old.key, new.key);
    catalog.delete_camera(ORG, new.id, None, at(50)).await.expect("is deleted");
    assert_eq!(catalog.create_camera(&by_api("front")).await, Ok(()), "again and again");
}

async fn its_address_and_serial_number_are_free(database: TestDatabase) {
    let catalog = database.open().await;
    let old = Camera { serial_number: Some("SN-1".to_owned()), ..by_api("old") };
    catalog.create_camera(&old).await.expect("is added");
    catalog.delete_camera(ORG, old.id, None, at(1)).await.expect("is deleted");
    let new = Camera { serial_number: old.serial_number, source: old.source, ..by_api("new") };
    assert_eq!(catalog.create_camera(&new).await, Ok(()));
}

async fn the_file_brings_a_deleted_camera_back(database: TestDatabase) {
    let catalog = database.open().await;
    let old = created(&catalog, "front").await;
    recorded(&catalog, &old, 0, 1, 10).await;
    catalog.delete_camera(ORG, old.id, None, at(20)).await.expect("is deleted");
    let from_file = camera("front");
    assert_eq!(catalog.upsert_camera(&from_file).await, Ok(old.id));
    let back = catalog.camera(ORG, old.id).await.expect("is read").expect("is there");
    let expected = Camera { id: old.id, version: 3, created_at: old.created_at, ..from_file };
    assert_eq!(back, expected);
}

async fn its_password_is_forgotten(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = created(&catalog, "front").await;
    added(&catalog, "other").await;
    catalog.delete_camera(ORG, camera.id, None, at(1)).await.expect("is deleted");
    let kept = catalog.camera_with_deleted(ORG, camera.id).await.expect("is read").expect("is there");
    assert_eq!(kept.source.password, None);
    let raw = database.raw().await;
    let select = "SELECT count(password) FROM cameras";
    let statement = sea_orm::Statement::from_string(raw.get_database_backend(), select);
    let row = raw.query_one_raw(statement).await.expect("is read").expect("is a row");
    assert_eq!(row.try_get_by_index::<i64>(0).expect("is a number"), 1);
}
