//! The check of all promises finds each way in which they can be broken.

use std::fs;

use nightjar_catalog::LedgerWrite;
use nightjar_model::{GapCause, Location};
use nightjar_recorder::{Problem, Stage, VerifyOptions, run_uploads, verify};
use tokio_util::sync::CancellationToken;

use crate::archive::{Archive, Came, own_bucket};
use crate::support::until;
use crate::uploads::quick;

#[tokio::test]
async fn footage_in_order_is_clean_and_counted() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(3).await;
    archive.gap(10, GapCause::CameraUnreachable).await;
    archive.record(2).await;
    archive.stop().await;
    let mut stages = Vec::new();
    let options = VerifyOptions { deep: true, ..VerifyOptions::default() };
    let report = verify(&archive.footage, options, &mut |progress| stages.push(progress.stage)).await;
    let report = report.expect("verified");
    assert!(report.is_clean(), "{}", report.render());
    assert_eq!((report.cameras, report.segments, report.gaps, report.files), (1, 5, 2, 5));
    assert!(report.bytes_read >= rows.iter().map(|row| row.bytes).sum());
    for stage in [Stage::Ledger, Stage::Files, Stage::Content] {
        assert!(stages.contains(&stage), "{stage:?} is missing");
    }
}

#[tokio::test]
async fn a_segment_that_is_being_written_is_in_order() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    archive.write(Came::Cut(20_000)).await;
    archive.assert_clean().await;
}

#[tokio::test]
async fn a_time_of_which_nothing_is_known_is_found() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    archive.end = archive.end.plus_micros(2_500_000);
    archive.record(1).await;
    archive.stop().await;
    let report = archive.verify(false).await;
    assert_eq!(report.problem_count, 1);
    let text = report.render();
    assert!(text.contains("nothing is known about 2027-01-15T08:00:04.000Z"), "{text}");
    assert!(text.contains("(2500 ms)"), "{text}");
}

#[tokio::test]
async fn a_ledger_that_just_ends_is_found() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    archive.advance(std::time::Duration::from_secs(5));
    assert!(matches!(archive.verify(false).await.problems[..], [Problem::Tiling { .. }]));
}

#[tokio::test]
async fn a_time_that_is_claimed_twice_is_found_unless_the_clock_stepped_back() {
    let mut archive = Archive::new(None).await;
    archive.record(2).await;
    let (before, step) = (archive.end, 3_000_000);
    archive.end = archive.end.plus_micros(-step);
    archive.record(2).await;
    archive.stop().await;
    assert!(matches!(archive.verify(false).await.problems[..], [Problem::Tiling { .. }]));

    let mut entry = archive.stop().await;
    (entry.start, entry.end) = (before, Some(before.plus_micros(-step)));
    entry.cause = GapCause::ClockStep;
    // The gap above was opened twice; close one of them where it began.
    archive.catalog().insert_restored(&[], &[entry]).await.expect("noted");
    let report = archive.verify(false).await;
    assert!(report.is_clean(), "{}", report.render());
}

#[tokio::test]
async fn what_is_wrong_on_the_disk_is_found() {
    let mut archive = Archive::new(None).await;
    let rows = archive.record(6).await;
    archive.stop().await;
    fs::remove_file(archive.path(&rows[0].key)).expect("removed");
    fs::copy(archive.path(&rows[1].key), archive.path("copy.mp4")).expect("copied");
    let file = fs::File::options().append(true).open(archive.path(&rows[2].key)).expect("opens");
    file.set_len(rows[2].bytes + 1).expect("grown");
    // Of the same size: only reading everything finds these.
    archive.damage(&rows[3].key, rows[3].bytes / 2);
    archive.damage(&rows[4].key, rows[4].bytes - 20);
    let nowhere = Location { local: false, remote: false };
    archive.catalog().set_location(rows[5].id, nowhere).await.expect("set");

    let shallow = archive.verify(false).await;
    let key = |index: usize| rows[index].key.clone();
    let expected = [
        Problem::MissingFile(key(0)),
        Problem::FileWithoutRow("copy.mp4".to_owned()),
        Problem::FileSize { key: key(2), expected: rows[2].bytes, found: rows[2].bytes + 1 },
        Problem::Nowhere(key(5)),
    ];
    for problem in &expected {
        assert!(shallow.problems.contains(problem), "{problem} is missing in\n{}", shallow.render());
    }
    assert_eq!(shallow.problem_count, expected.len() as u64, "{}", shallow.render());

    let deep = archive.verify(true).await;
    for index in [3, 4] {
        let problem = Problem::Checksum { key: key(index), remote: false };
        assert!(deep.problems.contains(&problem), "{problem} is missing in\n{}", deep.render());
    }
    let damaged = |problem: &Problem| matches!(problem, Problem::Damaged { key, .. } if *key == rows[4].key);
    assert!(deep.problems.iter().any(damaged), "{}", deep.render());
}

#[tokio::test]
async fn what_is_wrong_in_the_bucket_is_found() {
    let bucket = own_bucket("nightjar-recorder-verify").await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let rows = archive.record(4).await;
    archive.stop().await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(run_uploads(archive.footage.clone(), quick(), stop.clone()));
    until("all uploads", || async {
        let stats = archive.catalog().upload_stats(&archive.footage.node).await.expect("answered");
        (stats.pending == 0).then_some(())
    })
    .await;
    stop.cancel();
    worker.await.expect("no panic");
    archive.assert_clean().await;

    bucket.delete(&rows[0].key).await.expect("deleted");
    let source = |index: usize| nightjar_storage::UploadSource {
        file: archive.footage.local.open_file(&rows[index].key).expect("there"),
        bytes: rows[index].bytes,
        blake3: rows[index].blake3.expect("known"),
    };
    bucket.upload("other.mp4", &source(1)).await.expect("stored");
    bucket.delete(&rows[2].key).await.expect("deleted");
    bucket.upload(&rows[2].key, &source(3)).await.expect("stored another one in its place");

    let report = archive.verify(true).await;
    let expected = [
        Problem::MissingObject(rows[0].key.clone()),
        Problem::ObjectWithoutRow("other.mp4".to_owned()),
        Problem::Checksum { key: rows[2].key.clone(), remote: true },
    ];
    for problem in &expected {
        assert!(report.problems.contains(problem), "{problem} is missing in\n{}", report.render());
    }
}

#[tokio::test]
async fn a_gap_that_ends_before_it_starts_is_found() {
    let mut archive = Archive::new(None).await;
    archive.record(2).await;
    let mut gap = archive.stop().await;
    (gap.end, gap.id) =
        (Some(gap.start.plus_micros(-1_000_000)), nightjar_model::GapId(uuid::Uuid::now_v7()));
    archive.catalog().apply(&[LedgerWrite::GapRecorded(gap)]).await.expect("noted");
    assert!(!archive.verify(false).await.is_clean());
}
