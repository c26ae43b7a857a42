//! No password comes out of the catalog but to those who ask for the camera.

use std::io::Write;
use std::sync::{Arc, Mutex};

use nightjar_catalog::{Catalog, CatalogOptions, DatabaseKind};
use nightjar_model::{CameraSource, OrgId, Secret};
use tracing_subscriber::fmt::MakeWriter;

use crate::database::{TestDatabase, run};
use crate::make::camera;

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
    let catalog = Catalog::connect(&url, &CatalogOptions::default()).await.expect("opens");
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
    let catalog = Catalog::connect(&format!("sqlite://{}", path.display()), &CatalogOptions::default())
        .await
        .expect("opens");
    catalog.upsert_camera(&camera("front")).await.expect("is added");
    let mut files = 0;
    for entry in folder.path().read_dir().expect("is read") {
        let mode = entry.expect("is read").metadata().expect("is read").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
        files += 1;
    }
    assert!(files >= 2, "the log is there too");
}
