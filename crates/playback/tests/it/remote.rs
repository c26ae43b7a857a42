//! Footage that is only in the bucket, on a real S3 server.

use futures::TryStreamExt;
use nightjar_model::{Location, Secret, Segment};
use nightjar_playback::{Delivery, PlaybackConfig, PlaybackService, RemoteDelivery};
use nightjar_storage::{RemoteConfig, RemoteTier, UploadSource};
use uuid::Uuid;

use crate::studio::{Studio, at};
use crate::support::{bytes, collect, decoded_frames, fetch, start, text};

/// A bucket of its own.
async fn bucket() -> RemoteTier {
    let variable = |name: &str| {
        std::env::var(name).unwrap_or_else(|_| panic!("{name}: run it through scripts/with-services"))
    };
    let endpoint = variable("NIGHTJAR_TEST_S3_ENDPOINT").parse().expect("a URL");
    let secret = Secret::new(variable("NIGHTJAR_TEST_S3_SECRET_KEY"));
    let name = format!("playback-{}", Uuid::now_v7().simple());
    let config = RemoteConfig::new(endpoint, name, variable("NIGHTJAR_TEST_S3_ACCESS_KEY"), secret);
    let tier = RemoteTier::new(config).expect("valid settings");
    tier.ensure_bucket().await.expect("a bucket");
    tier
}

/// Moves a segment from the disk into the bucket.
async fn move_away(studio: &Studio, tier: &RemoteTier, segment: &Segment) {
    let whole = std::fs::read(studio.local.root().join(&segment.key)).expect("there");
    let file = studio.local.open_file(&segment.key).expect("there");
    let blake3 = *blake3::hash(&whole).as_bytes();
    tier.upload(&segment.key, &UploadSource { file, bytes: segment.bytes, blake3 }).await.expect("stored");
    studio.catalog.set_location(segment.id, Location { local: false, remote: true }).await.expect("noted");
    studio.local.delete(&segment.key).expect("deleted");
}

fn service(studio: &Studio, tier: &RemoteTier, remote: RemoteDelivery) -> PlaybackService {
    let config = PlaybackConfig { remote, ..PlaybackConfig::default() };
    PlaybackService::new(studio.catalog.clone(), studio.local.clone(), Some(tier.clone()), [7; 32], config)
}

#[tokio::test]
async fn footage_in_the_bucket_passes_through_and_is_downloaded_with_the_rest() {
    let (studio, tier) = (Studio::new().await, bucket().await);
    let segments = studio.record(0, 60, 20).await;
    move_away(&studio, &tier, &segments[1]).await;
    let service = service(&studio, &tier, RemoteDelivery::Proxy);
    let now = at(1_000);
    let session = start(&service, &studio, at(0), Some(at(60)), now).await.expect("footage");
    let text = text(&service, session.id, now).await;
    let runs = fetch(&service, &session, &text, now).await;
    assert_eq!(runs.iter().map(|run| decoded_frames(run)).collect::<Vec<_>>(), [1_500]);
    let file = service.download(session.id, now).await.expect("a file");
    let blocks: Vec<bytes::Bytes> = file.stream().try_collect().await.expect("readable");
    assert_eq!(decoded_frames(&blocks.concat()), 1_500);
}

#[tokio::test]
async fn a_player_is_sent_to_a_presigned_address_that_serves_ranges() {
    let (studio, tier) = (Studio::new().await, bucket().await);
    let segments = studio.record(0, 20, 20).await;
    let stored = std::fs::read(studio.local.root().join(&segments[0].key)).expect("there");
    move_away(&studio, &tier, &segments[0]).await;
    let service = service(&studio, &tier, RemoteDelivery::Redirect);
    let now = at(1_000);
    let session = start(&service, &studio, at(0), Some(at(20)), now).await.expect("footage");
    let delivery = service.session_media(session.id, segments[0].id, now).await.expect("there");
    let Delivery::Elsewhere(url) = delivery else { panic!("not sent away: {delivery:?}") };
    let client = reqwest::Client::new();
    let part = client.get(url).header("range", "bytes=100-199").send().await.expect("answers");
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.expect("a body"), stored[100..200]);
    // Entries on their own pass through: their address is not that of a whole file.
    let entry = service.entry(session.id, 1, now).await.expect("there");
    assert!(!collect(&entry.footage, entry.range).await.is_empty());
}

#[tokio::test]
async fn a_lost_local_copy_is_made_up_for_by_the_bucket() {
    let (studio, tier) = (Studio::new().await, bucket().await);
    let segments = studio.record(0, 20, 20).await;
    move_away(&studio, &tier, &segments[0]).await;
    studio.catalog.set_location(segments[0].id, Location { local: true, remote: true }).await.expect("noted");
    let service = service(&studio, &tier, RemoteDelivery::Proxy);
    let now = at(1_000);
    let session = start(&service, &studio, at(0), Some(at(20)), now).await.expect("footage");
    let footage = bytes(service.session_media(session.id, segments[0].id, now).await.expect("there"));
    assert_eq!(decoded_frames(&collect(&footage, 0..footage.len()).await), 500);
    let file = service.download(session.id, now).await.expect("a file");
    let blocks: Vec<bytes::Bytes> = file.stream().try_collect().await.expect("readable");
    assert_eq!(decoded_frames(&blocks.concat()), 500);
}
