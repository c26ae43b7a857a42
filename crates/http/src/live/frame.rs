//! What is sent, as text, and who gets it.

use axum::extract::ws::Utf8Bytes;
use nightjar_events::StatusChange;
use nightjar_model::{CameraId, Event as DomainEvent, EventId, EventType, GroupId, RecordingState};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::directory::Cameras;
use super::event::Event;
use super::message::Topic;
use crate::time::Timestamp;

/// A text for all sockets of an organization that want it and may see it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(super) topic: Option<Topic>,
    pub(super) camera: Option<CameraId>,
    pub(super) group: Option<GroupId>,
    pub(super) kind: Option<EventType>,
    /// Which event, and how far it is.
    pub(super) event: Option<(EventId, Progress)>,
    pub(super) text: Utf8Bytes,
}

/// How far an event is: it only ever goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    ended: bool,
    acknowledged: bool,
}

#[derive(Serialize)]
struct EventMessage {
    #[serde(rename = "type")]
    kind: &'static str,
    event: Event,
}

#[derive(Serialize)]
struct StatusMessage<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    camera_id: Uuid,
    camera_name: Option<&'a str>,
    connected: bool,
    recording_state: &'static str,
    gap_cause: Option<&'static str>,
    details: &'a str,
    timestamp: Timestamp,
}

impl Frame {
    pub(super) fn event(event: &DomainEvent, cameras: &Cameras) -> Self {
        let message = EventMessage { kind: "event", event: Event::new(event, cameras) };
        Self {
            topic: Some(Topic::Events),
            camera: event.camera_id,
            group: group_of(event.camera_id, cameras),
            kind: Some(event.event_type.clone()),
            event: Some((event.id, Progress::of(event))),
            text: text(&message),
        }
    }

    pub(super) fn status(change: &StatusChange, cameras: &Cameras) -> Self {
        let (recording_state, gap_cause) = match change.state {
            RecordingState::Recording => ("recording", None),
            RecordingState::Gap(cause) => ("gap", Some(cause.as_str())),
            RecordingState::Off => ("off", None),
        };
        let message = StatusMessage {
            kind: "status",
            camera_id: change.camera_id.0,
            camera_name: cameras.entry(change.camera_id).map(|camera| camera.name.as_str()),
            connected: change.connected,
            recording_state,
            gap_cause,
            details: &change.details,
            timestamp: Timestamp(change.at),
        };
        Self {
            topic: Some(Topic::Status),
            camera: Some(change.camera_id),
            group: group_of(Some(change.camera_id), cameras),
            kind: None,
            event: None,
            text: text(&message),
        }
    }

    /// For everybody: so much may have been missed.
    pub(super) fn missed(missed: u64) -> Self {
        Self { topic: None, camera: None, group: None, kind: None, event: None, text: lagged(missed) }
    }
}

impl Progress {
    pub(super) fn of(event: &DomainEvent) -> Self {
        Self { ended: event.end.is_some(), acknowledged: event.acknowledged.is_some() }
    }

    /// Whether who knows `other` learns nothing from it.
    pub(super) fn is_within(self, other: Self) -> bool {
        self.ended <= other.ended && self.acknowledged <= other.acknowledged
    }
}

/// Tells a client that it missed so much.
pub(super) fn lagged(missed: u64) -> Utf8Bytes {
    json!({ "type": "lagged", "missed": missed }).to_string().into()
}

fn group_of(camera: Option<CameraId>, cameras: &Cameras) -> Option<GroupId> {
    cameras.entry(camera?)?.group
}

fn text(message: &impl Serialize) -> Utf8Bytes {
    serde_json::to_string(message).expect("made of maps with text keys").into()
}
