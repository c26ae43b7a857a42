//! Footage that somebody wants deleted goes, and nothing else; each second of it is in the ledger,
//! whatever happens on the way.

use std::time::Duration;

use nightjar_catalog::LedgerWrite;
use nightjar_media::WallTime;
use nightjar_model::{GapCause, ManagedBy, Purge, PurgeId, SegmentId, SegmentState};
use nightjar_recorder::{
    Footage, RetentionConfig, carry_out_purges, delete_segments, keep_limits, resume_deletions, run_purges,
};
use nightjar_storage::RemoteTier;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::archive::{Archive, BEGIN, Came, SEGMENT_SECS, bucket_at, s3_endpoint, shared_bucket};
use crate::bucket::RefusingBucket;
use crate::fault_proxy::{FaultProxy, WireFault};
use crate::support::until;
use crate::uploads::upload_all;

/// So many segments after the beginning.
fn segments(count: i64) -> WallTime {
    BEGIN.plus_micros(count * SEGMENT_SECS * 1_000_000)
}

async fn ask(archive: &Archive, from: Option<WallTime>, to: Option<WallTime>) -> Purge {
    ask_for(archive, None, from, to).await
}

async fn ask_for(
    archive: &Archive,
    segment_id: Option<SegmentId>,
    from: Option<WallTime>,
    to: Option<WallTime>,
) -> Purge {
    let purge = Purge {
        id: PurgeId(Uuid::now_v7()),
        org_id: archive.camera.org_id,
        camera_id: archive.camera.id,
        segment_id,
        from,
        to,
        requested_at: archive.footage.now(),
        requested_by: "ada".to_owned(),
        found_segments: 0,
        found_bytes: 0,
        segments: 0,
        bytes: 0,
        finished_at: None,
    };
    archive.catalog().start_purge(&purge).await.expect("noted").expect("not one too many")
}

/// How far the last one is.
async fn last(archive: &Archive) -> Purge {
    let camera = &archive.camera;
    archive.catalog().purges(camera.org_id, camera.id).await.expect("answered").remove(0)
}

async fn carry_out(archive: &Archive) -> bool {
    carry_out_purges(&archive.footage).await.expect("tried")
}

#[tokio::test]
async fn whole_files_of_the_range_go_and_the_ledger_says_why() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(6).await;
    archive.stop().await;
    ask(&archive, Some(segments(1)), Some(segments(4).plus_micros(1_500_000))).await;
    assert!(carry_out(&archive).await);
    for (number, row) in rows.iter().enumerate() {
        let gone = (1..4).contains(&number);
        assert_eq!(archive.segment(row.id).await.is_none(), gone, "segment {number}");
        assert_eq!(archive.path(&row.key).exists(), !gone, "segment {number}");
    }
    assert_eq!(archive.gaps().await[0], (SEGMENT_SECS, Some(4 * SEGMENT_SECS), GapCause::Deleted));
    let done = last(&archive).await;
    let bytes = rows[1..4].iter().map(|row| row.bytes).sum();
    assert_eq!((done.segments, done.bytes, done.finished_at.is_some()), (3, bytes, true));
    archive.assert_clean().await;
}

#[tokio::test]
async fn many_files_go_in_batches_and_are_all_accounted_for() {
    let mut archive = Archive::new(None).await;
    archive.frame_bytes = 20;
    let rows = archive.record(450).await;
    archive.stop().await;
    let asked = ask(&archive, None, Some(segments(450))).await;
    assert_eq!(asked.found_segments, 450);
    assert!(carry_out(&archive).await);
    let done = last(&archive).await;
    assert_eq!((done.segments, done.bytes), (450, asked.found_bytes));
    assert_eq!(archive.gaps().await[0], (0, Some(450 * SEGMENT_SECS), GapCause::Deleted));
    assert!(rows.iter().all(|row| !archive.path(&row.key).exists()));
    archive.assert_clean().await;
}

