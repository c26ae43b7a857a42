//! Cameras in databases from before there was sealing, and under other keys.

use nightjar_catalog::{CameraFilter, CameraSort, CatalogError, DatabaseKind, Sealer};
use nightjar_model::{Camera, CameraId, Driver, ManagedBy, OrgId, Secret};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use uuid::Uuid;

use super::created;
use crate::database::{TestDatabase, on_both};
use crate::make::at;

on_both!(
    an_old_database_is_brought_up_in_place,
    several_processes_may_bring_it_up_at_once,
    a_password_under_a_lost_key_costs_its_camera_alone,
    without_a_key_nothing_is_stored_open,
);

const ORG: OrgId = OrgId::DEFAULT;
const CANARY: &str = "canary-91c2";
/// When the old cameras were added, as their ids say.
const MADE: i64 = 1_700_000_000;

/// The schema of version 2, with two cameras that share an address and have open passwords.
async fn make_old(database: &TestDatabase) -> [CameraId; 2] {
    if database.url.starts_with("sqlite:") {
        let path = database.url.trim_start_matches("sqlite://");
        std::fs::write(path, []).expect("is made");
    }
    let raw = database.raw().await;
    let sqlite = raw.get_database_backend() == DbBackend::Sqlite;
    let words = if sqlite { ["BLOB", "BLOB", ""] } else { ["UUID", "BYTEA", ""] };
    let org = literal(&raw, ORG.0);
    let mut ddl = include_str!("../../../../database/src/migrations/0001_spine.sql")
        .replace("{default_organization}", &org);
    for (word, meaning) in ["{id}", "{bytes}", "{updated_in_place}"].into_iter().zip(words) {
        ddl = ddl.replace(word, meaning);
    }
    ddl += include_str!("../../../../database/src/migrations/0002_node_seen.sql");
    ddl += "CREATE TABLE migrations (version INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL);
            INSERT INTO migrations (version, name) VALUES (1, 'spine'), (2, 'node_seen');";
    if sqlite {
        ddl += "PRAGMA journal_mode = WAL; CREATE TABLE reserve (filler BLOB NOT NULL);";
    }
    raw.execute_unprepared(&ddl).await.expect("is made");
    let ids = [0, 1].map(|number| {
        let time = uuid::Timestamp::from_unix(uuid::NoContext, MADE as u64, number * 1_000_000);
        CameraId(Uuid::new_v7(time))
    });
    for (id, key) in ids.iter().zip(["back", "Front"]) {
        let id = literal(&raw, id.0);
        let insert = format!(
            "INSERT INTO cameras VALUES ({id}, {org}, '{key}', 'Camera {key}', 'rtsp://CAM.example/main',
               'rtsp://CAM.example/sub', 'viewer', '{CANARY}', 'tcp', true, 'continuous', NULL, 'aac', 900,
               NULL, NULL, 'file', 5000000)"
        );
        raw.execute_unprepared(&insert).await.expect("is inserted");
    }
    raw.close().await.expect("closes");
    ids
}

fn literal(raw: &DatabaseConnection, id: Uuid) -> String {
    match raw.get_database_backend() {
        DbBackend::Sqlite => format!("X'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

/// What lies in the column, by key.
async fn stored_passwords(database: &TestDatabase) -> Vec<String> {
    let raw = database.raw().await;
    let select = "SELECT password FROM cameras WHERE password IS NOT NULL ORDER BY camera_key";
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), select)).await;
    let rows = rows.expect("are read");
    raw.close().await.expect("closes");
    rows.iter().map(|row| row.try_get_by_index(0).expect("is text")).collect()
}

