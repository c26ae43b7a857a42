//! An event as clients see it, in lists and as it happens.

use nightjar_model::Event as DomainEvent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::directory::Cameras;
use crate::enums::Severity;
use crate::time::Timestamp;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    id: Uuid,
    /// Null for what concerns the installation.
    camera_id: Option<Uuid>,
    /// Null without a camera, and when its footage is gone too.
    camera_name: Option<String>,
    /// `motion_detected`, `ai_person`, `ai_vehicle`, `ai_pet`, `ai_face`, `ai_package`, `audio_alarm`, `doorbell`,
    /// `recording_start`, `recording_stop`, `recording_gap`, `camera_online`, `camera_offline`,
    /// `stream_degraded`, `storage_full`, `upload_failed`, `login_failed_burst`,
    /// `refresh_token_reused`, or one of a device's own.
    #[schema(example = "motion_detected")]
    event_type: String,
    severity: Severity,
    /// When it happened, or began.
    timestamp: Timestamp,
    /// When it ended; null while it lasts, and for what does not last.
    end_timestamp: Option<Timestamp>,
    /// What else is known.
    #[schema(value_type = Object)]
    metadata: Value,
    /// Whether somebody has seen it.
    acknowledged: bool,
    acknowledged_at: Option<Timestamp>,
    /// The account that did.
    acknowledged_by: Option<Uuid>,
}

impl Event {
    pub fn new(event: &DomainEvent, cameras: &Cameras) -> Self {
        let camera = event.camera_id.and_then(|camera| cameras.entry(camera));
        Self {
            id: event.id.0,
            camera_id: event.camera_id.map(|camera| camera.0),
            camera_name: camera.map(|camera| camera.name.clone()),
            event_type: event.event_type.to_string(),
            severity: event.severity.into(),
            timestamp: Timestamp(event.start),
            end_timestamp: event.end.map(Timestamp::from),
            metadata: Value::Object(event.metadata.clone()),
            acknowledged: event.acknowledged.is_some(),
            acknowledged_at: event.acknowledged.map(|it| Timestamp(it.at)),
            acknowledged_by: event.acknowledged.map(|it| it.by.0),
        }
    }
}
