//! Cameras: each is pulled as it would be for recording, until its first frame.
//!
//! Nothing less proves that it works: many cameras answer OPTIONS and even DESCRIBE whatever the
//! password, and some describe a stream that they never send.

use std::time::Duration;

use nightjar_hub::{Delivery, GopLimits, Hub, QueueLimits, Start, StreamKey, Subscriber};
use nightjar_media::Fragment;
use nightjar_model::{CameraId, OrgId, StatusBoard, StreamName};
use nightjar_sources::{Sources, SourcesConfig};
use uuid::Uuid;

use super::{Outcome, parts};
use crate::config::CameraConfig;

/// How many are tried at the same time.
const AT_ONCE: usize = 32;

/// Tries all cameras; `name (stream)` and the outcome, in the order of the configuration.
pub(super) async fn try_all(cameras: &[CameraConfig], patience: Duration) -> Vec<(String, Outcome)> {
    let mut outcomes = Vec::with_capacity(cameras.len());
    for some in cameras.chunks(AT_ONCE) {
        let hub = Hub::new(GopLimits::default());
        let sources = match Sources::start(hub.clone(), StatusBoard::default(), SourcesConfig::default()) {
            Ok(sources) => sources,
            Err(error) => {
                let failed =
                    |camera: &CameraConfig| (camera.key.to_string(), Err(format!("no thread: {error}")));
                outcomes.extend(some.iter().map(failed));
                continue;
            }
        };
        let tries = some.iter().map(|camera| try_camera(camera, &hub, &sources, patience));
        outcomes.extend(futures::future::join_all(tries).await.into_iter().flatten());
        sources.stop().await;
    }
    outcomes
}

async fn try_camera(
    config: &CameraConfig,
    hub: &Hub,
    sources: &Sources,
    patience: Duration,
) -> Vec<(String, Outcome)> {
    if !config.enabled {
        return vec![(config.key.to_string(), Ok("disabled, not tried".to_owned()))];
    }
    let camera = config.desired(OrgId::DEFAULT, CameraId(Uuid::now_v7()), crate::serve::now());
    let mut tries = Vec::new();
    for name in [StreamName::Main, StreamName::Sub] {
        if name == StreamName::Sub && camera.source.sub_url.is_none() {
            continue;
        }
        let stream = hub.stream(StreamKey { camera: *camera.id.0.as_bytes(), stream: name.as_str() });
        let subscriber = stream.subscribe(Start::Live, QueueLimits::default());
        let title = match name {
            StreamName::Main => camera.key.to_string(),
            StreamName::Sub => format!("{} (sub)", camera.key),
        };
        tries.push(async move { (title, parts::in_time(patience, first_frame(subscriber)).await) });
    }
    sources.set_camera(&camera);
    futures::future::join_all(tries).await
}

/// Waits for media. The first interruption says only that nobody was connected yet; one with
/// an attempt behind it says why there is nothing.
async fn first_frame(mut stream: Subscriber) -> Outcome {
    while let Some(delivery) = stream.next().await {
        match delivery {
            Delivery::Fragment(fragment) => return Ok(describe(&fragment)),
            Delivery::Interrupted(interruption) if !interruption.details.is_empty() => {
                return Err(interruption.details);
            }
            Delivery::Interrupted(_) | Delivery::Lagged(_) => {}
        }
    }
    Err("the stream ended".to_owned())
}

fn describe(fragment: &Fragment) -> String {
    let tracks = fragment.init.tracks.iter().map(|track| {
        let size = track.codec.dimensions().map(|(width, height)| format!(" {width}x{height}"));
        format!("{}{}", track.codec.codec().name(), size.unwrap_or_default())
    });
    tracks.collect::<Vec<_>>().join(", ")
}
