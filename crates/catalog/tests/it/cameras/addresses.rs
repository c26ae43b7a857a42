//! Addresses with a query, in which many cameras take their password.

use nightjar_catalog::{CatalogError, DatabaseKind, Sealer};
use nightjar_model::{Camera, CameraId, OrgId};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::by_api;
use crate::database::{TestDatabase, on_both};
use crate::make::at;

on_both!(
    an_address_with_a_query_lies_sealed,
    one_that_lies_open_is_sealed_at_the_next_start,
    one_stream_stays_one_stream_under_a_new_key,
    an_address_under_a_lost_key_costs_its_camera_alone,
    a_deleted_camera_is_forgotten_with_its_query,
);

const CANARY: &str = "canary-5e1d";
const ORG: OrgId = OrgId::DEFAULT;
const KEY: [u8; 32] = [42; 32];

fn sealer(key: [u8; 32], older: Vec<[u8; 32]>) -> Option<Sealer> {
    Some(Sealer::new(key, older))
}

/// Another camera with the same addresses each time.
fn secret(key: &str) -> Camera {
    let mut camera = by_api(key);
    camera.id = CameraId(Uuid::now_v7());
    camera.serial_number = None;
    let url = |path: &str| format!("rtsp://cam.example/{path}?channel=1&password={CANARY}");
    camera.source.main_url = url("main").parse().expect("an address");
    camera.source.sub_url = Some(url("sub").parse().expect("an address"));
    camera
}

/// All that the table has of addresses.
async fn dump(database: &TestDatabase) -> String {
    let raw = database.raw().await;
    let select = "SELECT main_url || ' ' || coalesce(sub_url, '') || ' ' || main_address || ' ' || search_key
                    FROM cameras";
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), select)).await;
    let texts = rows.expect("are read").into_iter().map(|row| row.try_get_by_index(0).expect("is text"));
    let texts = texts.collect::<Vec<String>>().join("\n");
    raw.close().await.expect("closes");
    texts
}

/// No byte of it in the files of the database, where there are any.
fn assert_gone(database: &TestDatabase) {
    let path = database.url.trim_start_matches("sqlite://");
    for name in [path.to_owned(), format!("{path}-wal")] {
        let bytes = std::fs::read(&name).unwrap_or_default();
        let found = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
        assert!(!found, "{name} has the password");
    }
}

async fn an_address_with_a_query_lies_sealed(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = secret("front");
    catalog.create_camera(&camera).await.expect("is added");
    assert_eq!(catalog.camera(ORG, camera.id).await, Ok(Some(camera.clone())));
    let renamed = Camera { name: "Changed".to_owned(), ..camera.clone() };
    let renamed = catalog.update_camera(&renamed, None, at(1)).await.expect("is changed");
    assert_eq!(catalog.cameras(ORG).await, Ok(vec![renamed]));
    let text = dump(&database).await;
    assert!(!text.contains(CANARY), "{text}");
    assert!(text.contains("rtsp://cam.example:554/main?"), "it can still be compared: {text}");
    assert_gone(&database);
    assert_eq!(catalog.create_camera(&secret("back")).await, Err(CatalogError::Taken("host")));
    let mut second = secret("back");
    second.source.main_url.set_query(Some("channel=2"));
    catalog.create_camera(&second).await.expect("is another stream");
}

async fn one_that_lies_open_is_sealed_at_the_next_start(database: TestDatabase) {
    let camera = Camera { source: secret("x").source, ..by_api("front") };
    let camera =
        Camera { source: nightjar_model::CameraSource { password: None, ..camera.source }, ..camera };
    let keyless = database.open_sealing(None).await;
    keyless.create_camera(&camera).await.expect("is added");
    keyless.close().await;
    assert!(dump(&database).await.contains(CANARY), "nothing could seal it");
    for _ in 0..2 {
        let catalog = database.open().await;
        assert_eq!(catalog.camera(ORG, camera.id).await, Ok(Some(camera.clone())));
        assert_eq!(catalog.create_camera(&secret("back")).await, Err(CatalogError::Taken("host")));
        catalog.close().await;
        let text = dump(&database).await;
        assert!(text.matches("s1:").count() == 2 && !text.contains(CANARY), "{text}");
        assert_gone(&database);
    }
}

async fn one_stream_stays_one_stream_under_a_new_key(database: TestDatabase) {
    let catalog = database.open_sealing(sealer(KEY, Vec::new())).await;
    let camera = secret("front");
    catalog.create_camera(&camera).await.expect("is added");
    catalog.close().await;
    let catalog = database.open_sealing(sealer([43; 32], vec![KEY])).await;
    assert_eq!(catalog.create_camera(&secret("back")).await, Err(CatalogError::Taken("host")));
    assert!(catalog.reseal().await.expect("is sealed anew") >= 2);
    catalog.close().await;
    let catalog = database.open_sealing(sealer([43; 32], Vec::new())).await;
    assert_eq!(catalog.camera(ORG, camera.id).await, Ok(Some(camera)));
    assert_eq!(catalog.reseal().await, Ok(0), "nothing was left to do");
}

async fn an_address_under_a_lost_key_costs_its_camera_alone(database: TestDatabase) {
    let catalog = database.open_sealing(sealer(KEY, Vec::new())).await;
    let camera = secret("front");
    catalog.create_camera(&camera).await.expect("is added");
    catalog.close().await;
    let other = database.open_sealing(sealer([43; 32], Vec::new())).await;
    let read = other.camera(ORG, camera.id).await.expect("is read").expect("is there");
    assert_eq!(read.source.main_url.as_str(), "rtsp://cam.example:554/main");
    assert_eq!(read.source.sub_url, None);
    // A change of something else does not take away what may open again.
    let renamed = Camera { name: "Renamed".to_owned(), ..read };
    other.update_camera(&renamed, None, at(1)).await.expect("is changed");
    other.close().await;
    let catalog = database.open_sealing(sealer(KEY, Vec::new())).await;
    let read = catalog.camera(ORG, camera.id).await.expect("is read").expect("is there");
    assert_eq!((read.name.as_str(), read.source), ("Renamed", camera.source));
}

async fn a_deleted_camera_is_forgotten_with_its_query(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = secret("front");
    catalog.create_camera(&camera).await.expect("is added");
    catalog.delete_camera(ORG, camera.id, None, at(1)).await.expect("is deleted");
    let read = catalog.camera_with_deleted(ORG, camera.id).await.expect("is read").expect("its row stays");
    assert_eq!(read.source.main_url.as_str(), "rtsp://cam.example/main");
    assert_eq!(read.source.sub_url.map(String::from).as_deref(), Some("rtsp://cam.example/sub"));
    assert_eq!(read.source.password, None);
    if catalog.kind() == DatabaseKind::Sqlite {
        assert_gone(&database);
    }
    catalog.create_camera(&secret("back")).await.expect("its address is free");
}
