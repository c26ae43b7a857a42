//! A segment that is deleted takes its object along, whatever became of its upload.

use std::fs;
use std::time::Duration;

use nightjar_model::{GapCause, Location, Segment, SegmentState};
use nightjar_recorder::{Deleted, delete_segments, resume_deletions};
use nightjar_storage::UploadSource;

use crate::archive::{Archive, BEGIN, shared_bucket};
use crate::fault_proxy::{FaultProxy, HttpFault, WireFault};
use crate::support::until;
use crate::uploads::{Worker, all_uploaded, behind_proxy, failures, quick};

async fn delete(archive: &Archive, row: &Segment) -> Deleted {
    let row = archive.segment(row.id).await.expect("there");
    delete_segments(&archive.footage, &[row], GapCause::Deleted, "test").await.expect("tried")
}

/// A worker in the middle of an upload that takes three seconds.
async fn uploading(archive: &mut Archive, proxy: &FaultProxy) -> (Worker, Segment) {
    let bucket = shared_bucket().await;
    archive.frame_bytes = 3_000;
    let row = archive.record(1).await.remove(0);
    archive.stop().await;
    let worker = Worker::start(archive, quick());
    until("the bucket's first answer", || async { archive.footage.status.storage().bucket_ok }).await;
    all_uploaded(archive).await;
    proxy.wire(WireFault::Slow { bytes_per_second: row.bytes as usize / 3 });
    let only_local = Location { local: true, remote: false };
    archive.catalog().set_location(row.id, only_local).await.expect("set");
    bucket.delete(&row.key).await.expect("deleted");
    archive.catalog().enqueue_upload(row.id, BEGIN).await.expect("queued");
    tokio::time::sleep(Duration::from_millis(1000)).await;
    (worker, row)
}

#[tokio::test]
async fn an_object_that_nobody_confirmed_goes_too() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    let row = archive.record(1).await.remove(0);
    archive.stop().await;
    proxy.http(HttpFault::WrongSize);
    let worker = Worker::start(&archive, quick());
    until("a failure", || async { failures(&archive).await.iter().any(|job| job.1 > 0).then_some(()) }).await;
    worker.stop().await;
    assert!(!archive.segment(row.id).await.expect("there").location.remote);
    assert!(bucket.head(&row.key).await.expect("answered").is_some(), "the bucket took it");

    // Nobody knows whether the bucket has it, so it is waited for.
    proxy.wire(WireFault::Gone);
    assert_eq!(delete(&archive, &row).await.segments, 0);
    assert!(!archive.path(&row.key).exists(), "the room on the disk is there at once");
    let marked = archive.segment(row.id).await.expect("it waits");
    assert_eq!((marked.state, marked.location.local), (SegmentState::Deleting, false));

    proxy.heal();
    assert_eq!(resume_deletions(&archive.footage).await.expect("tried").segments, 1);
    assert_eq!(archive.segment(row.id).await, None);
    assert_eq!(bucket.head(&row.key).await.expect("answered"), None, "the object stayed behind");
}

#[tokio::test]
async fn an_object_of_something_else_stays() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let row = archive.record(1).await.remove(0);
    archive.stop().await;
    let content = b"something else".as_slice();
    fs::write(archive.path("other.mp4"), content).expect("written");
    let source = UploadSource {
        file: archive.footage.local.open_file("other.mp4").expect("there"),
        bytes: content.len() as u64,
        blake3: *blake3::hash(content).as_bytes(),
    };
    bucket.upload(&row.key, &source).await.expect("stored");
    assert_eq!(delete(&archive, &row).await.segments, 1);
    assert!(bucket.head(&row.key).await.expect("answered").is_some());
}

#[tokio::test]
async fn a_segment_that_is_being_uploaded_is_not_gone_before_that_has_ended() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    let (worker, row) = uploading(&mut archive, &proxy).await;
    assert_eq!(delete(&archive, &row).await.segments, 0);
    assert_eq!(archive.segment(row.id).await.expect("it waits").state, SegmentState::Deleting);
    worker.stop().await;
    assert_eq!(bucket.head(&row.key).await.expect("answered"), None, "the object stayed behind");
    assert_eq!(resume_deletions(&archive.footage).await.expect("tried").segments, 1);
    assert_eq!(archive.segment(row.id).await, None);
}

#[tokio::test]
async fn an_upload_that_fails_after_its_segment_was_deleted_is_taken_back() {
    let (mut archive, proxy, bucket) = behind_proxy().await;
    let (worker, row) = uploading(&mut archive, &proxy).await;
    proxy.http(HttpFault::WrongSize);
    assert_eq!(delete(&archive, &row).await.segments, 0);
    worker.stop().await;
    assert_eq!(bucket.head(&row.key).await.expect("answered"), None, "the object stayed behind");
    assert!(!archive.segment(row.id).await.expect("it waits").location.remote);
}
