//! Full disks, bad addresses, absent servers.

use std::io::Write;
use std::process::{Command, Output};

use nightjar_catalog::{Catalog, CatalogError, CatalogOptions, LedgerWrite};
use nightjar_media::WallTime;
use nightjar_model::{Camera, GapCause, OrgId, SegmentId};

use crate::database::TestDatabase;
use crate::make::{added, at, finish, gap, open_segment, options, recorded};

#[tokio::test]
async fn a_full_disk_refuses_writes_and_harms_nothing() {
    crate::database::run(nightjar_catalog::DatabaseKind::Sqlite, full).await;
}

async fn full(mut database: TestDatabase) {
    database.url += "?max_page_count=1500";
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let (mut written, mut second) = (Vec::new(), 0);
    let error = loop {
        match catalog.apply(&many_segments(&camera, second)).await {
            Ok(()) => written.extend((0..MANY).map(|part| at(second + part * 10))),
            Err(error) => break error,
        }
        second += MANY * 10;
    };
    assert!(matches!(error, CatalogError::Full(_)), "{error}");
    assert!(error.is_transient());
    for _ in 0..3 {
        let error = catalog.apply(&many_segments(&camera, second)).await.expect_err("is still full");
        assert!(matches!(error, CatalogError::Full(_)), "{error}");
    }
    let found = catalog.segments_after(None, 100_000).await.expect("can be read");
    let starts: Vec<WallTime> = found.iter().map(|segment| segment.start).collect();
    assert_eq!(starts, written, "what was confirmed is there, and nothing else");

    let oldest: Vec<SegmentId> = found[..written.len() / 2].iter().map(|segment| segment.id).collect();
    catalog.forget_segments(&oldest, GapCause::Retention, "").await.expect("room can be made");
    let outage = gap(&camera, at(second), Some(at(second + 60)), GapCause::DiskFull);
    catalog.apply(&[LedgerWrite::GapRecorded(outage)]).await.expect("there is room again");
    catalog.apply(&many_segments(&camera, second + 60)).await.expect("for much");
}

/// Segments of one batch.
const MANY: i64 = 200;

fn many_segments(camera: &Camera, second: i64) -> Vec<LedgerWrite> {
    (0..MANY)
        .map(|part| {
            let start = second + part * 10;
            finish(&open_segment(camera, at(start)), at(start + 10))
        })
        .collect()
}

#[tokio::test]
async fn a_full_volume_still_takes_what_makes_room() {
    let Some(run) = on_small_volume("limits::small_volume") else { return };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}

/// Runs a test of this binary in a process that sees a small volume of its own; none where the
/// system lets nobody but root have one.
fn on_small_volume(test: &str) -> Option<Output> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "mount -t tmpfs -o size=24m tmpfs \"$1\" || exit 77
        exec \"$2\" --exact \"$3\" --nocapture --test-threads=1";
    let run = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(folder.path())
        .arg(std::env::current_exe().expect("is known"))
        .arg(test)
        .env(SMALL_VOLUME, folder.path())
        .output();
    match run {
        Ok(run) if run.status.code() == Some(77) || run.stdout.is_empty() => {
            eprintln!("skipped: no volume can be mounted here");
            None
        }
        Err(error) => {
            eprintln!("skipped: unshare: {error}");
            None
        }
        Ok(run) => Some(run),
    }
}

/// Tells the other process its volume.
const SMALL_VOLUME: &str = "NIGHTJAR_TEST_SMALL_VOLUME";

/// Runs on the small volume; a test only in name.
#[tokio::test]
async fn small_volume() {
    let Ok(folder) = std::env::var(SMALL_VOLUME) else { return };
    let url = format!("sqlite://{folder}/catalog.db");
    let catalog = Catalog::connect(&url, &options()).await.expect("opens");
    let camera = added(&catalog, "front").await;
    let mut segments = recorded(&catalog, &camera, 0, 300, 10).await;
    let open = open_segment(&camera, at(3_000));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    fill_volume(&folder);

    for (round, pair) in segments.split_off(100).chunks(2).enumerate() {
        let ids = [pair[0].id, pair[1].id];
        catalog.mark_deleting(&ids).await.expect("rows can be marked");
        catalog.forget_segments(&ids, GapCause::Retention, "full").await.expect("and forgotten");
        if round == 0 {
            let outage = gap(&camera, at(3_005), None, GapCause::DiskFull);
            let writes = [finish(&open, at(3_005)), LedgerWrite::GapOpened(outage)];
            catalog.apply(&writes).await.expect("the gap can be noted");
        }
    }
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read")[0];
    assert_eq!(usage.segments, 101);

    // Until even the reserve is used up, and then it is refused, not broken.
    let mut second = 10_000;
    while catalog.apply(&many_segments(&camera, second)).await.is_ok() {
        second += MANY * 10;
    }
    let before = catalog.segments_after(None, 100_000).await.expect("can be read").len();
    std::fs::remove_file(format!("{folder}/footage")).expect("was written");
    catalog.apply(&many_segments(&camera, second)).await.expect("there is room again");
    let after = catalog.segments_after(None, 100_000).await.expect("can be read").len();
    assert_eq!(after, before + 200);
}

/// Footage, up to the last byte.
fn fill_volume(folder: &str) {
    let mut file = std::fs::File::create(format!("{folder}/footage")).expect("is created");
    for size in [1 << 20, 4_096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

#[tokio::test]
async fn a_bad_address_is_named() {
    for url in [
        "",
        "mysql://localhost/nightjar",
        "sqlite::memory:",
        "sqlite://relative.db",
        "sqlite:///tmp/x.db?mode=rw",
        "postgres://user:hunter2@[::1/nightjar",
    ] {
        let error = Catalog::connect(url, &CatalogOptions::default()).await.expect_err("is refused");
        assert!(matches!(error, CatalogError::InvalidUrl(_)), "{url}: {error:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_unavailable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}/absent/catalog.db", folder.path().display());
    let error = Catalog::connect(&url, &CatalogOptions::default()).await.expect_err("is refused");
    assert!(matches!(error, CatalogError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_damaged_and_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("catalog.db");
    let content = "this is a shopping list, not a database\n".repeat(200);
    std::fs::write(&path, &content).expect("is written");
    let url = format!("sqlite://{}", path.display());
    let error = Catalog::connect(&url, &CatalogOptions::default()).await.expect_err("is refused");
    assert!(matches!(error, CatalogError::Damaged(_)), "{error:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("is there"), content);
}
