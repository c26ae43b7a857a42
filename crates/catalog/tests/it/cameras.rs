//! Desired state: here the cameras of the configuration file, below those of the API.

mod addresses;
mod configs;
mod delete;
mod edit;
mod list;
mod tags;
mod upgrade;

use nightjar_catalog::Catalog;
use nightjar_model::{
    Camera, CameraGroup, CameraId, CameraSource, GroupId, ManagedBy, Mode, OrgId, Organization,
};
use uuid::Uuid;

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, camera};

on_both!(
    a_camera_reads_back_whole,
    a_changed_camera_keeps_what_is_not_configured,
    a_camera_of_another_tenant_is_not_found,
    cameras_that_left_the_file_are_switched_off,
    recording_since_is_noted_once,
    changes_of_desired_state_are_told,
    cameras_can_be_added_at_the_same_time,
);

async fn a_camera_reads_back_whole(database: TestDatabase) {
    let catalog = database.open().await;
    let mut plain = camera("b-plain");
    plain.source.sub_url = None;
    plain.source.password = None;
    plain.retention_bytes = Some(u64::MAX >> 1);
    plain.manual = Some(false);
    let full = camera("a_full");
    for camera in [&plain, &full] {
        assert_eq!(catalog.upsert_camera(camera).await, Ok(camera.id));
    }
    assert_eq!(catalog.cameras(OrgId::DEFAULT).await, Ok(vec![full.clone(), plain.clone()]));
    assert_eq!(catalog.camera(OrgId::DEFAULT, full.id).await, Ok(Some(full.clone())));
    assert_eq!(catalog.camera_by_key(OrgId::DEFAULT, &plain.key).await, Ok(Some(plain)));
}

async fn a_changed_camera_keeps_what_is_not_configured(database: TestDatabase) {
    let catalog = database.open().await;
    let old = added(&catalog, "front").await;
    catalog.set_manual(old.id, Some(true)).await.expect("is set");
    catalog.set_recording_since(old.id, at(5)).await.expect("is set");
    let new = Camera { name: "Front door".to_owned(), mode: Mode::Off, updated_at: at(9), ..camera("front") };
    assert_eq!(catalog.upsert_camera(&new).await, Ok(old.id));
    let expected = Camera {
        id: old.id,
        manual: Some(true),
        recording_since: Some(at(5)),
        version: 2,
        created_at: old.created_at,
        updated_at: at(9),
        ..new
    };
    assert_eq!(catalog.camera(OrgId::DEFAULT, old.id).await, Ok(Some(expected)));
}

async fn a_camera_of_another_tenant_is_not_found(database: TestDatabase) {
    let catalog = database.open().await;
    let mine = added(&catalog, "mine").await;
    let other = OrgId(Uuid::now_v7());
    assert_eq!(catalog.camera(other, mine.id).await, Ok(None));
    assert_eq!(catalog.camera_by_key(other, &mine.key).await, Ok(None));
    assert_eq!(catalog.cameras(other).await, Ok(Vec::new()));
    assert_eq!(catalog.usage(other).await, Ok(Vec::new()));
}

async fn cameras_that_left_the_file_are_switched_off(database: TestDatabase) {
    let catalog = database.open().await;
    let stays = added(&catalog, "stays").await;
    let leaves = added(&catalog, "leaves").await;
    let by_api = Camera { managed_by: ManagedBy::Api, ..camera("by-api") };
    catalog.upsert_camera(&by_api).await.expect("is added");
    let keys = [stays.key.clone()];
    assert_eq!(catalog.disable_file_cameras_except(OrgId::DEFAULT, &keys, at(8)).await, Ok(1));
    assert_eq!(catalog.disable_file_cameras_except(OrgId::DEFAULT, &keys, at(8)).await, Ok(0));
    let enabled: Vec<CameraId> = catalog
        .cameras(OrgId::DEFAULT)
        .await
        .expect("are read")
        .into_iter()
        .filter(|camera| camera.enabled)
        .map(|camera| camera.id)
        .collect();
    assert_eq!(enabled, [by_api.id, stays.id]);
    let left = catalog.camera(OrgId::DEFAULT, leaves.id).await.expect("is read").expect("is there");
    let expected =
        Camera { enabled: false, managed_by: ManagedBy::Api, version: 2, updated_at: at(8), ..leaves };
    assert_eq!(left, expected, "the API may delete it now");
    assert_eq!(catalog.disable_file_cameras_except(OrgId::DEFAULT, &[], at(8)).await, Ok(1));
}

async fn recording_since_is_noted_once(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    catalog.set_recording_since(camera.id, at(5)).await.expect("is set");
    catalog.set_recording_since(camera.id, at(9)).await.expect("is left");
    let row = catalog.camera(OrgId::DEFAULT, camera.id).await.expect("is read").expect("is there");
    assert_eq!(row.recording_since, Some(at(5)));
}

async fn changes_of_desired_state_are_told(database: TestDatabase) {
    let catalog = database.open().await;
    let mut changes = catalog.clone().changes();
    let camera = added(&catalog, "front").await;
    assert!(changes.has_changed().expect("is open"));
    changes.mark_unchanged();
    catalog.upsert_camera(&camera).await.expect("is the same");
    assert!(!changes.has_changed().expect("is open"), "nothing has changed");
    catalog.set_manual(camera.id, Some(false)).await.expect("is set");
    assert!(changes.has_changed().expect("is open"));
    assert!(catalog.set_manual(CameraId(Uuid::now_v7()), None).await.is_err());
}

async fn cameras_can_be_added_at_the_same_time(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    for round in 0..10 {
        let key = format!("camera-{round}");
        let (first, second) = (camera(&key), camera(&key));
        let (first, second) = tokio::join!(one.upsert_camera(&first), two.upsert_camera(&second));
        assert_eq!(first.expect("is added"), second.expect("is found"));
    }
    assert_eq!(one.cameras(OrgId::DEFAULT).await.expect("are read").len(), 10);
}

/// A new camera of the API, with an address of its own.
fn by_api(key: &str) -> Camera {
    let url = format!("rtsp://{key}.example/main");
    let source = CameraSource { main_url: url.parse().expect("a URL"), ..camera(key).source };
    Camera { source, managed_by: ManagedBy::Api, ..camera(key) }
}

/// The same, added.
async fn created(catalog: &Catalog, key: &str) -> Camera {
    let camera = by_api(key);
    assert_eq!(catalog.create_camera(&camera).await, Ok(()));
    camera
}

/// A tenant beside the default one.
pub(crate) async fn other_org(catalog: &Catalog) -> OrgId {
    let id = OrgId(Uuid::now_v7());
    let other = Organization { id, name: format!("Other {id}"), created_at: at(0) };
    catalog.create_organization(&other).await.expect("is added");
    id
}

async fn group(catalog: &Catalog, org_id: OrgId) -> GroupId {
    let id = GroupId(Uuid::now_v7());
    let group = CameraGroup {
        id,
        org_id,
        name: format!("Group {id}"),
        description: String::new(),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    };
    catalog.create_camera_group(&group).await.expect("is added");
    id
}
