//! A lost database comes back from the files.

use std::fs;

use nightjar_model::{GapCause, OrgId, Segment, Timeline};
use nightjar_recorder::{RebuildOptions, RebuildReport, rebuild, run_uploads};
use nightjar_storage::UploadSource;
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
    assert_eq!((report.segments, report.cameras, report.gaps, report.left_out.count()), (7, 1, 3, 0));
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
    assert_eq!((report.segments, report.finished, report.left_out.count()), (3, 1, 1));
    let row = archive.segment(cut.row.id).await.expect("restored");
    assert_eq!(Some(row.end), cut.fragments.iter().rfind(|(end, _)| *end <= 30_000).map(|(_, end)| *end));
    fs::remove_file(archive.path("holiday.mp4")).expect("removed");
    archive.assert_clean().await;
}

/// Puts other bytes of the same length in the place of the first that are found.
fn tamper(content: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let at = content.windows(from.len()).position(|window| window == from).expect("is there");
    content[at..at + to.len()].copy_from_slice(to);
}

/// The key of the camera in a file, for one of the same length.
fn tamper_with_key(content: &mut [u8], archive: &Archive) -> String {
    let key = archive.camera.key.as_str();
    let other = format!("{}x", &key[..key.len() - 1]);
    tamper(content, key.as_bytes(), other.as_bytes());
    other
}

#[tokio::test]
async fn files_that_were_tampered_with_are_left_out_and_named() {
    let mut archive = Archive::new(None).await;
    archive.record(2).await;
    let bad = archive.record(4).await;
    let [foreign, nameless, future, unreadable] = &bad[..] else { panic!("four were recorded") };
    archive.record(1).await;
    let change = |row: &Segment, with: &dyn Fn(&mut Vec<u8>)| {
        let mut content = fs::read(archive.path(&row.key)).expect("readable");
        with(&mut content);
        fs::write(archive.path(&row.key), content).expect("written");
    };
    let key = archive.camera.key.as_str().as_bytes();
    change(foreign, &|content| drop(tamper_with_key(content, &archive)));
    change(nameless, &|content| tamper(content, key, &vec![b'/'; key.len()]));
    change(future, &|content| {
        let (old, new) = (future.start.micros(), future.start.plus_micros(365 * 86_400_000_000).micros());
        tamper(content, &old.to_be_bytes(), &new.to_be_bytes());
    });
    // A link that leads nowhere in circles can't be read by anybody, not even by root.
    fs::remove_file(archive.path(&unreadable.key)).expect("removed");
    std::os::unix::fs::symlink(archive.path(&unreadable.key), archive.path(&unreadable.key)).expect("linked");
    // Not a name that anything of ours has.
    fs::copy(archive.path(&bad[0].key), archive.footage.local.root().join("back\\slash.mp4"))
        .expect("copied");

    let report = rebuilt(&mut archive, "new", DISK).await;
    assert_eq!((report.segments, report.cameras), (3, 1), "{report:?}");
    assert_eq!(report.left_out.count(), 5, "{report:?}");
    let reason = |key: &str| {
        let found = report.left_out.named().iter().find(|left| left.key == key);
        found.unwrap_or_else(|| panic!("{key} is not named: {report:?}")).reason.clone()
    };
    let foreign = reason(&foreign.key);
    assert!(
        foreign.contains("id of the camera") && foreign.contains(archive.camera.key.as_str()),
        "{foreign}"
    );
    assert!(reason(&nameless.key).contains("not the key of a camera"));
    assert!(reason(&future.key).contains("impossible"), "it ends before it begins");
    assert!(reason(&unreadable.key).contains("can't look at"));
    assert!(reason("back\\slash.mp4").contains("not a valid key"));
    let again = rebuild(&archive.footage, DISK, &mut |_| {}).await.expect("rebuilt");
    assert_eq!((again.segments, again.known, again.left_out.count()), (0, 3, 5));
}

#[tokio::test]
async fn objects_that_were_tampered_with_are_left_out_and_named() {
    let bucket = own_bucket("nightjar-recorder-tampered").await;
    let mut archive = Archive::new(Some(bucket.clone())).await;
    let rows = archive.record(3).await;
    let mut tampered = fs::read(archive.path(&rows[1].key)).expect("readable");
    tamper_with_key(&mut tampered, &archive);
    fs::write(archive.path(&rows[1].key), tampered).expect("written");
    fs::write(archive.path("holiday.mp4"), vec![7; 5_000]).expect("written");
    for key in rows.iter().map(|row| row.key.as_str()).chain(["holiday.mp4"]) {
        let content = fs::read(archive.path(key)).expect("readable");
        let file = archive.footage.local.open_file(key).expect("opens");
        let blake3 = *blake3::hash(&content).as_bytes();
        let source = UploadSource { file, bytes: content.len() as u64, blake3 };
        bucket.upload(key, &source).await.expect("uploaded");
    }
    let report = rebuilt(&mut archive, "bucket", BUCKET).await;
    assert_eq!((report.segments, report.left_out.count()), (2, 2), "{report:?}");
    assert!(report.left_out.named().iter().any(|left| left.key == rows[1].key));
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
