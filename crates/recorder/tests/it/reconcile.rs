//! Recovery at start and the sweep: at most the last fragment is lost, and nothing that may
//! still be worth something is given up.

use std::fs::{self, File};
use std::time::Duration;

use nightjar_model::{GapCause, Location, SegmentState};
use nightjar_recorder::{ReconcileConfig, ReconcileReport, recover_at_start, sweep};
use nightjar_storage::MARKER_NAME;

use crate::archive::{Archive, BEGIN, Came, SEGMENT_SECS};

/// The archive's clock is in the future, so files are as old as a test wants.
fn config() -> ReconcileConfig {
    ReconcileConfig { settle: Duration::ZERO, ..ReconcileConfig::default() }
}

async fn swept(archive: &Archive) -> ReconcileReport {
    sweep(&archive.footage, &config()).await.expect("swept")
}

#[tokio::test]
async fn a_segment_cut_anywhere_loses_at_most_its_last_fragment() {
    // Each cut is a process that was killed, and a restart.
    for cut in (0..24u64).map(|step| step * 1777 + step * step * 53) {
        let mut archive = Archive::new(None).await;
        archive.record(1).await;
        let written = archive.write(Came::Cut(cut)).await;
        let whole = written.fragments.iter().rfind(|(end, _)| *end <= cut);
        let report = recover_at_start(&archive.footage).await.expect("recovered");
        let row = archive.segment(written.row.id).await;
        match whole {
            Some((_, end)) => {
                assert_eq!((report.recovered, report.failed), (1, 0), "cut at {cut}");
                let row = row.expect("it has a row");
                assert_eq!((row.state, row.end), (SegmentState::Finished, *end), "cut at {cut}");
                archive.end = row.end;
            }
            None => {
                assert!(row.is_none_or(|row| row.state == SegmentState::Open), "cut at {cut}");
                archive.end = written.row.start;
            }
        }
        if report.failed == 0 {
            archive.stop().await;
            swept(&archive).await;
            archive.assert_clean().await;
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_step_of_finishing_costs_nothing() {
    let steps = [
        |_| Came::Cut(u64::MAX),
        |_| Came::Tables(1),
        |tail| Came::Tables(tail / 2),
        |tail| Came::Tables(tail - 1),
        |tail| Came::Tables(tail),
        |_| Came::NoRow,
    ];
    for step in steps {
        let mut archive = Archive::new(None).await;
        let tail = archive.write(Came::Whole).await.tail;
        let written = archive.write(step(tail)).await;
        let report = recover_at_start(&archive.footage).await.expect("recovered");
        assert_eq!(report, ReconcileReport { recovered: 1, ..ReconcileReport::default() });
        let row = archive.segment(written.row.id).await.expect("it has a row");
        assert_eq!((row.end, row.frames), (archive.end, 100));
        assert_eq!(row.bytes, written.body + written.tail);
        archive.stop().await;
        assert_eq!(swept(&archive).await.checksums, 1);
        archive.assert_clean().await;
    }
}

#[tokio::test]
async fn a_second_start_finds_nothing_to_do() {
    let mut archive = Archive::new(None).await;
    archive.write(Came::Cut(20_000)).await;
    recover_at_start(&archive.footage).await.expect("recovered");
    let again = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!(again, ReconcileReport::default());
    swept(&archive).await;
    assert_eq!(swept(&archive).await, ReconcileReport::default());
}

#[tokio::test]
async fn a_segment_without_a_frame_is_no_segment() {
    let mut archive = Archive::new(None).await;
    let head = archive.write(Came::Whole).await.fragments[0].0;
    // Some of the first fragment, so: the head and nothing whole.
    let written = archive.write(Came::Cut(head - 1)).await;
    let report = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!(report.empty, 1);
    assert_eq!(archive.segment(written.row.id).await, None);
    assert!(!archive.path(&written.row.key).exists());
}

#[tokio::test]
async fn a_file_from_just_before_the_crash_gets_its_row() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    let old = archive.write(Came::Cut(u64::MAX)).await;
    // The next file was begun, and its row never made it into the catalog.
    let orphan = archive.write(Came::Cut(30_000)).await;
    let dropped = nightjar_catalog::LedgerWrite::SegmentDropped(orphan.row.id);
    archive.catalog().apply(&[dropped]).await.expect("dropped");
    for key in [&old.row.key, &orphan.row.key] {
        archive.touch(key);
    }

    let report = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!((report.recovered, report.adopted), (1, 1), "{report:?}");
    let row = archive.segment(orphan.row.id).await.expect("it has a row");
    assert_eq!((row.start, row.key.as_str()), (orphan.row.start, orphan.row.key.as_str()));
    archive.end = row.end;
    archive.stop().await;
    assert_eq!(swept(&archive).await.checksums, 2);
    archive.assert_clean().await;
    assert_eq!(archive.timeline().await.spans.len(), 1, "it goes on without a break");
}

#[tokio::test]
async fn neighbours_of_a_recording_touch_after_a_crash() {
    let mut archive = Archive::new(None).await;
    for drift in [-327, 327] {
        // Killed before the rotation was told: the file's own clock is a little off.
        let first = archive.write(Came::NoRow).await.row;
        archive.end = archive.end.plus_micros(drift);
        let second = archive.write(Came::Cut(30_000)).await.row;
        let report = recover_at_start(&archive.footage).await.expect("recovered");
        assert_eq!(report.recovered, 2, "{report:?}");
        let first = archive.segment(first.id).await.expect("it has a row");
        assert_eq!(first.end, second.start);
        archive.end = archive.segment(second.id).await.expect("it has a row").end;
    }
}

#[tokio::test]
async fn a_sweep_adopts_a_file_and_the_gap_gives_way() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    let orphan = archive.write(Came::Whole).await;
    archive.record(1).await;
    archive.stop().await;
    // As after a loss of rows: the time is put down to the node.
    let forgotten = [orphan.row.id];
    archive.catalog().forget_segments(&forgotten, GapCause::NodeDown, "test").await.expect("forgotten");
    let (start, end) = (SEGMENT_SECS, 2 * SEGMENT_SECS);
    assert!(archive.gaps().await.contains(&(start, Some(end), GapCause::NodeDown)));

    let report = swept(&archive).await;
    assert_eq!(report.adopted, 1, "{report:?}");
    swept(&archive).await;
    let row = archive.segment(orphan.row.id).await.expect("it has a row");
    assert_eq!(row.blake3, orphan.row.blake3);
    archive.assert_clean().await;
    assert!(!archive.gaps().await.iter().any(|gap| gap.0 == start && gap.1 == Some(end)));
}

#[tokio::test]
async fn a_young_file_is_left_to_the_recorder() {
    let mut archive = Archive::new(None).await;
    let orphan = archive.write(Came::Cut(20_000)).await;
    let dropped = nightjar_catalog::LedgerWrite::SegmentDropped(orphan.row.id);
    archive.catalog().apply(&[dropped]).await.expect("dropped");
    archive.touch(&orphan.row.key);
    archive.advance(Duration::from_secs(60));
    let report = sweep(&archive.footage, &ReconcileConfig::default()).await.expect("swept");
    assert_eq!(report, ReconcileReport::default());
    assert_eq!(fs::metadata(archive.path(&orphan.row.key)).expect("there").len(), 20_000);
}

#[tokio::test]
async fn a_file_that_vanished_from_the_right_volume_becomes_a_gap() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(3).await;
    archive.stop().await;
    fs::remove_file(archive.path(&rows[1].key)).expect("removed");
    let report = swept(&archive).await;
    assert_eq!((report.dangling, report.forgotten), (1, 1));
    assert_eq!(archive.gaps().await[0], (SEGMENT_SECS, Some(2 * SEGMENT_SECS), GapCause::Deleted));
    archive.assert_clean().await;
}

