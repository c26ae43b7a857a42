//! What cameras themselves are set to.

use nightjar_catalog::{Catalog, CatalogError, ConfigPart, Sealer};
use nightjar_model::{CameraConfig, CameraId, OrgId, UserId};
use sea_orm::{ConnectionTrait, Statement};
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
    the_parts_are_listed_with_their_newest_versions,
    settings_lie_sealed_and_can_be_sealed_anew,
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

async fn the_parts_are_listed_with_their_newest_versions(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = created(&catalog, "front").await;
    let parts = async |org| catalog.camera_config_parts(org, camera.id).await.expect("are read");
    assert_eq!(parts(ORG).await, []);
    let by = Some(UserId(Uuid::now_v7()));
    for number in 1..=3 {
        put(&catalog, camera.id, &json!(number), None).await.expect("is put");
    }
    catalog.put_camera_config(ORG, camera.id, "alarm", &json!({}), None, by, at(9)).await.expect("is put");
    let part = |config_type: &str, version, created_at, created_by| ConfigPart {
        config_type: config_type.to_owned(),
        version,
        created_at,
        created_by,
    };
    assert_eq!(parts(ORG).await, [part("alarm", 1, at(9), by), part("image", 3, at(1), None)]);
    assert_eq!(parts(other_org(&catalog).await).await, []);
    catalog.delete_camera(ORG, camera.id, None, at(10)).await.expect("is deleted");
    assert_eq!(parts(ORG).await, []);
}

async fn settings_lie_sealed_and_can_be_sealed_anew(database: TestDatabase) {
    let catalog = database.open().await;
    let id = created(&catalog, "front").await.id;
    let secret = json!({ "wifi": { "password": "hunter2" } });
    for data in [&json!({}), &secret] {
        put(&catalog, id, data, None).await.expect("is put");
    }
    catalog.close().await;
    let stored = async || -> Vec<String> {
        let raw = database.raw().await;
        let select = Statement::from_string(raw.get_database_backend(), "SELECT data FROM camera_configs");
        let rows = raw.query_all_raw(select).await.expect("are read");
        rows.iter().map(|row| row.try_get("", "data").expect("a text")).collect()
    };
    let before = stored().await;
    assert!(before.iter().all(|text| text.starts_with("s1:") && !text.contains("hunter2")), "{before:?}");
    let newer = Sealer::new([2; 32], vec![[1; 32]]);
    let catalog = database.open_sealing(Some(newer)).await;
    assert!(catalog.reseal().await.expect("is sealed anew") >= 2);
    catalog.close().await;
    assert!(stored().await.iter().all(|text| !before.contains(text)));
    let catalog = database.open_sealing(Some(Sealer::new([2; 32], Vec::new()))).await;
    let versions = catalog.camera_config_versions(ORG, id, "image").await.expect("the old key may go");
    assert_eq!(versions.iter().map(|config| &config.data).collect::<Vec<_>>(), [&secret, &json!({})]);
}
