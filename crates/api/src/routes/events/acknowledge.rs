//! `POST /events/{id}/acknowledge`.

use axum::extract::State;
use nightjar_model::{Acknowledgement, Permission};
use serde_json::json;

use super::show::find;
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use nightjar_http::live::event::Event;

/// Acknowledge an event
///
/// Says that somebody has seen it. Doing it again changes nothing: the first one stays.
#[utoipa::path(
    post,
    path = "/events/{id}/acknowledge",
    tag = "events",
    params(("id" = Uuid, Path, description = "Id of the event")),
    responses((status = 200, body = Success<Event>))
)]
pub(crate) async fn acknowledge_event(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<Event> {
    let cameras = state.live.directory().cameras(caller.org).await?;
    let event = find(&state, &caller, &cameras, Permission::EventAck, &id).await?;
    if event.acknowledged.is_some() {
        return Ok(state.ok(Event::new(&event, &cameras)));
    }
    let seen = Acknowledgement { at: state.clock.now(), by: caller.user };
    let (caller, id, event_id) = (&caller, &id, event.id);
    let acknowledge = |work: Work| async move {
        let event = work.catalog().acknowledge_event(caller.org, event_id, seen).await?;
        let event = event.ok_or_else(|| ApiError::event_not_found(id))?;
        let details = json!({ "camera_id": event.camera_id, "event_type": event.event_type.as_str() });
        work.note(caller, Deed::done("event.acknowledge").to("event", event.id).with(details));
        Ok::<_, ApiError>(event)
    };
    let event = state.audited(&client, acknowledge).await?;
    state.events.tell_event(event.clone());
    Ok(state.ok(Event::new(&event, &cameras)))
}
