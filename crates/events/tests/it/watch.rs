//! From the status board to the events.

use std::sync::atomic::Ordering;

use nightjar_events::{Notice, watch};
use nightjar_model::{
    Camera, CameraId, CameraSource, GapCause, OrgId, RecordingState, StatusBoard, WallTime,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::lab::{CLOCK, Lab, at, clock, config, told};

#[tokio::test]
async fn a_camera_that_is_lost_and_found_is_told_and_stored() {
    let mut lab = Lab::new(config()).await;
    let source = CameraSource::new("rtsp://127.0.0.1/x".parse().expect("a URL"));
    let key = "front".parse().expect("a key");
    let camera = Camera::new(CameraId(Uuid::now_v7()), OrgId::DEFAULT, key, source, at(0));
    lab.catalog.upsert_camera(&camera).await.expect("is added");
    let (board, stop, mut tasks) = (StatusBoard::default(), CancellationToken::new(), JoinSet::new());
    let post = |connected, state| {
        board.update_camera(camera.id, clock(), |status| {
            status.connected = connected;
            status.state = state;
        });
    };
    let mut notices = lab.events.subscribe();
    post(true, RecordingState::Recording);
    tasks.spawn(watch(lab.events.clone(), board.clone(), lab.catalog.clone(), clock, stop.clone()));
    let Some(Notice::Status(change)) = notices.next().await else { panic!("a status comes first") };
    assert_eq!((change.camera_id, change.org_id, change.connected), (camera.id, OrgId::DEFAULT, true));
    let first = CLOCK.fetch_add(10, Ordering::Relaxed);
    let kinds = |events: &[nightjar_model::Event]| -> Vec<(String, WallTime)> {
        events.iter().map(|event| (event.event_type.to_string(), event.start)).collect()
    };
    let expected = ["camera_online", "recording_start"].map(|kind| (kind.to_owned(), at(first)));
    assert_eq!(kinds(&told(&mut notices, 2).await), expected);

    post(false, RecordingState::Gap(GapCause::AuthFailed));
    let Some(Notice::Status(change)) = notices.next().await else { panic!("the status is told at once") };
    assert!(!change.connected);
    let lost = CLOCK.fetch_add(100, Ordering::Relaxed);
    let events = told(&mut notices, 2).await;
    let expected = ["camera_offline", "recording_gap"].map(|kind| (kind.to_owned(), at(lost)));
    assert_eq!(kinds(&events), expected);
    assert!(events.iter().all(|event| event.metadata["cause"] == "auth_failed"));
    board.remove_camera(camera.id);
    let events = told(&mut notices, 2).await;
    assert_eq!((events[0].id, events[0].end), (kinds_id(&lab, "recording_gap").await, Some(clock())));
    assert_eq!(events[1].event_type.as_str(), "recording_stop");
    stop.cancel();
    while tasks.join_next().await.is_some() {}
    lab.stop().await;
}

async fn kinds_id(lab: &Lab, kind: &str) -> nightjar_model::EventId {
    let stored = lab.stored().await;
    stored.iter().find(|event| event.event_type.as_str() == kind).expect("is stored").id
}
