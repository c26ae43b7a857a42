//! A range as one file.

use futures::TryStreamExt;
use nightjar_model::RecordingId;
use uuid::Uuid;

use crate::studio::{Studio, at, fragments};
use crate::support::{bytes, collect, decoded_frames, service, start};

#[tokio::test]
async fn a_range_over_segments_and_a_gap_is_one_file_of_the_promised_length() {
    let studio = Studio::new().await;
    studio.record(0, 40, 20).await;
    studio.record(600, 20, 20).await;
    let service = service(&studio);
    let now = at(1_000);
    let session = start(&service, &studio, at(10), Some(at(610)), now).await.expect("footage");
    let file = service.download(session.id, now).await.expect("a file");
    assert_eq!(file.name, "front-door_2026-11-20T12-00-10Z.mp4");
    let promised = file.len();
    let blocks: Vec<bytes::Bytes> = file.stream().try_collect().await.expect("readable");
    let whole = blocks.concat();
    assert_eq!(whole.len() as u64, promised);
    assert_eq!(decoded_frames(&whole), 40 * 25, "30 s before the gap and 10 s after it");
}

#[tokio::test]
async fn what_is_being_written_is_downloaded_as_far_as_it_is() {
    let studio = Studio::new().await;
    let fragments = fragments(0, 20);
    let mut writing = studio.open(RecordingId(Uuid::now_v7()), &fragments).await;
    writing.add(&fragments[..20]);
    let service = service(&studio);
    let session = start(&service, &studio, at(0), None, at(11)).await.expect("footage");
    let file = service.download(session.id, at(11)).await.expect("a file");
    let blocks: Vec<bytes::Bytes> = file.stream().try_collect().await.expect("readable");
    assert_eq!(decoded_frames(&blocks.concat()), 250);
}

#[tokio::test]
async fn a_stored_file_is_downloaded_as_it_is() {
    let studio = Studio::new().await;
    let segments = studio.record(0, 20, 20).await;
    let service = service(&studio);
    let footage = bytes(service.segment_file(&segments[0]).await.expect("there"));
    let whole = collect(&footage, 0..footage.len()).await;
    let stored = std::fs::read(studio.local.root().join(&segments[0].key)).expect("there");
    assert_eq!(whole, stored);
    assert_eq!(decoded_frames(&whole), 500);
    assert!(footage.etag().is_some_and(|etag| etag.len() == 34 && etag.starts_with('"')));
}