#[tokio::test]
async fn the_file_that_is_being_written_is_left_alone() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(2).await;
    let open = archive.write(Came::Cut(20_000)).await;
    let progress = LedgerWrite::SegmentProgress {
        id: open.row.id,
        end: archive.end,
        bytes: 20_000,
        media_duration: 1,
        frames: 1,
    };
    archive.catalog().apply(&[progress]).await.expect("noted");
    ask(&archive, None, Some(segments(2))).await;
    assert!(carry_out(&archive).await);
    assert!(rows.iter().all(|row| !archive.path(&row.key).exists()));
    assert!(archive.path(&open.row.key).exists());
    assert_eq!(archive.segment(open.row.id).await.expect("there").state, SegmentState::Open);
}

#[tokio::test]
async fn of_a_deleted_camera_all_goes() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(3).await;
    archive.stop().await;
    archive.camera.managed_by = ManagedBy::Api;
    archive.catalog().upsert_camera(&archive.camera).await.expect("changed");
    let (org, id) = (archive.camera.org_id, archive.camera.id);
    archive.catalog().delete_camera(org, id, None, archive.footage.now()).await.expect("deleted");
    ask(&archive, None, None).await;
    assert!(!carry_out(&archive).await, "its last file may not be in the catalog yet");
    archive.advance(Duration::from_secs(5));
    assert!(carry_out(&archive).await);
    assert!(rows.iter().all(|row| !archive.path(&row.key).exists()));
    let usage = archive.catalog().usage(org).await.expect("answered")[0];
    assert_eq!((usage.segments, usage.bytes), (0, 0));
}

#[tokio::test]
async fn objects_go_too_and_what_waits_for_its_upload_never_gets_there() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let mut rows = archive.record(2).await;
    upload_all(&archive).await;
    rows.extend(archive.record(2).await);
    archive.stop().await;
    ask(&archive, None, Some(segments(4))).await;
    assert!(carry_out(&archive).await);
    let waiting = archive.catalog().upload_stats(&archive.footage.node).await.expect("answered");
    assert_eq!(waiting.pending, 0);
    for row in &rows {
        assert_eq!(bucket.head(&row.key).await.expect("answered"), None);
        assert!(!archive.path(&row.key).exists());
    }
    assert_eq!(archive.gaps().await[0], (0, Some(4 * SEGMENT_SECS), GapCause::Deleted));
}

#[tokio::test]
async fn a_bucket_that_is_away_is_waited_for_over_a_restart_too() {
    let bucket = shared_bucket().await;
    let proxy = FaultProxy::start(s3_endpoint()).await;
    let slow = RemoteTier::new(bucket_at(proxy.url(), &bucket.config().bucket)).expect("valid settings");
    let mut archive = Archive::new(Some(slow)).await;
    let rows = archive.record(6).await;
    archive.stop().await;
    upload_all(&archive).await;

    proxy.wire(WireFault::Gone);
    ask(&archive, None, Some(segments(5))).await;
    assert!(!carry_out(&archive).await);
    let waiting = last(&archive).await;
    assert_eq!((waiting.segments, waiting.finished_at), (0, None));
    for row in &rows[..5] {
        assert!(!archive.path(&row.key).exists(), "the room on the disk is there at once");
        assert_eq!(archive.segment(row.id).await.expect("waits").state, SegmentState::Deleting);
    }
    // Retention takes marked ones up as well: that does not make them its own.
    keep_limits(&archive.footage, &RetentionConfig::default()).await.expect("tried");

    proxy.heal();
    // All that a new process knows is in the catalog.
    resume_deletions(&archive.footage).await.expect("resumed");
    let stop = CancellationToken::new();
    let worker = tokio::spawn(run_purges(archive.footage.clone(), stop.clone()));
    until("the end", || async { last(&archive).await.finished_at.map(drop) }).await;
    stop.cancel();
    worker.await.expect("no panic");
    assert_eq!(last(&archive).await.segments, 5);
    for row in &rows[..5] {
        assert_eq!(bucket.head(&row.key).await.expect("answered"), None);
    }
    assert!(bucket.head(&rows[5].key).await.expect("answered").is_some());
    assert_eq!(archive.gaps().await[0], (0, Some(5 * SEGMENT_SECS), GapCause::Deleted));
}

