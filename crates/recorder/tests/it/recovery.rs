//! A process that ends before the catalog has taken its ledger: what it knew is lost, and each
//! second is accounted for all the same.

use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogOptions, LedgerItem, LedgerRow, LedgerWrite};
use nightjar_media::InterruptionCause;
use nightjar_model::{GapCause, StreamName};
use nightjar_recorder::{Footage, ReconcileConfig, Uploading, recover_at_start, sweep};

use crate::archive::{Archive, Came, SEGMENT_SECS};
use crate::support::{GOP, Studio, now, until};

const HOUR: i64 = 3600;

/// What is recorded and not told, as it is found on the disk.
async fn film_untold(archive: &mut Archive) {
    let key = archive.write(Came::Untold).await.row.key;
    archive.touch(&key);
}

async fn assert_accounted_for(archive: &Archive) {
    archive.stop().await;
    assert_swept_clean(archive).await;
}

/// The sweep gives recovered files their checksums.
async fn assert_swept_clean(archive: &Archive) {
    let config = ReconcileConfig { settle: Duration::ZERO, ..ReconcileConfig::default() };
    sweep(&archive.footage, &config).await.expect("swept");
    archive.assert_clean().await;
}

#[tokio::test]
async fn what_was_not_told_before_a_kill_is_put_down_to_the_process() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    // The end of a file holds back the gap behind it and the row of the next file.
    let ending = archive.write(Came::NoRow).await.row.key;
    archive.touch(&ending);
    archive.silence(10);
    film_untold(&mut archive).await;
    archive.silence(5);
    film_untold(&mut archive).await;

    let report = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!((report.recovered, report.adopted, report.holes), (1, 2, 2), "{report:?}");
    let down = GapCause::NodeDown;
    let first = 2 * SEGMENT_SECS;
    let second = first + 10 + SEGMENT_SECS;
    assert_eq!(archive.gaps().await, [(first, Some(first + 10), down), (second, Some(second + 5), down)]);
    let again = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!(again.holes, 0);
    assert_accounted_for(&archive).await;
}

#[tokio::test]
async fn a_gap_that_was_open_is_cut_and_goes_on() {
    let mut archive = Archive::new(None).await;
    archive.record(1).await;
    archive.stop().await;
    archive.silence(10);
    film_untold(&mut archive).await;
    archive.silence(5);
    film_untold(&mut archive).await;
    let report = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!((report.adopted, report.holes), (2, 0), "{report:?}");
    let gaps = archive.gaps().await;
    let stopped = GapCause::ServerStopped;
    let (first, second) = (SEGMENT_SECS, 2 * SEGMENT_SECS + 10);
    let end = second + 5 + SEGMENT_SECS;
    assert_eq!(
        gaps,
        [(first, Some(first + 10), stopped), (second, Some(second + 5), stopped), (end, None, stopped)]
    );
    assert_swept_clean(&archive).await;
}

#[tokio::test]
async fn a_recovery_that_was_cut_off_is_made_up_for_by_the_next() {
    let mut archive = Archive::new(None).await;
    let node = archive.footage.node.clone();
    archive.record(1).await;
    archive.catalog().node_started(&node, archive.end).await.expect("noted");
    let seen = LedgerWrite::NodeSeen { node, at: archive.end };
    archive.catalog().apply(&[seen]).await.expect("noted");
    // The database was away for long. These files got their rows again, and then the power went.
    for _ in 0..3 {
        archive.silence(2 * HOUR);
        archive.record(1).await;
    }
    let report = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!(report.holes, 3, "{report:?}");
    assert_accounted_for(&archive).await;
}

#[tokio::test]
async fn a_step_of_the_clock_is_no_hole() {
    let mut archive = Archive::new(None).await;
    archive.record(3).await;
    let step = archive.gap(-10, GapCause::ClockStep).await;
    assert!(step.end.expect("it is over") < step.start);
    archive.record(3).await;
    // What is looked at begins in the middle of what was recorded twice.
    let overlap = archive.end;
    archive.gap(HOUR - 5, GapCause::CameraUnreachable).await;
    archive.record(1).await;
    assert!(archive.end.plus_micros(-HOUR * 1_000_000) < overlap);
    archive.stop().await;
    let report = recover_at_start(&archive.footage).await.expect("recovered");
    assert_eq!(report.holes, 0, "{report:?}");
}

/// From one end of the ledger to the other.
async fn ledger(catalog: &Catalog, studio: &Studio) -> Vec<LedgerRow> {
    catalog.ledger_rows(studio.camera.id, StreamName::Main, None, 1000).await.expect("answered")
}

#[tokio::test]
async fn cameras_that_came_and_went_while_the_database_was_away_leave_no_hole() {
    let studio = Studio::new(3600).await;
    studio.record().await;
    let mut camera = studio.fake_camera(now());
    camera.frames(GOP * 2);
    until("footage", || async {
        let rows = ledger(&studio.catalog, &studio).await;
        rows.iter().any(|row| matches!(row.item, LedgerItem::Segment { .. })).then_some(())
    })
    .await;
    studio.catalog.close().await;
    for cause in [InterruptionCause::Unreachable, InterruptionCause::Stalled] {
        camera.lose_connection(cause, 5_000);
        camera.frames(GOP * 2);
    }
    camera.flush();
    studio.recorder.stop(Duration::from_secs(1)).await;

    let catalog = Catalog::connect(&studio.url, &CatalogOptions::default()).await.expect("it is back");
    let footage = Footage {
        catalog: catalog.clone(),
        local: studio.tier.clone(),
        remote: None,
        uploading: Uploading::default(),
        status: studio.status.clone(),
        node: studio.node(),
        clock: std::sync::Arc::new(now),
    };
    let report = recover_at_start(&footage).await.expect("recovered");
    assert_eq!((report.recovered, report.adopted), (1, 2), "{report:?}");
    let rows = ledger(&catalog, &studio).await;
    let causes: Vec<_> = rows
        .iter()
        .map(|row| match row.item {
            LedgerItem::Segment { .. } => None,
            LedgerItem::Gap { cause, .. } => Some(cause),
        })
        .collect();
    let down = Some(GapCause::NodeDown);
    assert_eq!(causes[1..], [None, down, None, down, None], "{rows:?}");
    for pair in rows.windows(2) {
        assert_eq!(pair[0].end, Some(pair[1].start), "{rows:?}");
    }
}
