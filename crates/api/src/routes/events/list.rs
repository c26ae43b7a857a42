//! `GET /events`.

use axum::extract::State;
use nightjar_catalog::{EventFilter, EventPage, Page, PageStart, SortOrder};
use nightjar_model::{Caller, CameraId, ErrorCode, EventId, EventType, WallTime};

use crate::answer::{ApiResult, List, Pagination, Success};
use crate::enums::Severity;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::live::directory::Cameras;
use crate::page::CursorQuery;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::time::{Bound, TimeInput};
use nightjar_http::live::event::Event;

/// Orders of the list.
const SORT_KEYS: &[&str] = &["timestamp", "-timestamp"];
/// Cameras or types of one request.
const MAX_NAMED: usize = 500;

/// Which events, in which order.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `EventQuery` reads")]
struct Params {
    /// Number of the page. Pages deeper than 10,000 items are refused: use `cursor`.
    #[param(minimum = 1, default = 1, maximum = 10001)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before; goes with the same filters and `sort`.
    #[param(value_type = Option<Uuid>)]
    cursor: Option<String>,
    /// `-timestamp`, the newest first, or `timestamp`.
    #[param(default = "-timestamp", pattern = r"^-?timestamp$")]
    sort: Option<String>,
    /// Only of these cameras: ids or keys, separated by commas.
    camera_id: Option<String>,
    /// Only of these types, separated by commas.
    #[param(
        example = "motion_detected,ai_person",
        pattern = r"^ *[a-z][a-z0-9_]{0,63} *(, *[a-z][a-z0-9_]{0,63} *)*$"
    )]
    r#type: Option<String>,
    /// Only of these severities, separated by commas.
    #[param(
        example = "warning,critical",
        pattern = r"^ *(info|warning|critical) *(, *(info|warning|critical) *)*$"
    )]
    severity: Option<String>,
    /// Only those that somebody has acknowledged, or nobody.
    acknowledged: Option<bool>,
    /// Only those that began at this time or later, or since the beginning of this day.
    #[param(value_type = Option<TimeInput>)]
    start_date: Option<String>,
    /// Only those that began before this time, or before the end of this day.
    #[param(value_type = Option<TimeInput>)]
    end_date: Option<String>,
}

/// What was asked for.
pub(crate) struct EventQuery {
    cursor: CursorQuery<EventId>,
    order: SortOrder,
    cameras: Vec<String>,
    types: Vec<EventType>,
    severities: Vec<Severity>,
    acknowledged: Option<bool>,
    from: Option<WallTime>,
    to: Option<WallTime>,
}

impl FromQuery for EventQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let sort = reader.one_of("sort", SORT_KEYS);
        let ascending = sort.is_some_and(|sort| !sort.starts_with('-'));
        let (cameras, types) = (reader.values("camera_id"), reader.values("type"));
        for (name, count) in [("camera_id", cameras.len()), ("type", types.len())] {
            if count > MAX_NAMED {
                let reason = format!("must not name more than {MAX_NAMED}");
                reader.problem(ErrorCode::ValidationFailed, name, reason);
            }
        }
        let from = reader.time("start_date", Bound::Start);
        let to = reader.time("end_date", Bound::End);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            reader.problem(ErrorCode::InvalidTimeRange, "end_date", "must be later than `start_date`");
        }
        Self {
            cursor: CursorQuery::read(reader),
            order: if ascending { SortOrder::Ascending } else { SortOrder::Descending },
            cameras,
            types,
            severities: reader.values("severity"),
            acknowledged: reader.one_of("acknowledged", &["true", "false"]).map(|text| text == "true"),
            from,
            to,
        }
    }
}

impl EventQuery {
    async fn run(&self, state: &ApiState, caller: &Caller, cameras: &Cameras) -> Result<EventPage, ApiError> {
        let filter = EventFilter {
            org: caller.org,
            cameras: self.cameras(caller, cameras)?,
            types: self.types.clone(),
            severities: self.severities.iter().copied().map(Into::into).collect(),
            acknowledged: self.acknowledged,
            from: self.from,
            to: self.to,
        };
        let number = u32::try_from(self.cursor.page.page).unwrap_or(u32::MAX);
        let page = Page {
            start: self.cursor.cursor.map_or(PageStart::Number(number), PageStart::After),
            limit: u32::try_from(self.cursor.page.limit).unwrap_or(u32::MAX),
            order: self.order,
        };
        Ok(state.catalog.list_events(&filter, &page).await?)
    }

    /// Those that are asked for, or all that the caller may see; none: no limit.
    fn cameras(&self, caller: &Caller, known: &Cameras) -> Result<Option<Vec<CameraId>>, ApiError> {
        if self.cameras.is_empty() {
            return Ok(known.in_scope(&caller.groups));
        }
        let named = |asked: &String| {
            known.named(asked, &caller.groups).ok_or_else(|| ApiError::camera_not_found(asked))
        };
        self.cameras.iter().map(named).collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn pagination(&self, page: &EventPage) -> Pagination {
        let number = self.cursor.cursor.is_none().then_some(self.cursor.page.page);
        let next = page.next_cursor.map(|cursor| cursor.to_string());
        Pagination::new(number, self.cursor.page.limit, page.total, next)
    }
}

/// List events
///
/// Newest first. What lasts, as motion or a gap, is one event with an end. Whoever is limited to
/// camera groups sees the events of their cameras, and none of the installation.
#[utoipa::path(get, path = "/events", tag = "events", params(Params), responses((status = 200, body = Success<List<Event>>), (status = 404, description = "One of the cameras is not there")))]
pub(crate) async fn list_events(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(query): Query<EventQuery>,
) -> ApiResult<List<Event>> {
    let cameras = state.live.directory().cameras(caller.org).await?;
    let page = query.run(&state, &caller, &cameras).await?;
    let items = page.items.iter().map(|event| Event::new(event, &cameras)).collect();
    Ok(state.ok(List { items, pagination: query.pagination(&page) }))
}