#[tokio::test]
async fn rows_stay_when_the_volume_is_missing_or_another_one() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(3).await;
    let folder = archive.footage.local.root().to_owned();
    fs::remove_dir_all(folder.join(archive.camera.key.as_str())).expect("removed");

    // Unmounted while running: the marker is gone with the footage.
    fs::remove_file(folder.join(MARKER_NAME)).expect("removed");
    let report = swept(&archive).await;
    assert_eq!((report.dangling, report.forgotten), (3, 0));

    // Started with an empty mount point: it gets a marker of its own, younger than the footage.
    archive.footage.local =
        nightjar_storage::LocalTier::open(&folder, &archive.footage.node, archive.footage.now())
            .expect("a tier");
    let report = swept(&archive).await;
    assert_eq!((report.dangling, report.forgotten), (3, 0));
    for row in rows {
        assert_eq!(archive.segment(row.id).await, Some(row));
    }
}

#[tokio::test]
async fn leftovers_go_and_strange_files_stay() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(2).await;
    archive.stop().await;
    // The row of the second says that its only copy is in the bucket.
    let remote = Location { local: false, remote: true };
    archive.catalog().set_location(rows[1].id, remote).await.expect("set");
    let temporary = archive.path(&format!("{}/x.mp4.nightjar-tmp", archive.camera.key));
    fs::write(&temporary, "half").expect("written");
    let strange = archive.path("holiday.mp4");
    fs::write(&strange, vec![7; 5_000]).expect("written");
    let text = archive.path("readme.txt");
    fs::write(&text, "hello").expect("written");

    let report = swept(&archive).await;
    assert_eq!((report.leftovers, report.unknown_files), (2, 1), "{report:?}");
    assert!(!temporary.exists() && !archive.path(&rows[1].key).exists());
    assert!(strange.exists() && text.exists() && archive.path(&rows[0].key).exists());
}

