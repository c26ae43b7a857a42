//! The upload queue.

use nightjar_catalog::{LedgerWrite, UploadStats};
use nightjar_model::{Location, NodeId, OrgId};

use crate::database::{TestDatabase, on_both};
use crate::make::{added, at, finished, index, node, open_segment, recorded};

on_both!(
    a_finished_segment_waits_for_its_upload,
    a_failed_upload_waits_longer,
    a_segment_can_be_queued_later,
    a_deleted_segment_leaves_the_queue,
    the_queue_survives_a_restart,
);

async fn a_finished_segment_waits_for_its_upload(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = [open_segment(&camera, at(10)), open_segment(&camera, at(0))].map(|open| {
        let end = open.start.plus_micros(10_000_000);
        finished(&open, end)
    });
    for segment in &segments {
        let write = LedgerWrite::SegmentFinished { segment: segment.clone(), index: index(), upload: true };
        catalog.apply(&[write]).await.expect("is written");
    }
    recorded(&catalog, &camera, 20, 3, 10).await;

    assert_eq!(catalog.next_upload_due(&node()).await, Ok(Some(at(10))), "due from its end on");
    let due = catalog.due_uploads(&node(), at(15), 10).await.expect("are read");
    assert_eq!(due.iter().map(|job| (&job.segment, job.attempts)).collect::<Vec<_>>(), [(&segments[1], 0)]);
    let due = catalog.due_uploads(&node(), at(99), 10).await.expect("are read");
    assert_eq!(due.iter().map(|job| job.segment.start).collect::<Vec<_>>(), [at(0), at(10)]);
    assert!(catalog.due_uploads(&NodeId("other".to_owned()), at(99), 10).await.expect("is read").is_empty());
    let bytes = segments.iter().map(|segment| segment.bytes).sum();
    let stats = UploadStats { pending: 2, bytes, oldest: Some(at(10)), failing: 0 };
    assert_eq!(catalog.upload_stats(&node()).await, Ok(stats));

    catalog.upload_succeeded(segments[0].id, at(50)).await.expect("is noted");
    let row = catalog.segment(OrgId::DEFAULT, segments[0].id).await.expect("is read").expect("is there");
    assert_eq!(row.location, Location { local: true, remote: true });
    assert_eq!(catalog.upload_stats(&node()).await.expect("is read").pending, 1);
    assert!(catalog.local_copies_due(&node(), at(49), 10).await.expect("is read").is_empty());
    assert_eq!(catalog.local_copies_due(&node(), at(50), 10).await, Ok(vec![row]));
}

async fn a_failed_upload_waits_longer(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segment = recorded(&catalog, &camera, 0, 1, 10).await.remove(0);
    catalog.enqueue_upload(segment.id, at(10)).await.expect("is queued");
    for attempt in 1..=3 {
        catalog.upload_failed(segment.id, "503", at(10 + attempt * 5)).await.expect("is noted");
    }
    assert_eq!(catalog.next_upload_due(&node()).await, Ok(Some(at(25))));
    assert!(catalog.due_uploads(&node(), at(24), 10).await.expect("is read").is_empty());
    assert_eq!(catalog.due_uploads(&node(), at(25), 10).await.expect("is read")[0].attempts, 3);
    assert_eq!(catalog.upload_stats(&node()).await.expect("is read").failing, 1);
}

async fn a_segment_can_be_queued_later(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segment = recorded(&catalog, &camera, 0, 1, 10).await.remove(0);
    let open = open_segment(&camera, at(10));
    catalog.apply(&[LedgerWrite::SegmentOpened(open.clone())]).await.expect("is written");
    for id in [segment.id, segment.id, open.id] {
        catalog.enqueue_upload(id, at(70)).await.expect("is queued or left");
    }
    let due = catalog.due_uploads(&node(), at(70), 10).await.expect("are read");
    assert_eq!(due.iter().map(|job| job.segment.id).collect::<Vec<_>>(), [segment.id]);
    catalog.upload_succeeded(segment.id, at(80)).await.expect("is noted");
    catalog.enqueue_upload(segment.id, at(90)).await.expect("is there already");
    assert_eq!(catalog.next_upload_due(&node()).await, Ok(None));
}

async fn a_deleted_segment_leaves_the_queue(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segments = recorded(&catalog, &camera, 0, 2, 10).await;
    for segment in &segments {
        catalog.enqueue_upload(segment.id, at(20)).await.expect("is queued");
    }
    catalog.mark_deleting(&[segments[0].id]).await.expect("is marked");
    assert_eq!(catalog.upload_stats(&node()).await.expect("is read").pending, 1);
    let cause = nightjar_model::GapCause::Deleted;
    catalog.forget_segments(&[segments[1].id], cause, "").await.expect("is forgotten");
    assert_eq!(catalog.upload_stats(&node()).await, Ok(UploadStats::default()));
}

async fn the_queue_survives_a_restart(database: TestDatabase) {
    let catalog = database.open().await;
    let camera = added(&catalog, "front").await;
    let segment = recorded(&catalog, &camera, 0, 1, 10).await.remove(0);
    catalog.enqueue_upload(segment.id, at(10)).await.expect("is queued");
    catalog.close().await;
    assert!(catalog.ping().await.is_err());
    let catalog = database.open().await;
    assert_eq!(catalog.due_uploads(&node(), at(10), 9).await.expect("are read")[0].segment, segment);
}
