//! `GET /recordings`.

use axum::extract::State;
use nightjar_catalog::{Page, PageStart, SegmentCursor, SegmentFilter, SegmentPage, SortOrder};
use nightjar_model::{Caller, ErrorCode, GroupScope, Permission, WallTime};

use super::{CameraNames, Recording};
use crate::answer::{ApiResult, List, Pagination, Success};
use crate::enums::{SegmentState, StreamName};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::page::CursorQuery;
use crate::path;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::time::{Bound, TimeInput};

/// Orders of the list; `timestamp` is the requirement documents' word for `start`.
const SORT_KEYS: &[&str] = &["start", "-start", "timestamp", "-timestamp"];
/// Cameras of one request.
const MAX_CAMERAS: usize = 500;

/// Which recordings, in which order.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `SegmentQuery` reads")]
pub(crate) struct Params {
    /// Number of the page. Pages deeper than 10,000 items are refused: use `cursor`.
    #[param(minimum = 1, default = 1, maximum = 10001)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before; goes with the same filters and `sort`.
    #[param(pattern = r"^[0-9a-fA-F]{48}$")]
    cursor: Option<String>,
    /// `start`, `-start`, `timestamp` or `-timestamp`: the same order, by the beginning.
    #[param(default = "-start", pattern = r"^-?(start|timestamp)$")]
    sort: Option<String>,
    /// Only of these cameras: ids or keys, separated by commas.
    camera_id: Option<String>,
    /// Only of this stream.
    stream: Option<StreamName>,
    /// Only those in this state.
    state: Option<SegmentState>,
    /// Only those that end after this time, or after the beginning of this day.
    #[param(value_type = Option<TimeInput>)]
    start_date: Option<String>,
    /// Only those that begin before this time, or before the end of this day.
    #[param(value_type = Option<TimeInput>)]
    end_date: Option<String>,
}

/// What was asked for.
pub(crate) struct SegmentQuery {
    cursor: CursorQuery<SegmentCursor>,
    order: SortOrder,
    cameras: Vec<String>,
    stream: Option<StreamName>,
    state: Option<SegmentState>,
    from: Option<WallTime>,
    to: Option<WallTime>,
}

impl FromQuery for SegmentQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let sort = reader.one_of("sort", SORT_KEYS);
        let ascending = sort.is_some_and(|sort| !sort.starts_with('-'));
        let cameras: Vec<String> = reader.values("camera_id");
        if cameras.len() > MAX_CAMERAS {
            let reason = format!("must not name more than {MAX_CAMERAS} cameras");
            reader.problem(ErrorCode::ValidationFailed, "camera_id", reason);
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
            stream: reader.value("stream"),
            state: reader.value("state"),
            from,
            to,
        }
    }
}

impl SegmentQuery {
    /// The page that was asked for.
    pub(crate) async fn run(&self, state: &ApiState, caller: &Caller) -> Result<SegmentPage, ApiError> {
        let mut cameras = Vec::with_capacity(self.cameras.len());
        for asked in &self.cameras {
            cameras.push(path::recorded_camera(state, caller, Permission::RecordingRead, asked).await?.id);
        }
        if cameras.is_empty() && caller.groups != GroupScope::All {
            cameras.extend(path::recorded_cameras(state, caller).await?.iter().map(|camera| camera.id));
            if cameras.is_empty() {
                return Ok(SegmentPage { items: Vec::new(), total: Some(0), next_cursor: None });
            }
        }
        let filter = SegmentFilter {
            org: caller.org,
            cameras,
            stream: self.stream.map(Into::into),
            from: self.from,
            to: self.to,
            state: self.state.map(Into::into),
        };
        let number = u32::try_from(self.cursor.page.page).unwrap_or(u32::MAX);
        let page = Page {
            start: self.cursor.cursor.map_or(PageStart::Number(number), PageStart::After),
            limit: u32::try_from(self.cursor.page.limit).unwrap_or(u32::MAX),
            order: self.order,
        };
        Ok(state.catalog.list_segments(&filter, &page).await?)
    }

    /// Where in the list the page is.
    pub(crate) fn pagination(&self, page: &SegmentPage) -> Pagination {
        let number = self.cursor.cursor.is_none().then_some(self.cursor.page.page);
        let next = page.next_cursor.map(|cursor| cursor.to_string());
        Pagination::new(number, self.cursor.page.limit, page.total, next)
    }
}

/// List recordings
///
/// Recorded files of all cameras, newest first. A file is one segment of a recording; those
/// with the same `recording_id` follow each other without a gap.
#[utoipa::path(get, path = "/recordings", tag = "recordings", params(Params), responses((status = 200, body = Success<List<Recording>>), (status = 404, description = "One of the cameras is not there")))]
pub(crate) async fn list_recordings(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(query): Query<SegmentQuery>,
) -> ApiResult<List<Recording>> {
    let page = query.run(&state, &caller).await?;
    let names = CameraNames::load(&state, &caller).await?;
    let items = page.items.iter().map(|segment| Recording::new(segment, &names)).collect();
    Ok(state.ok(List { items, pagination: query.pagination(&page) }))
}
