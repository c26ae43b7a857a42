//! Kill -9: another process writes, is killed at a random moment, and nothing is half there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nightjar_catalog::{Catalog, LedgerWrite};
use nightjar_model::{Camera, GapCause, OrgId, Segment, StreamName};
use rand::Rng;

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, finished, gap, index, open_segment, options};

/// Tells the other process its database.
const URL: &str = "NIGHTJAR_TEST_VICTIM";
/// Segments of one batch; with each comes a gap.
const BATCH: i64 = 20;
const ROUNDS: usize = 10;

on_both!(a_killed_writer_leaves_whole_batches, a_killed_start_leaves_a_usable_database);

async fn a_killed_writer_leaves_whole_batches(database: TestDatabase) {
    let mut confirmed = 0;
    for _ in 0..ROUNDS {
        let mut victim = victim(&database);
        let lines = BufReader::new(victim.stdout.take().expect("is piped")).lines();
        let patience = rand::rng().random_range(1..12);
        let mut killed = false;
        for line in lines.map_while(Result::ok) {
            let Some(batch) = line.strip_prefix("batch ").and_then(|number| number.parse().ok()) else {
                continue;
            };
            confirmed = batch;
            if !killed && batch % patience == 0 {
                // What it says until it is gone still counts.
                victim.kill().expect("is running");
                killed = true;
            }
        }
        victim.wait().expect("has ended");
        let found = whole_batches(&database).await;
        assert!(found == confirmed || found == confirmed + 1, "{found} found, {confirmed} confirmed");
    }
    assert!(confirmed > 0);
}

async fn a_killed_start_leaves_a_usable_database(database: TestDatabase) {
    for _ in 0..ROUNDS {
        let mut victim = victim(&database);
        let delay = Duration::from_millis(rand::rng().random_range(0..60));
        tokio::time::sleep(delay).await;
        victim.kill().expect("is running");
        victim.wait().expect("has ended");
    }
    let catalog = database.open().await;
    added(&catalog, "later").await;
    catalog.close().await;
}

fn victim(database: &TestDatabase) -> Child {
    Command::new(std::env::current_exe().expect("is known"))
        .args(["--exact", "survival::victim_writes_until_it_is_killed", "--nocapture", "--test-threads=1"])
        .env(URL, &database.url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// The other process; a test only in name.
#[tokio::test]
async fn victim_writes_until_it_is_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let catalog = Catalog::connect(&url, &options()).await.expect("opens");
    let camera = match catalog.cameras(OrgId::DEFAULT).await.expect("are read").pop() {
        Some(camera) => camera,
        None => added(&catalog, "front").await,
    };
    let covered = catalog.last_covered(camera.id, StreamName::Main).await.expect("is read");
    let mut batch = covered.map_or(0, |end| end.micros_since(at(0)) / 1_000_000 / (BATCH * 10));
    loop {
        catalog.apply(&one_batch(&camera, batch)).await.expect("is written");
        batch += 1;
        println!("batch {batch}");
    }
}

/// 20 times 8 seconds of footage and a gap of 2.
fn one_batch(camera: &Camera, number: i64) -> Vec<LedgerWrite> {
    (0..BATCH)
        .flat_map(|part| {
            let start = (number * BATCH + part) * 10;
            let segment: Segment = finished(&open_segment(camera, at(start)), at(start + 8));
            let outage = gap(camera, at(start + 8), Some(at(start + 10)), GapCause::StreamStalled);
            [
                LedgerWrite::SegmentFinished { segment, index: index(), upload: true },
                LedgerWrite::GapRecorded(outage),
            ]
        })
        .collect()
}

/// How many batches are there; none is there in part.
async fn whole_batches(database: &TestDatabase) -> i64 {
    let catalog = database.open().await;
    let Some(camera) = catalog.cameras(OrgId::DEFAULT).await.expect("are read").pop() else { return 0 };
    let covered = catalog.last_covered(camera.id, StreamName::Main).await.expect("is read");
    let seconds = covered.map_or(0, |end| end.micros_since(at(0)) / 1_000_000);
    assert_eq!(seconds % (BATCH * 10), 0, "a part of a batch");
    let usage = catalog.usage(OrgId::DEFAULT).await.expect("is read")[0];
    assert_eq!(usage.segments, (seconds / 10).unsigned_abs());
    let rows = catalog.ledger_rows(camera.id, StreamName::Main, None, u32::MAX >> 1).await.expect("are read");
    let faults = nightjar_catalog::verify::tiling(rows, at(0), at(seconds), 0);
    assert_eq!(faults, []);
    let pending = catalog.upload_stats(&crate::make::node()).await.expect("is read").pending;
    assert_eq!(pending, usage.segments);
    catalog.close().await;
    seconds / (BATCH * 10)
}
