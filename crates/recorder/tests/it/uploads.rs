//! The upload queue against a real bucket and its faults: nothing is lost, and nothing is called
//! stored that is not.

use std::fs;
use std::time::{Duration, Instant};

use nightjar_media::WallTime;
use nightjar_model::{Segment, SegmentId};
use nightjar_recorder::{UploadConfig, retry_delay, run_uploads};
use nightjar_storage::RemoteTier;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::archive::{Archive, bucket_at, s3_endpoint, shared_bucket};
use crate::fault_proxy::{FaultProxy, HttpFault, WireFault};
use crate::support::until;

const FAR: WallTime = WallTime::from_millis(4_000_000_000_000);

/// Looks at the queue all the time.
pub(crate) fn quick() -> UploadConfig {
    UploadConfig { poll: Duration::from_millis(10), ..UploadConfig::default() }
}

/// A worker that runs until it is stopped.
pub(crate) struct Worker {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Worker {
    pub(crate) fn start(archive: &Archive, config: UploadConfig) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run_uploads(archive.footage.clone(), config, stop.clone()));
        Self { stop, task }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("no panic");
    }
}

/// Uploads all that is queued.
pub(crate) async fn upload_all(archive: &Archive) {
    let worker = Worker::start(archive, quick());
    all_uploaded(archive).await;
    worker.stop().await;
}

pub(crate) async fn all_uploaded(archive: &Archive) {
    until("all uploads", || async { (pending(archive).await == 0).then_some(()) }).await;
}

async fn pending(archive: &Archive) -> u64 {
    archive.catalog().upload_stats(&archive.footage.node).await.expect("answered").pending
}

/// How often each queued upload has failed.
pub(crate) async fn failures(archive: &Archive) -> Vec<(SegmentId, u32)> {
    let due = archive.catalog().due_uploads(&archive.footage.node, FAR, 1000).await.expect("answered");
    due.into_iter().map(|job| (job.segment.id, job.attempts)).collect()
}

async fn assert_stored(archive: &Archive, bucket: &RemoteTier, row: &Segment) {
    let location = archive.segment(row.id).await.expect("there").location;
    assert!(location.remote, "{} is not called stored", row.key);
    assert_eq!(Some(bucket.digest(&row.key, row.bytes).await.expect("read")), row.blake3, "{}", row.key);
}

async fn assert_waiting(archive: &Archive, row: &Segment) {
    let location = archive.segment(row.id).await.expect("there").location;
    assert!(location.local && !location.remote, "{} is called stored", row.key);
    assert!(archive.path(&row.key).exists(), "{} is gone from the disk", row.key);
}

/// An archive whose way to the bucket has faults, and the bucket without them.
pub(crate) async fn behind_proxy() -> (Archive, FaultProxy, RemoteTier) {
    let bucket = shared_bucket().await;
    let proxy = FaultProxy::start(s3_endpoint()).await;
    let config = bucket_at(proxy.url(), &bucket.config().bucket);
    let archive = Archive::new(Some(RemoteTier::new(config).expect("valid settings"))).await;
    (archive, proxy, bucket)
}

#[tokio::test]
async fn finished_segments_go_into_the_bucket_large_ones_too() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let mut rows = archive.record(5).await;
    archive.frame_bytes = 200_000;
    rows.extend(archive.record(1).await);
    assert!(rows[5].bytes > 2 * 8 * 1024 * 1024, "it needs several parts");
    upload_all(&archive).await;
    for row in &rows {
        assert_stored(&archive, &bucket, row).await;
        assert!(archive.path(&row.key).exists(), "the local copy has its time");
    }
    let status = archive.footage.status.storage();
    assert_eq!((status.bucket_ok, status.uploads_pending), (Some(true), 0));
}

#[tokio::test]
async fn a_bucket_that_is_gone_then_slow_then_503_then_lying_loses_nothing() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    let worker = Worker::start(&archive, quick());
    let faults: [(&str, &dyn Fn()); 5] = [
        ("gone", &|| proxy.wire(WireFault::Gone)),
        ("503", &|| proxy.http(HttpFault::Unavailable)),
        ("corrupted uploads", &|| proxy.http(HttpFault::CorruptUpload)),
        ("wrong checksums", &|| proxy.http(HttpFault::WrongEtagAndCorruptDownload)),
        ("cut connections", &|| proxy.wire(WireFault::CutAfter(5_000))),
    ];
    let mut all = Vec::new();
    for (name, fault) in faults {
        fault();
        // Recording goes on meanwhile, and each segment is tried.
        let rows = archive.record(3).await;
        until(name, || async {
            let failures = failures(&archive).await;
            (failures.len() == 3 && failures.iter().all(|(_, count)| *count > 0)).then_some(())
        })
        .await;
        for row in &rows {
            assert_waiting(&archive, row).await;
        }
        assert_eq!(archive.footage.status.storage().bucket_ok, Some(false), "{name}");
        proxy.heal();
        archive.advance(Duration::from_secs(301));
        all_uploaded(&archive).await;
        assert_eq!(archive.footage.status.storage().bucket_ok, Some(true), "{name}");
        all.extend(rows);
    }
    proxy.wire(WireFault::Slow { bytes_per_second: 40_000 });
    all.extend(archive.record(2).await);
    all_uploaded(&archive).await;
    worker.stop().await;
    proxy.heal();
    for row in &all {
        assert_stored(&archive, &bucket, row).await;
    }
}