#[tokio::test]
async fn a_file_that_shares_the_name_of_an_object_is_no_leftover() {
    let mut archive = Archive::new(None).await;
    let begin = archive.end;
    let remote = Location { local: false, remote: true };
    let mut files = Vec::new();
    // The clock was set back, and the same minute was recorded twice: with a row, and without.
    for came in [Came::Whole, Came::Untold] {
        let stored = archive.record(1).await.remove(0);
        archive.catalog().set_location(stored.id, remote).await.expect("set");
        fs::remove_file(archive.path(&stored.key)).expect("removed");
        archive.end = if files.is_empty() { begin } else { stored.start };
        let twice = archive.write(came).await.row;
        assert_eq!(twice.key, stored.key);
        files.push(twice);
    }
    let report = swept(&archive).await;
    assert_eq!((report.leftovers, report.adopted, report.dangling), (0, 1, 0), "{report:?}");
    for file in files {
        assert!(archive.path(&file.key).exists(), "{} is gone", file.key);
        assert!(archive.segment(file.id).await.is_some_and(|row| row.location.local));
    }
}

#[tokio::test]
async fn footage_of_an_unknown_camera_stays() {
    let mut archive = Archive::new(None).await;
    let row = archive.record(1).await.remove(0);
    let mut other = Archive::new(None).await;
    let stranger = other.record(1).await.remove(0);
    let target = archive.path("stranger/a.mp4");
    fs::create_dir_all(target.parent().expect("a folder")).expect("made");
    fs::copy(other.path(&stranger.key), &target).expect("copied");
    let report = swept(&archive).await;
    assert_eq!((report.unknown_files, report.adopted), (1, 0));
    assert!(target.exists());
    assert_eq!(archive.segment(row.id).await, Some(row));
}

#[tokio::test]
async fn a_wrong_size_is_reported_and_nothing_is_given_up() {
    let mut archive = Archive::new(None).await;
    let row = archive.record(1).await.remove(0);
    let file = File::options().write(true).open(archive.path(&row.key)).expect("opens");
    file.set_len(row.bytes - 10).expect("cut");
    assert_eq!(swept(&archive).await.wrong_size, 1);
    assert_eq!(archive.segment(row.id).await, Some(row));
}

#[tokio::test]
async fn a_row_whose_disk_lost_what_it_promised_gets_a_gap() {
    let mut archive = Archive::new(None).await;
    let written = archive.write(Came::Cut(30_000)).await;
    // The ledger had been told of more than the disk kept.
    let promised = archive.end.plus_micros(-100_000);
    let progress = nightjar_catalog::LedgerWrite::SegmentProgress {
        id: written.row.id,
        end: promised,
        bytes: written.body,
        media_duration: 1,
        frames: 1,
    };
    archive.catalog().apply(&[progress]).await.expect("noted");
    recover_at_start(&archive.footage).await.expect("recovered");
    archive.end = promised;
    archive.stop().await;
    swept(&archive).await;
    archive.assert_clean().await;
    let row = archive.segment(written.row.id).await.expect("there");
    assert!(row.end < promised && row.start == BEGIN);
}