async fn an_old_database_is_brought_up_in_place(database: TestDatabase) {
    let [back, front] = make_old(&database).await;
    // Without a key it opens too, and the passwords are left as they are.
    let keyless = database.open_sealing(None).await;
    let read = keyless.camera(ORG, back).await.expect("is read").expect("is there");
    assert_eq!(read.source.password, Some(Secret::new(CANARY)));
    keyless.close().await;
    assert_eq!(stored_passwords(&database).await, [CANARY; 2]);

    let catalog = database.open().await;
    let cameras = catalog.cameras(ORG).await.expect("are read");
    assert_eq!(cameras.iter().map(|camera| camera.id).collect::<Vec<_>>(), [front, back]);
    let camera = &cameras[1];
    assert_eq!(camera.source.password, Some(Secret::new(CANARY)));
    assert_eq!((camera.driver, camera.version, &camera.tags), (Driver::Rtsp, 1, &Vec::new()));
    assert_eq!(camera.created_at.micros(), MADE * 1_000_000);
    assert_eq!(camera.updated_at, camera.created_at);
    assert_eq!(camera.recording_since.map(|since| since.micros()), Some(5_000_000));
    let sealed = stored_passwords(&database).await;
    assert!(sealed.len() == 2 && sealed.iter().all(|text| text.starts_with("s1:")), "{sealed:?}");
    if catalog.kind() == DatabaseKind::Sqlite {
        let path = database.url.trim_start_matches("sqlite://");
        for name in [path.to_owned(), format!("{path}-wal")] {
            let bytes = std::fs::read(&name).unwrap_or_default();
            let found = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
            assert!(!found, "{name} still has the password");
        }
    }

    // Old rows are searched, and stand in the way of new ones, like all others.
    let filter = CameraFilter { q: Some("CAM.EXAMPLE".to_owned()), ..CameraFilter::default() };
    let listed = catalog.list_cameras(ORG, &filter, CameraSort::default(), 0, 10).await;
    assert_eq!(listed.expect("are listed").1, 2);
    let mut new = Camera { key: "new".parse().expect("a key"), managed_by: ManagedBy::Api, ..camera.clone() };
    new.id = CameraId(Uuid::now_v7());
    assert_eq!(catalog.create_camera(&new).await, Err(CatalogError::Taken("host")));
    catalog.close().await;

    let again = database.open().await;
    assert_eq!(again.cameras(ORG).await, Ok(cameras));
    assert_eq!(stored_passwords(&database).await, sealed, "nothing was left to do");
}

async fn several_processes_may_bring_it_up_at_once(database: TestDatabase) {
    make_old(&database).await;
    let (one, two, three) = tokio::join!(database.open(), database.open(), database.open());
    for catalog in [one, two, three] {
        for camera in catalog.cameras(ORG).await.expect("are read") {
            assert_eq!(camera.source.password, Some(Secret::new(CANARY)));
        }
    }
}

async fn a_password_under_a_lost_key_costs_its_camera_alone(database: TestDatabase) {
    let catalog = database.open().await;
    let (front, back) = (created(&catalog, "front").await, created(&catalog, "back").await);
    catalog.close().await;

    let other_key = database.open_sealing(Some(Sealer::new([99; 32], Vec::new()))).await;
    let cameras = other_key.cameras(ORG).await.expect("are read");
    assert!(cameras.len() == 2 && cameras.iter().all(|camera| camera.source.password.is_none()));
    // A change of something else does not take away what may open again.
    let renamed = Camera { name: "Renamed".to_owned(), ..cameras[1].clone() };
    other_key.update_camera(&renamed, None, at(1)).await.expect("is changed");
    let mut anew = cameras[0].clone();
    anew.source.password = Some(Secret::new("set anew"));
    other_key.update_camera(&anew, None, at(1)).await.expect("is changed");
    other_key.close().await;

    let catalog = database.open().await;
    let read = catalog.camera(ORG, front.id).await.expect("is read").expect("is there");
    assert_eq!((read.name.as_str(), read.source.password), ("Renamed", front.source.password));
    let read = catalog.camera(ORG, back.id).await.expect("is read").expect("is there");
    assert_eq!(read.source.password, None, "this one is sealed with the other key now");
}

async fn without_a_key_nothing_is_stored_open(database: TestDatabase) {
    let keyless = database.open_sealing(None).await;
    let camera = super::by_api("front");
    assert_eq!(keyless.create_camera(&camera).await, Err(CatalogError::NoSecretKey));
    assert_eq!(keyless.upsert_camera(&camera).await, Err(CatalogError::NoSecretKey));
    let mut without = camera;
    without.source.password = None;
    assert_eq!(keyless.create_camera(&without).await, Ok(()));
    assert_eq!(stored_passwords(&database).await, [""; 0]);
}
