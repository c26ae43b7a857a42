//! What cameras themselves are set to.

use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::{CameraConfig, CameraId, OrgId, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{created, other_org};
use crate::database::{TestDatabase, on_both};
use crate::make::{added, at};

on_both!(
    settings_are_kept_in_versions,
    only_the_last_versions_are_kept,
    stale_settings_are_refused,
    of_two_settings_at_the_same_time_one_is_stale,
    settings_are_the_tenants_and_go_with_the_camera,
);

const ORG: OrgId = OrgId::DEFAULT;

async fn put(
    catalog: &Catalog,
    id: CameraId,
    data: &Value,
    expected: Option<i64>,
) -> Result<CameraConfig, CatalogError> {
    catalog.put_camera_config(ORG, id, "image", data, expected, None, at(1)).await
}

async fn settings_are_kept_in_versions(database: TestDatabase) {
    let catalog = database.open().await;
    let id = added(&catalog, "front").await.id;
    let changes = catalog.changes();
    assert_eq!(catalog.camera_config(ORG, id, "image").await, Ok(None));
    let by = Some(UserId(Uuid::now_v7()));
    let data = json!({"brightness": 50, "name": "Tür \u{0} '%_", "nested": [1.5, null, {"x": true}]});
    let first = catalog.put_camera_config(ORG, id, "image", &data, Some(0), by, at(3)).await;
    let expected = CameraConfig {
        camera_id: id,
        config_type: "image".to_owned(),
        version: 1,
        data: data.clone(),
        created_at: at(3),
        created_by: by,
    };
    assert_eq!(first, Ok(expected.clone()));
    assert!(changes.has_changed().expect("is open"));
    assert_eq!(catalog.camera_config(ORG, id, "image").await, Ok(Some(expected.clone())));
    assert_eq!(put(&catalog, id, &data, None).await, Ok(expected.clone()), "the same again");
    let second = put(&catalog, id, &json!({}), Some(1)).await.expect("is put");
    assert_eq!((second.version, second.created_by), (2, None));
    assert_eq!(catalog.camera_config_versions(ORG, id, "image").await, Ok(vec![second, expected]));
    assert_eq!(catalog.camera_config(ORG, id, "alarm").await, Ok(None));
    let other = catalog.put_camera_config(ORG, id, "alarm", &json!(1), Some(0), None, at(4)).await;
    assert_eq!(other.expect("is put").version, 1, "each part counts for itself");
}

async fn only_the_last_versions_are_kept(database: TestDatabase) {
    let catalog = database.open().await;
    let (id, other) = (created(&catalog, "front").await.id, created(&catalog, "back").await.id);
    put(&catalog, other, &json!("stays"), None).await.expect("is put");
    for number in 1..=25 {
        assert_eq!(
            put(&catalog, id, &json!(number), Some(number - 1)).await.expect("is put").version,
            number
        );
    }
    let versions = catalog.camera_config_versions(ORG, id, "image").await.expect("are read");
    let numbers: Vec<i64> = versions.iter().map(|config| config.version).collect();
    assert_eq!(numbers, (6..=25).rev().collect::<Vec<i64>>());
    assert_eq!(catalog.camera_config_versions(ORG, other, "image").await.expect("are read").len(), 1);
}

async fn stale_settings_are_refused(database: TestDatabase) {
    let catalog = database.open().await;
    let id = created(&catalog, "front").await.id;
    assert_eq!(put(&catalog, id, &json!(1), Some(1)).await, Err(CatalogError::Stale));
    put(&catalog, id, &json!(1), None).await.expect("is put");
    for stale in [0, 2] {
        assert_eq!(put(&catalog, id, &json!(2), Some(stale)).await, Err(CatalogError::Stale));
    }
    assert_eq!(put(&catalog, id, &json!(2), None).await.expect("is put").version, 2);
}

async fn of_two_settings_at_the_same_time_one_is_stale(database: TestDatabase) {
    let (one, two) = (database.open().await, database.open().await);
    let id = created(&one, "front").await.id;
    for version in 0..8 {
        let (a, b) = (json!(["a", version]), json!(["b", version]));
        let (a, b) = tokio::join!(put(&one, id, &a, Some(version)), put(&two, id, &b, Some(version)));
        let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
        assert_eq!(won.expect("one is first").version, version + 1);
        assert_eq!(lost, Err(CatalogError::Stale));
    }
}

async fn settings_are_the_tenants_and_go_with_the_camera(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = created(&catalog, "front").await;
    put(&catalog, camera.id, &json!(1), None).await.expect("is put");
    let other = other_org(&catalog).await;
    assert_eq!(catalog.camera_config(other, camera.id, "image").await, Ok(None));
    assert_eq!(catalog.camera_config_versions(other, camera.id, "image").await, Ok(Vec::new()));
    let refused = catalog.put_camera_config(other, camera.id, "image", &json!(2), None, None, at(2)).await;
    assert!(matches!(refused, Err(CatalogError::NotFound(_))), "{refused:?}");
    catalog.delete_camera(ORG, camera.id, None, at(3)).await.expect("is deleted");
    assert_eq!(catalog.camera_config(ORG, camera.id, "image").await, Ok(None));
    let refused = put(&catalog, camera.id, &json!(2), None).await;
    assert!(matches!(refused, Err(CatalogError::NotFound(_))), "{refused:?}");
}
