//! What clients send, and what they want after that.

use std::collections::HashSet;

use axum::extract::ws::Utf8Bytes;
use nightjar_catalog::EventFilter;
use nightjar_model::{Caller, CameraId, ErrorCode, EventId, EventType, GroupScope, Permission};
use serde::Deserialize;
use serde_json::json;

use super::directory::Cameras;
use super::frame::Frame;
use crate::echo::without_value;
use crate::error::ApiError;
use crate::guard;

/// Cameras or types of one list.
const MOST_NAMED: usize = 500;

/// A subject that one can be told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    /// Events of cameras and of the installation.
    Events,
    /// What rules make of them.
    Alerts,
    /// Whether cameras are there and recorded.
    Status,
}

/// What a client asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Each list that is named replaces the one before; an empty one takes the limit away.
    Subscribe(Lists),
    /// Without topics: from all.
    Unsubscribe { topics: Option<Vec<Topic>> },
    /// Sends what was missed since this event.
    Resume { last_event_id: String },
}

/// What a client names when it subscribes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lists {
    pub(super) cameras: Option<Vec<String>>,
    pub(super) event_types: Option<Vec<String>>,
    pub(super) topics: Option<Vec<Topic>>,
}

/// What a client wants to be told.
#[derive(Debug, Clone, Default)]
pub(super) struct Wants {
    topics: HashSet<Topic>,
    /// None: of all.
    cameras: Option<HashSet<CameraId>>,
    /// None: of all types.
    types: Option<HashSet<EventType>>,
}

impl Request {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        serde_json::from_str(text).map_err(|error| {
            let said = error.to_string();
            let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
            let message = format!("The message is not understood: {}.", shorten(&without_value(reason)));
            ApiError::new(ErrorCode::ValidationFailed, message)
        })
    }
}

impl Wants {
    /// Whether anything is wanted.
    pub(super) fn is_nothing(&self) -> bool {
        self.topics.is_empty()
    }

    /// Changes all that is named, or nothing.
    pub(super) fn subscribe(
        &mut self,
        caller: &Caller,
        known: &Cameras,
        lists: Lists,
    ) -> Result<(), ApiError> {
        let mut wants = self.clone();
        if let Some(asked) = lists.cameras {
            let named = |name: &String| {
                known.named(name, &caller.groups).ok_or_else(|| ApiError::camera_not_found(name))
            };
            wants.cameras = limit("cameras", &asked, named)?;
        }
        if let Some(asked) = lists.event_types {
            let typed = |name: &String| {
                let wrong =
                    |error| ApiError::field(ErrorCode::ValidationFailed, "event_types", format!("{error}"));
                name.parse::<EventType>().map_err(wrong)
            };
            wants.types = limit("event_types", &asked, typed)?;
        }
        match lists.topics {
            Some(topics) => wants.topics = topics.into_iter().collect(),
            None if wants.topics.is_empty() => wants.topics = [Topic::Events, Topic::Alerts].into(),
            None => {}
        }
        if wants.topics.contains(&Topic::Status) && !caller.permissions.contains(Permission::CameraRead) {
            return Err(guard::missing(Permission::CameraRead));
        }
        *self = wants;
        Ok(())
    }

    pub(super) fn unsubscribe(&mut self, topics: Option<Vec<Topic>>) {
        match topics {
            Some(topics) => self.topics.retain(|topic| !topics.contains(topic)),
            None => self.topics.clear(),
        }
    }

    /// The events that `caller` wants and may see, for the store.
    pub(super) fn filter(&self, caller: &Caller, known: &Cameras) -> EventFilter {
        let may_see =
            |camera: &CameraId| caller.groups.covers(known.entry(*camera).and_then(|camera| camera.group));
        let named = self.cameras.as_ref().map(|named| named.iter().copied().filter(may_see).collect());
        let cameras = named.or_else(|| known.in_scope(&caller.groups));
        let types = self.types.iter().flatten().cloned().collect();
        EventFilter { cameras, types, ..EventFilter::all(caller.org) }
    }

    /// Whether `caller` wants this and may see it.
    pub(super) fn take(&self, frame: &Frame, caller: &Caller) -> bool {
        let Some(topic) = frame.topic else { return !self.is_nothing() };
        self.topics.contains(&topic)
            && (caller.groups == GroupScope::All || caller.groups.covers(frame.group))
            && caller.permissions.contains(topic.permission())
            && self.cameras.as_ref().is_none_or(|of| frame.camera.is_some_and(|camera| of.contains(&camera)))
            && match (&self.types, &frame.kind) {
                (Some(types), Some(kind)) => types.contains(kind),
                _ => true,
            }
    }
}

impl Topic {
    fn permission(self) -> Permission {
        match self {
            Self::Events | Self::Alerts => Permission::EventRead,
            Self::Status => Permission::CameraRead,
        }
    }
}

/// The text as an event's id.
pub(super) fn event_id(text: &str) -> Result<EventId, ApiError> {
    text.parse().map_err(|_| ApiError::event_not_found(text))
}

/// A failure, as clients are told it.
pub(super) fn error_text(error: &ApiError) -> Utf8Bytes {
    json!({ "type": "error", "error": error.body() }).to_string().into()
}

fn limit<T: std::hash::Hash + Eq>(
    field: &str,
    asked: &[String],
    parse: impl Fn(&String) -> Result<T, ApiError>,
) -> Result<Option<HashSet<T>>, ApiError> {
    if asked.len() > MOST_NAMED {
        let reason = format!("must not have more than {MOST_NAMED} entries");
        return Err(ApiError::field(ErrorCode::ValidationFailed, field, reason));
    }
    let found: HashSet<T> = asked.iter().map(parse).collect::<Result<_, _>>()?;
    Ok((!found.is_empty()).then_some(found))
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}
