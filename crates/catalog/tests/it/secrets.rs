//! No password comes out of the catalog but to those who ask for the camera.

use std::io::Write;
use std::sync::{Arc, Mutex};

use nightjar_catalog::{Catalog, DatabaseKind};
use nightjar_model::{Camera, CameraSource, OrgId, Secret};
use sea_orm::{ConnectionTrait, Statement};
use tracing_subscriber::fmt::MakeWriter;

use crate::database::{TestDatabase, on_both, run};
use crate::make::{at, camera, options};

on_both!(
    a_password_lies_sealed_in_its_row,
    a_password_does_not_open_in_another_row,
    credentials_in_addresses_are_taken_out,
);

const CANARY: &str = "canary-7f3a";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_log_line_holds_a_password() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(log.clone())
        .finish();
    // For all threads: the database's own ones speak too.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
    run(DatabaseKind::Sqlite, everything_with_the_password).await;
    run(DatabaseKind::Postgres, everything_with_the_password).await;
    let log = log.0.lock().expect("nobody panicked");
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("catalog migrated"), "the log is caught");
    let line = text.lines().find(|line| line.contains(CANARY));
    assert_eq!(line, None);
}

async fn everything_with_the_password(database: TestDatabase) {
    // The server trusts everybody, so the password in the address is taken.
    let url = database.url.replacen('@', &format!(":{CANARY}@"), 1);
    let catalog = Catalog::connect(&url, &options()).await.expect("opens");
    let mut camera = camera("front");
    let password = Some(Secret::new(CANARY));
    camera.source = CameraSource { password: password.clone(), ..camera.source };
    catalog.upsert_camera(&camera).await.expect("is added");
    camera.name = "Front door".to_owned();
    catalog.upsert_camera(&camera).await.expect("is changed");
    camera.id = nightjar_model::CameraId(uuid::Uuid::now_v7());
    camera.org_id = OrgId(uuid::Uuid::now_v7());
    let error = catalog.upsert_camera(&camera).await.expect_err("the tenant is not there");
    let found = catalog.cameras(OrgId::DEFAULT).await.expect("are read").remove(0);
    assert_eq!(found.source.password, password);
    let shown = format!("{catalog:?} {error} {error:?} {found:?}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[tokio::test]
async fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::connect(&format!("sqlite://{}", path.display()), &options()).await.expect("opens");
    catalog.upsert_camera(&camera("front")).await.expect("is added");
    let mut files = 0;
    for entry in folder.path().read_dir().expect("is read") {
        let mode = entry.expect("is read").metadata().expect("is read").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        files += 1;
    }
    assert!(files >= 2, "the log is there too");
}

/// A camera with the password, as the address was typed.
fn secret_camera(key: &str) -> Camera {
    let url = format!("rtsp://{CANARY}-name:{CANARY}@{key}.example/main");
    let source = CameraSource {
        sub_url: Some(format!("rtsp://viewer:{CANARY}@{key}.example/sub").parse().expect("a URL")),
        ..CameraSource::new(url.parse().expect("a URL"))
    };
    Camera { source, ..camera(key) }
}

/// All that the table has, as text.
async fn dump(database: &TestDatabase) -> String {
    let raw = database.raw().await;
    let select = "SELECT main_url || ' ' || coalesce(sub_url, '') || ' ' || main_address || ' ' || search_key
                    || ' ' || coalesce(password, '') FROM cameras";
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), select)).await;
    let texts = rows.expect("are read").into_iter().map(|row| row.try_get_by_index(0).expect("is text"));
    texts.collect::<Vec<String>>().join("\n")
}

async fn a_password_lies_sealed_in_its_row(database: TestDatabase) {
    let catalog = database.open().await;
    let by_file = secret_camera("by-file");
    let by_api = Camera { managed_by: nightjar_model::ManagedBy::Api, ..secret_camera("by-api") };
    catalog.upsert_camera(&by_file).await.expect("is added");
    catalog.create_camera(&by_api).await.expect("is added");
    let renamed = Camera { name: "Changed".to_owned(), ..by_api };
    catalog.update_camera(&renamed, None, at(1)).await.expect("is changed");
    let text = dump(&database).await;
    assert!(text.matches("s1:").count() == 2 && !text.contains(CANARY), "{text}");
    for camera in catalog.cameras(OrgId::DEFAULT).await.expect("are read") {
        assert_eq!(camera.source.password, Some(Secret::new(CANARY)));
    }
    if catalog.kind() == DatabaseKind::Sqlite {
        let path = database.url.trim_start_matches("sqlite://");
        for name in [path.to_owned(), format!("{path}-wal")] {
            let bytes = std::fs::read(&name).expect("is read");
            // The user name, which has the canary in it too, is no secret.
            let text = String::from_utf8_lossy(&bytes).replace(&format!("{CANARY}-name"), "");
            assert!(!text.contains(CANARY), "{name}");
        }
    }
}

async fn a_password_does_not_open_in_another_row(database: TestDatabase) {
    let catalog = database.open().await;
    for key in ["one", "two"] {
        catalog.upsert_camera(&secret_camera(key)).await.expect("is added");
    }
    let raw = database.raw().await;
    let copy = "UPDATE cameras SET password = (SELECT password FROM cameras WHERE camera_key = 'one')";
    raw.execute_unprepared(copy).await.expect("is copied");
    let cameras = catalog.cameras(OrgId::DEFAULT).await.expect("are read");
    let passwords: Vec<bool> = cameras.iter().map(|camera| camera.source.password.is_some()).collect();
    assert_eq!(passwords, [true, false]);
}

async fn credentials_in_addresses_are_taken_out(database: TestDatabase) {
    let catalog = database.open().await;
    let typed = secret_camera("front");
    catalog.upsert_camera(&typed).await.expect("is added");
    let kept = catalog.camera(OrgId::DEFAULT, typed.id).await.expect("is read").expect("is there").source;
    assert_eq!(kept.main_url.as_str(), "rtsp://front.example/main");
    assert_eq!(kept.sub_url.map(String::from).as_deref(), Some("rtsp://front.example/sub"));
    assert_eq!(kept.username, Some(format!("{CANARY}-name")));
    assert_eq!(kept.password, Some(Secret::new(CANARY)));
    // What was typed is the same camera: nothing to do at the next start.
    let changes = catalog.changes();
    catalog.upsert_camera(&typed).await.expect("is the same");
    assert!(!changes.has_changed().expect("is open"));
}
