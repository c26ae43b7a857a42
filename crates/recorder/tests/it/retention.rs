//! Retention keeps to its limits, survives a crash at each step, and never deletes the only copy
//! of what should stay.

use std::fs;
use std::time::Duration;

use nightjar_catalog::LedgerWrite;
use nightjar_model::{Camera, GapCause, Location, ManagedBy, SegmentState};
use nightjar_recorder::{RetentionConfig, delete_segments, keep_limits};
use nightjar_storage::RemoteTier;

use crate::archive::{Archive, SEGMENT_SECS, bucket_at, s3_endpoint, shared_bucket};
use crate::fault_proxy::{FaultProxy, WireFault};
use crate::uploads::upload_all;

async fn limit(archive: &mut Archive, change: impl FnOnce(&mut Camera)) {
    change(&mut archive.camera);
    archive.catalog().upsert_camera(&archive.camera).await.expect("changed");
}

async fn keep(archive: &Archive) {
    keep_limits(&archive.footage, &RetentionConfig::default()).await.expect("kept");
}

#[tokio::test]
async fn footage_that_is_too_old_goes_and_the_ledger_says_why() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(5).await;
    archive.stop().await;
    limit(&mut archive, |camera| camera.retention_secs = Some(2 * SEGMENT_SECS as u64)).await;
    keep(&archive).await;
    for (number, row) in rows.iter().enumerate() {
        let gone = number < 3;
        assert_eq!(archive.segment(row.id).await.is_none(), gone, "segment {number}");
        assert_eq!(archive.path(&row.key).exists(), !gone, "segment {number}");
    }
    assert_eq!(archive.gaps().await[0], (0, Some(3 * SEGMENT_SECS), GapCause::Retention));
    archive.assert_clean().await;
}

#[tokio::test]
async fn a_camera_with_too_many_bytes_loses_its_oldest() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(5).await;
    archive.stop().await;
    let keep_bytes = rows[3].bytes + rows[4].bytes + 10;
    limit(&mut archive, |camera| camera.retention_bytes = Some(keep_bytes)).await;
    keep(&archive).await;
    assert!(archive.segment(rows[2].id).await.is_none());
    assert!(archive.segment(rows[3].id).await.is_some());
    archive.assert_clean().await;
    keep(&archive).await;
    assert!(archive.segment(rows[3].id).await.is_some(), "what fits stays");
}

#[tokio::test]
async fn the_footage_of_a_deleted_camera_goes_by_its_own_limits() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(5).await;
    archive.stop().await;
    limit(&mut archive, |camera| {
        camera.retention_secs = Some(2 * SEGMENT_SECS as u64);
        camera.managed_by = ManagedBy::Api;
    })
    .await;
    let (org, id) = (archive.camera.org_id, archive.camera.id);
    archive.catalog().delete_camera(org, id, None, archive.footage.now()).await.expect("deleted");
    keep(&archive).await;
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(archive.path(&row.key).exists(), number >= 3, "segment {number}");
    }
}

#[tokio::test]
async fn without_limits_nothing_goes() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(2).await;
    archive.advance(Duration::from_secs(10 * 365 * 86_400));
    keep(&archive).await;
    assert!(archive.segment(rows[0].id).await.is_some());
}

#[tokio::test]
async fn a_deletion_cut_off_at_any_step_is_finished_later() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(4).await;
    archive.stop().await;
    let ids = [rows[0].id, rows[1].id];
    archive.catalog().mark_deleting(&ids).await.expect("marked");
    fs::remove_file(archive.path(&rows[1].key)).expect("removed");
    keep(&archive).await;
    for row in &rows[..2] {
        assert_eq!(archive.segment(row.id).await, None);
        assert!(!archive.path(&row.key).exists());
    }
    assert_eq!(archive.gaps().await[0], (0, Some(2 * SEGMENT_SECS), GapCause::Retention));
    archive.assert_clean().await;
}

#[tokio::test]
async fn deletion_takes_the_object_too_and_waits_for_a_bucket_that_is_gone() {
    let proxy = FaultProxy::start(s3_endpoint()).await;
    let bucket = shared_bucket().await;
    let slow = RemoteTier::new(bucket_at(proxy.url(), &bucket.config().bucket)).expect("valid settings");
    let mut archive = Archive::new(Some(slow)).await;
    let row = archive.record(1).await.remove(0);
    archive.stop().await;
    upload_all(&archive).await;

    proxy.wire(WireFault::Gone);
    let stored = archive.segment(row.id).await.expect("there");
    let deleted =
        delete_segments(&archive.footage, std::slice::from_ref(&stored), GapCause::Deleted, "test").await;
    assert_eq!(deleted.expect("tried").segments, 0);
    let marked = archive.segment(row.id).await.expect("the row stays");
    assert_eq!(marked.state, SegmentState::Deleting);
    assert_eq!(marked.location, Location { local: false, remote: true });
    assert!(!archive.path(&row.key).exists(), "the room on the disk is there at once");

    proxy.heal();
    keep(&archive).await;
    assert_eq!(archive.segment(row.id).await, None);
    assert_eq!(bucket.head(&row.key).await.expect("answered"), None);
}

#[tokio::test]
async fn local_copies_go_after_their_time_and_only_if_the_bucket_has_the_segment() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let rows = archive.record(3).await;
    archive.stop().await;
    upload_all(&archive).await;
    bucket.delete(&rows[2].key).await.expect("deleted");

    archive.advance(Duration::from_secs(59 * 60));
    keep(&archive).await;
    assert!(rows.iter().all(|row| archive.path(&row.key).exists()), "it is too early");

    archive.advance(Duration::from_secs(2 * 60));
    keep(&archive).await;
    for row in &rows[..2] {
        assert!(!archive.path(&row.key).exists());
        let location = archive.segment(row.id).await.expect("there").location;
        assert_eq!(location, Location { local: false, remote: true });
    }
    // The bucket lost this one: it stays, and goes there again.
    let location = archive.segment(rows[2].id).await.expect("there").location;
    assert_eq!(location, Location { local: true, remote: false });
    upload_all(&archive).await;
    assert!(bucket.head(&rows[2].key).await.expect("answered").is_some());
}

#[tokio::test]
async fn an_open_segment_is_never_deleted() {
    let mut archive = Archive::new(None).await;
    let open = archive.write(crate::archive::Came::Cut(20_000)).await;
    archive
        .catalog()
        .apply(&[LedgerWrite::SegmentProgress {
            id: open.row.id,
            end: archive.end,
            bytes: 20_000,
            media_duration: 1,
            frames: 1,
        }])
        .await
        .expect("noted");
    limit(&mut archive, |camera| {
        camera.retention_secs = Some(1);
        camera.retention_bytes = Some(1);
    })
    .await;
    archive.advance(Duration::from_secs(3600));
    keep(&archive).await;
    assert!(archive.path(&open.row.key).exists());
    assert_eq!(archive.segment(open.row.id).await.expect("there").state, SegmentState::Open);
}
