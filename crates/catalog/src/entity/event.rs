//! `events`: one row an event.

use nightjar_media::WallTime;
use nightjar_model::{Acknowledgement, CameraId, Event, EventId, OrgId, Severity, UserId};
use sea_orm::Value as Bound;
use sea_orm::entity::prelude::*;
use serde_json::Value;

use super::unknown;
use crate::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) camera_id: Option<Uuid>,
    pub(crate) event_type: String,
    pub(crate) severity: i16,
    pub(crate) start_at: i64,
    pub(crate) end_at: Option<i64>,
    pub(crate) open_on: Option<String>,
    pub(crate) metadata: String,
    pub(crate) acknowledged_at: Option<i64>,
    pub(crate) acknowledged_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What [`to_values`] gives, in its order.
pub(crate) const COLUMNS: [&str; 11] = [
    "id",
    "org_id",
    "camera_id",
    "event_type",
    "severity",
    "start_at",
    "end_at",
    "open_on",
    "metadata",
    "acknowledged_at",
    "acknowledged_by",
];

/// The row of an event.
pub(crate) fn to_values(event: &Event, open_on: Option<&str>) -> [Bound; 11] {
    let acknowledged = event.acknowledged;
    [
        event.id.0.into(),
        event.org_id.0.into(),
        event.camera_id.map(|camera| camera.0).into(),
        event.event_type.as_str().into(),
        severity_number(event.severity).into(),
        event.start.micros().into(),
        event.end.map(WallTime::micros).into(),
        open_on.map(str::to_owned).into(),
        Value::Object(event.metadata.clone()).to_string().into(),
        acknowledged.map(|it| it.at.micros()).into(),
        acknowledged.map(|it| it.by.0).into(),
    ]
}

/// A severity as it is kept: in order, and small, because it is in indexes of millions.
pub(crate) fn severity_number(severity: Severity) -> i16 {
    match severity {
        Severity::Info => 1,
        Severity::Warning => 2,
        Severity::Critical => 3,
    }
}

impl TryFrom<Model> for Event {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        let severity = Severity::ALL.into_iter().find(|it| severity_number(*it) == row.severity);
        let metadata = match serde_json::from_str(&row.metadata) {
            Ok(Value::Object(metadata)) => metadata,
            _ => return Err(CatalogError::Damaged("the metadata of an event is no JSON object".to_owned())),
        };
        let acknowledged = row.acknowledged_at.zip(row.acknowledged_by);
        Ok(Self {
            id: EventId(row.id),
            org_id: OrgId(row.org_id),
            camera_id: row.camera_id.map(CameraId),
            event_type: row.event_type.parse().map_err(|_| unknown("type of event", &row.event_type))?,
            severity: severity.ok_or_else(|| unknown("severity", &row.severity.to_string()))?,
            start: WallTime::from_micros(row.start_at),
            end: row.end_at.map(WallTime::from_micros),
            metadata,
            acknowledged: acknowledged
                .map(|(at, by)| Acknowledgement { at: WallTime::from_micros(at), by: UserId(by) }),
        })
    }
}