#[tokio::test]
async fn a_server_with_entity_tags_of_its_own_is_read_back() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    proxy.http(HttpFault::WrongEtag);
    let rows = archive.record(2).await;
    upload_all(&archive).await;
    for row in &rows {
        assert_stored(&archive, &bucket, row).await;
    }
}

#[tokio::test]
async fn retries_come_after_5_10_20_40_80_seconds_and_then_every_5_minutes() {
    let (mut archive, proxy, _) = behind_proxy().await;
    archive.record(1).await;
    proxy.http(HttpFault::Unavailable);
    let worker = Worker::start(&archive, quick());
    let mut delays = Vec::new();
    for attempt in 1..=7 {
        let next = until("a failure", || async {
            let failed = failures(&archive).await.first().is_some_and(|(_, count)| *count == attempt);
            let next = archive.catalog().next_upload_due(&archive.footage.node).await.expect("answered");
            next.filter(|_| failed)
        })
        .await;
        delays.push(next.micros_since(archive.footage.now()) / 1_000_000);
        archive.set_now(next);
    }
    worker.stop().await;
    assert_eq!(delays, [5, 10, 20, 40, 80, 300, 300]);
    assert_eq!(delays[5] as u64, retry_delay(Duration::from_secs(5), 6).as_secs());
    assert_eq!(archive.footage.status.storage().uploads_failing, 1);
}

#[tokio::test]
async fn a_file_that_changed_is_not_stored_and_holds_nobody_up() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let rows = archive.record(3).await;
    archive.damage(&rows[0].key, rows[0].bytes / 2);
    fs::remove_file(archive.path(&rows[1].key)).expect("removed");
    let worker = Worker::start(&archive, quick());
    until("two failures and a success", || async {
        let failures = failures(&archive).await;
        (failures.len() == 2 && failures.iter().all(|(_, count)| *count == 1)).then_some(())
    })
    .await;
    worker.stop().await;
    assert_stored(&archive, &bucket, &rows[2]).await;
    for row in &rows[..2] {
        assert_eq!(bucket.head(&row.key).await.expect("answered"), None);
        assert!(!archive.segment(row.id).await.expect("there").location.remote);
    }
    assert_eq!(archive.footage.status.storage().bucket_ok, Some(true), "it is not the bucket's fault");
}

#[tokio::test]
async fn an_object_of_the_same_name_is_not_replaced_and_the_bucket_is_not_blamed() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let begin = archive.end;
    let stored = archive.record(1).await.remove(0);
    upload_all(&archive).await;
    // As if its local copy had gone, and the clock had been set back.
    fs::remove_file(archive.path(&stored.key)).expect("removed");
    archive.end = begin;
    let twice = archive.record(1).await.remove(0);
    assert_eq!(twice.key, stored.key);
    let worker = Worker::start(&archive, quick());
    until("a failure", || async { failures(&archive).await.iter().any(|job| job.1 > 0).then_some(()) }).await;
    worker.stop().await;
    assert_eq!(Some(bucket.digest(&stored.key, stored.bytes).await.expect("read")), stored.blake3);
    assert_waiting(&archive, &twice).await;
    assert_eq!(archive.footage.status.storage().bucket_ok, Some(true));
}

#[tokio::test]
async fn the_queue_survives_a_restart() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    proxy.wire(WireFault::Gone);
    let rows = archive.record(3).await;
    let worker = Worker::start(&archive, quick());
    until("a failure", || async { failures(&archive).await.iter().any(|job| job.1 > 0).then_some(()) }).await;
    worker.stop().await;

    proxy.heal();
    archive.footage.catalog.close().await;
    archive.footage.catalog = crate::archive::connect(&archive.folder, "catalog").await;
    assert_eq!(pending(&archive).await, 3);
    archive.advance(Duration::from_secs(301));
    upload_all(&archive).await;
    for row in &rows {
        assert_stored(&archive, &bucket, row).await;
    }
}

#[tokio::test]
async fn a_stop_waits_for_uploads_under_way_but_not_for_ever() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    proxy.wire(WireFault::Hang);
    let rows = archive.record(3).await;
    let config = UploadConfig { finish_within: Duration::from_millis(300), ..quick() };
    let worker = Worker::start(&archive, config);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let started = Instant::now();
    worker.stop().await;
    assert!(started.elapsed() < Duration::from_secs(2), "it took {:?}", started.elapsed());

    proxy.heal();
    upload_all(&archive).await;
    for row in &rows {
        assert_stored(&archive, &bucket, row).await;
    }
}