#[tokio::test]
async fn what_is_asked_for_while_others_are_deleted_is_told_from_them() {
    let proxy = FaultProxy::start(s3_endpoint()).await;
    let bucket = bucket_at(proxy.url(), &shared_bucket().await.config().bucket);
    let mut archive = Archive::new(Some(RemoteTier::new(bucket).expect("valid settings"))).await;
    archive.frame_bytes = 20;
    // More than are taken up in one go.
    let rows = archive.record(201).await;
    archive.stop().await;
    let by_rule: Vec<SegmentId> = rows[..200].iter().map(|row| row.id).collect();
    archive.catalog().mark_deleting(&by_rule).await.expect("marked");

    proxy.wire(WireFault::Slow { bytes_per_second: 400 });
    let footage = archive.footage.clone();
    let resuming = tokio::spawn(async move { resume_deletions(&footage).await });
    until("the first deletion", || async { (!archive.path(&rows[0].key).exists()).then_some(()) }).await;
    ask_for(&archive, Some(rows[200].id), None, None).await;
    assert!(archive.path(&rows[199].key).exists(), "the others are under way");
    proxy.heal();
    assert_eq!(resuming.await.expect("no panic").expect("resumed").segments, 201);

    let (end, whole) = (200 * SEGMENT_SECS, 201 * SEGMENT_SECS);
    let gaps = archive.gaps().await;
    assert_eq!(gaps[..2], [(0, Some(end), GapCause::Retention), (end, Some(whole), GapCause::Deleted)]);
    assert_eq!(last(&archive).await.segments, 1);
}

#[tokio::test]
async fn a_crash_at_any_step_changes_nothing_of_the_end() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(4).await;
    archive.stop().await;
    ask(&archive, None, Some(segments(3))).await;
    let ids = [rows[0].id, rows[1].id];
    archive.catalog().mark_deleting(&ids).await.expect("marked");
    std::fs::remove_file(archive.path(&rows[1].key)).expect("removed");
    assert!(carry_out(&archive).await);
    assert_eq!(last(&archive).await.segments, 3, "each is counted once");
    assert_eq!(archive.gaps().await[0], (0, Some(3 * SEGMENT_SECS), GapCause::Deleted));
    archive.assert_clean().await;
}

#[tokio::test]
async fn the_worker_begins_when_it_is_asked() {
    let mut archive = Archive::new(None).await;
    archive.record(3).await;
    archive.stop().await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(run_purges(archive.footage.clone(), stop.clone()));
    tokio::time::sleep(Duration::from_millis(50)).await;
    ask(&archive, None, Some(segments(2))).await;
    until("the end", || async { last(&archive).await.finished_at.map(drop) }).await;
    stop.cancel();
    worker.await.expect("no panic");
}

/// Each answer may take half a minute: asking for each of a hundred thousand would take weeks.
#[tokio::test]
async fn a_bucket_that_is_away_is_asked_a_few_times_only() {
    let mut archive = Archive::new(Some(shared_bucket().await)).await;
    archive.frame_bytes = 20;
    let rows = archive.record(30).await;
    upload_all(&archive).await;
    let mut stored = Vec::new();
    for row in &rows {
        stored.push(archive.segment(row.id).await.expect("there"));
    }
    let away = RefusingBucket::start().await;
    let footage = Footage { remote: Some(away.tier.clone()), ..archive.footage.clone() };
    let deleted = delete_segments(&footage, &stored, GapCause::Deleted, "test").await;
    assert_eq!(deleted.expect("tried").segments, 0);
    let asked = away.asked();
    assert!((1..30).contains(&asked), "{asked} requests");
    assert!(rows.iter().all(|row| !archive.path(&row.key).exists()));
}
