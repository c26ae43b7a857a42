//! A lost database comes back from the files.

use std::fs;

use nightjar_model::{GapCause, OrgId, Timeline};
use nightjar_recorder::{RebuildOptions, RebuildReport, rebuild, run_uploads};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::archive::{Archive, Came, connect, own_bucket};
use crate::support::until;
use crate::uploads::quick;

const DISK: RebuildOptions = RebuildOptions { local: true, remote: false };
const BUCKET: RebuildOptions = RebuildOptions { local: false, remote: true };
const BOTH: RebuildOptions = RebuildOptions { local: true, remote: true };

/// Three spans with two gaps between them and one at the end.
async fn film(archive: &mut Archive) -> Timeline {
    archive.record(3).await;
    archive.gap(10, GapCause::CameraUnreachable).await;
    archive.record(2).await;
    archive.gap(7, GapCause::DiskFull).await;
    archive.record(2).await;
    archive.stop().await;
    archive.timeline().await
}

async fn rebuilt(archive: &mut Archive, name: &str, options: RebuildOptions) -> RebuildReport {
    archive.footage.catalog = connect(&archive.folder, name).await;
    let report = rebuild(&archive.footage, options, &mut |_| {}).await.expect("rebuilt");
    let key = &archive.camera.key;
    let camera = archive.catalog().camera_by_key(archive.camera.org_id, key).await.expect("answered");
    let camera = camera.expect("it is restored");
    assert_eq!(camera.id, archive.camera.id, "it has the id that its files name");
    assert!(!camera.wants_recording(), "nobody knows where it is");
    report
}

fn assert_same(before: &Timeline, after: &Timeline) {
    assert_eq!(before.spans, after.spans);
    let times =
        |timeline: &Timeline| -> Vec<_> { timeline.gaps.iter().map(|gap| (gap.start, gap.end)).collect() };
    assert_eq!(times(before), times(after));
    assert!(after.gaps.iter().all(|gap| gap.cause == GapCause::NodeDown && gap.details.contains("restored")));
}

#[tokio::test]
async fn the_timeline_comes_back_from_the_disk() {
    let mut archive = Archive::new(None).await;
    let before = film(&mut archive).await;
    let rows = archive.catalog().segments_after(None, 100).await.expect("answered");
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let indexes = archive.catalog().indexes(&ids).await.expect("answered");

    let report = rebuilt(&mut archive, "new", DISK).await;
    assert_eq!((report.segments, report.cameras, report.gaps, report.skipped), (7, 1, 3, 0));
    assert_same(&before, &archive.timeline().await);
    assert_eq!(archive.catalog().segments_after(None, 100).await.expect("answered"), rows);
    assert_eq!(archive.catalog().indexes(&ids).await.expect("answered"), indexes);
    archive.assert_clean().await;
}

#[tokio::test]
async fn footage_comes_back_to_its_organization() {
    let org = OrgId(Uuid::now_v7());
    let mut archive = Archive::of(org, None).await;
    let before = film(&mut archive).await;
    let report = rebuilt(&mut archive, "new", DISK).await;
    assert_eq!((report.segments, report.cameras, report.gaps), (7, 1, 3));
    assert_same(&before, &archive.timeline().await);
    let organization = archive.catalog().organization(org).await.expect("answered").expect("made anew");
    assert_eq!(organization.name, format!("Restored {org}"));
    let rows = archive.catalog().segments_after(None, 100).await.expect("answered");
    assert!(rows.iter().all(|row| row.org_id == org), "{rows:?}");
    archive.assert_clean().await;
}

#[tokio::test]
async fn a_rebuild_can_be_repeated_and_changes_nothing() {
    let mut archive = Archive::new(None).await;
    let before = film(&mut archive).await;
    rebuilt(&mut archive, "new", DISK).await;
    let again = rebuild(&archive.footage, DISK, &mut |_| {}).await.expect("rebuilt");
    assert_eq!((again.segments, again.known, again.cameras, again.gaps), (0, 7, 0, 0));
    assert_same(&before, &archive.timeline().await);
}

#[tokio::test]
async fn an_unfinished_file_is_finished_and_a_strange_one_left_out() {
    let mut archive = Archive::new(None).await;
    archive.record(2).await;
    let cut = archive.write(Came::Cut(30_000)).await;
    fs::write(archive.path("holiday.mp4"), vec![7; 5_000]).expect("written");
    let report = rebuilt(&mut archive, "new", DISK).await;
    assert_eq!((report.segments, report.finished, report.skipped), (3, 1, 1));
    let row = archive.segment(cut.row.id).await.expect("restored");
    assert_eq!(Some(row.end), cut.fragments.iter().rfind(|(end, _)| *end <= 30_000).map(|(_, end)| *end));
    fs::remove_file(archive.path("holiday.mp4")).expect("removed");
    archive.assert_clean().await;
}

#[tokio::test]
async fn the_timeline_comes_back_from_the_bucket_alone() {
    let bucket = own_bucket("nightjar-recorder-rebuild").await;
    let mut archive = Archive::new(Some(bucket)).await;
    let before = film(&mut archive).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(run_uploads(archive.footage.clone(), quick(), stop.clone()));
    until("all uploads", || async {
        let stats = archive.catalog().upload_stats(&archive.footage.node).await.expect("answered");
        (stats.pending == 0).then_some(())
    })
    .await;
    stop.cancel();
    worker.await.expect("no panic");

    let report = rebuilt(&mut archive, "both", BOTH).await;
    assert_eq!((report.segments, report.known, report.gaps), (7, 7, 3));
    assert_same(&before, &archive.timeline().await);
    archive.assert_clean().await;

    fs::remove_dir_all(archive.path(archive.camera.key.as_str())).expect("removed");
    let report = rebuilt(&mut archive, "bucket", BUCKET).await;
    assert_eq!((report.segments, report.known, report.gaps), (7, 0, 3));
    assert_same(&before, &archive.timeline().await);
    archive.assert_clean().await;
}
