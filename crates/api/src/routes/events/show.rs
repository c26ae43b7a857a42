//! `GET /events/{id}`.

use axum::extract::State;
use nightjar_model::{Caller, Event as DomainEvent, Permission};

use crate::answer::{ApiResult, Success};
use crate::error::ApiError;
use crate::guard::{self, Signed};
use crate::live::directory::Cameras;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use nightjar_http::live::event::Event;

/// The event with this id, if `caller` may do `action` to it. One without a camera is out of reach
/// for whoever is limited to groups, as a camera without a group is.
pub(super) async fn find(
    state: &ApiState,
    caller: &Caller,
    cameras: &Cameras,
    action: Permission,
    asked: &str,
) -> Result<DomainEvent, ApiError> {
    let hidden = || ApiError::event_not_found(asked);
    let id = asked.parse().map_err(|_| hidden())?;
    let event = state.catalog.event(caller.org, id).await?.ok_or_else(hidden)?;
    let camera = event.camera_id.and_then(|camera| cameras.entry(camera));
    guard::may(caller, action, camera.and_then(|camera| camera.group), hidden)?;
    Ok(event)
}

/// Get an event
#[utoipa::path(
    get,
    path = "/events/{id}",
    tag = "events",
    params(("id" = Uuid, Path, description = "Id of the event")),
    responses((status = 200, body = Success<Event>))
)]
pub(crate) async fn show_event(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> ApiResult<Event> {
    let cameras = state.live.directory().cameras(caller.org).await?;
    let event = find(&state, &caller, &cameras, Permission::EventRead, &id).await?;
    Ok(state.ok(Event::new(&event, &cameras)))
}
