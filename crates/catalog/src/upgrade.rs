//! Tests: a catalog from before there were accounts is brought up to date in place.

use nightjar_database::migrate::run_up_to;
use nightjar_media::WallTime;
use nightjar_model::{OrgId, Organization};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use uuid::Uuid;

use crate::{Catalog, CatalogOptions, DatabaseKind, Sealer};

#[tokio::test]
async fn a_catalog_without_accounts_is_upgraded_in_sqlite() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("catalog.db").display());
    let raw = Database::connect(format!("{url}?mode=rwc")).await.expect("opens");
    upgrade(DatabaseKind::Sqlite, &url, raw).await;
}

#[tokio::test]
async fn a_catalog_without_accounts_is_upgraded_in_postgres() {
    let server = std::env::var("NIGHTJAR_TEST_POSTGRES").expect("run it through scripts/with-services");
    let server = server.trim_end_matches('/');
    let admin = Database::connect(format!("{server}/postgres")).await.expect("the server answers");
    let name = format!("upgrade_{}", Uuid::now_v7().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("is made");
    let url = format!("{server}/{name}");
    let raw = Database::connect(&url).await.expect("opens");
    upgrade(DatabaseKind::Postgres, &url, raw).await;
    admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("is dropped");
}

async fn upgrade(kind: DatabaseKind, url: &str, raw: DatabaseConnection) {
    run_up_to(kind, &raw, 2).await.expect("are run");
    let id = |number: u128| {
        let id = Uuid::from_u128(number);
        match kind {
            DatabaseKind::Sqlite => format!("X'{}'", id.simple()),
            DatabaseKind::Postgres => format!("'{id}'"),
        }
    };
    let (other, camera, gap) = (id(1), id(2), id(3));
    let default = id(OrgId::DEFAULT.0.as_u128());
    raw.execute_unprepared(&format!(
        "INSERT INTO organizations (id, name) VALUES ({other}, 'Other');
         INSERT INTO nodes (id, started_at) VALUES ('node-1', 5);
         INSERT INTO cameras (id, org_id, camera_key, name, main_url, password, transport, enabled, mode,
           audio, segment_secs, managed_by)
         VALUES ({camera}, {default}, 'front', 'Front', 'rtsp://10.0.0.7/', 'plain', 'tcp', true,
           'continuous', 'aac', 900, 'file');
         INSERT INTO camera_usage (camera_id, segments, bytes, local_bytes, remote_bytes)
         VALUES ({camera}, 0, 0, 0, 0);
         INSERT INTO gaps (id, org_id, camera_id, stream, start_at, end_at, cause, details)
         VALUES ({gap}, {default}, {camera}, 'main', 1, 2, 'camera_unreachable', 'refused');"
    ))
    .await
    .expect("are added");
    raw.close().await.expect("closes");

    let options = CatalogOptions { sealer: Some(Sealer::new([1; 32], Vec::new())), ..Default::default() };
    for _ in 0..2 {
        let catalog = Catalog::connect(url, &options).await.expect("is upgraded");
        let epoch = WallTime::from_micros(0);
        let organization = |id, name: &str| Organization { id, name: name.to_owned(), created_at: epoch };
        let expected =
            vec![organization(OrgId::DEFAULT, "Default"), organization(OrgId(Uuid::from_u128(1)), "Other")];
        assert_eq!(catalog.organizations().await, Ok(expected));
        let cameras = catalog.cameras(OrgId::DEFAULT).await.expect("are read");
        assert_eq!(cameras.len(), 1);
        assert_eq!(cameras[0].key.as_str(), "front");
        assert_eq!(cameras[0].source.password.as_ref().map(|password| password.expose()), Some("plain"));
        assert_eq!(catalog.gaps_after(None, 10).await.expect("are read").len(), 1);
        assert_eq!(catalog.user_count().await, Ok(0));
        catalog.close().await;
    }
}
