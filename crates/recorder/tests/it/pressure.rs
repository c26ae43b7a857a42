//! When the spool volume fills up: what goes first, and when recording pauses.

use std::fs;

use nightjar_model::{GapCause, SegmentState};
use nightjar_recorder::{Gauge, PressureConfig, Room};
use nightjar_storage::{DiskUsage, MARKER_NAME, RemoteTier};
use tokio::sync::watch;

use crate::archive::{Archive, Came, SEGMENT_SECS, bucket_at, s3_endpoint, shared_bucket};
use crate::bucket::RefusingBucket;
use crate::fault_proxy::{FaultProxy, WireFault};
use crate::uploads::upload_all;

/// A volume that has room for so many bytes.
fn volume(bytes: u64) -> PressureConfig {
    PressureConfig { max_bytes: Some(bytes), ..PressureConfig::default() }
}

async fn look(archive: &Archive, config: PressureConfig, room: &watch::Sender<Room>) {
    // The disk itself is empty, whatever else is on the one that the test runs on.
    let disk = DiskUsage { total: u64::MAX, free: u64::MAX };
    Gauge::with_volume(config, disk).look(&archive.footage, room).await.expect("looked");
}

#[tokio::test]
async fn with_room_enough_nothing_goes() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(3).await;
    let room = watch::Sender::new(Room::Available);
    let used: u64 = rows.iter().map(|row| row.bytes).sum();
    look(&archive, volume(used * 100 / 89), &room).await;
    assert!(rows.iter().all(|row| archive.path(&row.key).exists()));
    assert_eq!(*room.borrow(), Room::Available);
    let status = archive.footage.status.storage();
    assert_eq!((status.volume_bytes, status.volume_bytes - status.free_bytes), (used * 100 / 89, used));
}

#[tokio::test]
async fn copies_of_what_is_in_the_bucket_go_before_any_footage() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket)).await;
    // The oldest is not in the bucket, the next three are.
    let remote = archive.footage.remote.take();
    let mut rows = archive.record(1).await;
    archive.footage.remote = remote;
    rows.extend(archive.record(3).await);
    archive.stop().await;
    upload_all(&archive).await;
    let used: u64 = rows.iter().map(|row| row.bytes).sum();

    // Room for a bit less than three segments under the low mark.
    let room = watch::Sender::new(Room::Available);
    look(&archive, volume(used * 80 / 100), &room).await;
    let here: Vec<bool> = rows.iter().map(|row| archive.path(&row.key).exists()).collect();
    assert_eq!(here, [true, false, false, true]);
    for row in &rows {
        assert!(archive.segment(row.id).await.is_some(), "no footage was lost");
    }

    // Room for half a segment: now footage goes, the oldest first, with an entry in the ledger.
    look(&archive, volume(rows[0].bytes / 2), &room).await;
    assert_eq!(archive.segment(rows[0].id).await, None);
    assert!(archive.segment(rows[3].id).await.is_some_and(|row| row.location.remote && !row.location.local));
    assert_eq!(archive.gaps().await[0], (0, Some(SEGMENT_SECS), GapCause::Retention));
    assert_eq!(*room.borrow(), Room::Available);
}

/// Each answer may take half a minute, and the disk goes on filling.
#[tokio::test]
async fn a_bucket_that_is_away_keeps_no_room_from_being_made() {
    let bucket = shared_bucket().await;
    let mut archive = Archive::new(Some(bucket)).await;
    let stored = archive.record(30).await;
    upload_all(&archive).await;
    let away = RefusingBucket::start().await;
    archive.footage.remote = Some(away.tier.clone());
    let waiting = archive.record(30).await;
    archive.stop().await;

    // Room for ten segments of sixty.
    let room = watch::Sender::new(Room::Available);
    let each = stored[0].bytes;
    look(&archive, volume(each * 11), &room).await;
    let asked = away.asked();
    assert!((1..20).contains(&asked), "{asked} requests");
    assert_eq!(*room.borrow(), Room::Available);
    for row in &stored {
        assert!(!archive.path(&row.key).exists(), "it is in the bucket");
        assert!(archive.segment(row.id).await.is_some_and(|row| row.state == SegmentState::Finished));
    }
    assert!(!archive.path(&waiting[0].key).exists() && archive.path(&waiting[29].key).exists());
}

#[tokio::test]
async fn room_is_told_as_soon_as_there_is_some() {
    let bucket = shared_bucket().await;
    let proxy = FaultProxy::start(s3_endpoint()).await;
    let slow = RemoteTier::new(bucket_at(proxy.url(), &bucket.config().bucket)).expect("valid settings");
    let mut archive = Archive::new(Some(slow)).await;
    archive.frame_bytes = 20;
    let rows = archive.record(60).await;
    archive.stop().await;
    upload_all(&archive).await;

    let used: u64 = rows.iter().map(|row| row.bytes).sum();
    let config = PressureConfig { low: 0.1, resume: 0.8, ..volume(used) };
    let room = watch::Sender::new(Room::Full);
    let mut told = room.subscribe();
    proxy.wire(WireFault::Slow { bytes_per_second: 10_000 });
    tokio::select! {
        biased;
        told = told.wait_for(|room| *room == Room::Available) => drop(told.expect("it is watched")),
        () = look(&archive, config, &room) => panic!("it was told only when all was done"),
    }
    assert!(archive.path(&rows[50].key).exists(), "there is more to be done");
}

#[tokio::test]
async fn recording_pauses_when_nothing_can_go_and_resumes_by_itself() {
    let mut archive = Archive::new(None).await;
    let old = archive.record(1).await.remove(0);
    let open = archive.write(Came::Cut(u64::MAX)).await;
    let room = watch::Sender::new(Room::Available);
    let size = fs::metadata(archive.path(&open.row.key)).expect("there").len();

    let full = volume(size * 100 / 98);
    look(&archive, full.clone(), &room).await;
    assert_eq!(archive.segment(old.id).await, None, "the old went first");
    assert_eq!(*room.borrow(), Room::Full);
    assert!(archive.path(&open.row.key).exists(), "what is being written stays");

    // A little room is not enough to begin again, or it would go back and forth.
    let file = fs::File::options().write(true).open(archive.path(&open.row.key)).expect("opens");
    file.set_len(size * 98 / 100).expect("cut");
    look(&archive, full.clone(), &room).await;
    assert_eq!(*room.borrow(), Room::Full);

    file.set_len(size * 80 / 100).expect("cut");
    look(&archive, full, &room).await;
    assert_eq!(*room.borrow(), Room::Available);
}

#[tokio::test]
async fn recording_pauses_when_the_volume_is_gone() {
    let archive = Archive::new(None).await;
    let room = watch::Sender::new(Room::Available);
    let marker = archive.footage.local.root().join(MARKER_NAME);
    let text = fs::read(&marker).expect("there");
    fs::remove_file(&marker).expect("removed");
    look(&archive, PressureConfig::default(), &room).await;
    assert_eq!(*room.borrow(), Room::Full);

    fs::write(&marker, text).expect("written");
    look(&archive, PressureConfig::default(), &room).await;
    assert_eq!(*room.borrow(), Room::Available, "it is mounted again");
}
