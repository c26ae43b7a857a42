//! `GET /cameras`.

use axum::extract::State;

use super::{Camera, RecordingState};
use crate::answer::{ApiResult, List, Pagination, Success};
use crate::enums::api_enum;
use crate::guard::Signed;
use crate::page::PageQuery;
use crate::path;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// Orders of the list; `-` in front turns one around.
const SORT_KEYS: &[&str] = &["key", "-key", "name", "-name"];

/// Which cameras, in which order.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Filter` reads")]
struct Params {
    /// Number of the page.
    #[param(minimum = 1, default = 1)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// `key`, `-key`, `name` or `-name`.
    #[param(default = "key")]
    sort: Option<String>,
    /// Only those in one of these states, separated by commas: `online`, `offline` (whether media
    /// arrives), `recording`, `gap`, `off` (what the recorder does).
    status: Option<String>,
    /// Only those that are talked to like this; so far there is only `rtsp`.
    driver: Option<String>,
    /// Only those with this text in their key or name, in upper or lower case.
    q: Option<String>,
}

/// What was asked for.
pub(crate) struct Filter {
    page: PageQuery,
    sort: String,
    status: Vec<StatusFilter>,
    q: Option<String>,
}

/// A value of `status`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StatusName {
    Online,
    Offline,
    Recording,
    Gap,
    Off,
}

api_enum! {
    /// A value of `status`.
    StatusFilter = StatusName {
        /// Media arrives.
        Online => "online",
        /// No media arrives.
        Offline => "offline",
        /// It is recorded.
        Recording => "recording",
        /// It should be recorded, but is not.
        Gap => "gap",
        /// It should not be recorded.
        Off => "off",
    }
}

impl FromQuery for Filter {
    fn from_query(reader: &mut QueryReader) -> Self {
        let sort = reader.one_of("sort", SORT_KEYS);
        reader.one_of("driver", &["rtsp"]);
        Self {
            page: PageQuery::read(reader),
            sort: sort.unwrap_or_else(|| "key".to_owned()),
            status: reader.values("status"),
            q: reader.text("q").map(|text| text.to_lowercase()),
        }
    }
}

/// List cameras
///
/// All configured cameras, each with what is going on with it now.
#[utoipa::path(get, path = "/cameras", tag = "cameras", params(Params), responses((status = 200, body = Success<List<Camera>>)))]
pub(crate) async fn list_cameras(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(filter): Query<Filter>,
) -> ApiResult<List<Camera>> {
    let mut cameras = path::visible_cameras(&state, &caller).await?;
    if let Some(q) = &filter.q {
        cameras.retain(|c| c.key.as_str().to_lowercase().contains(q) || c.name.to_lowercase().contains(q));
    }
    match filter.sort.trim_start_matches('-') {
        "name" => cameras.sort_by_cached_key(|camera| camera.name.to_lowercase()),
        _ => cameras.sort_by(|a, b| a.key.cmp(&b.key)),
    }
    if filter.sort.starts_with('-') {
        cameras.reverse();
    }
    let mut items: Vec<Camera> = cameras.iter().map(|camera| Camera::new(camera, &state)).collect();
    items.retain(|camera| filter.status.is_empty() || filter.status.iter().any(|wanted| wanted.fits(camera)));
    let total = Some(items.len() as u64);
    let items = filter.page.of(items);
    Ok(state.ok(List {
        items,
        pagination: Pagination::new(Some(filter.page.page), filter.page.limit, total, None),
    }))
}

impl StatusFilter {
    fn fits(self, camera: &Camera) -> bool {
        let status = &camera.status;
        match self {
            Self::Online => status.is_connected(),
            Self::Offline => !status.is_connected(),
            Self::Recording => status.recording_state() == RecordingState::Recording,
            Self::Gap => status.recording_state() == RecordingState::Gap,
            Self::Off => status.recording_state() == RecordingState::Off,
        }
    }
}
