//! `GET /cameras`.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use nightjar_model::Camera as DomainCamera;
use uuid::Uuid;

use super::texts::{CameraText, CameraTexts};
use super::{Camera, CameraStatus, RecordingState};
use crate::answer::{List, Pagination, Success};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::page::PageQuery;
use crate::path;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::version::{IfNoneMatchParam, unless_known};
use nightjar_http::api_enum;

/// Orders of the list; `-` in front turns one around.
const SORT_KEYS: &[&str] = &["key", "-key", "name", "-name"];

/// Which cameras, in which order.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Filter` reads")]
struct Params {
    /// Number of the page.
    #[param(minimum = 1, default = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// `key`, `-key`, `name` or `-name`.
    #[param(default = "key", pattern = r"^-?(key|name)$")]
    sort: Option<String>,
    /// Only those in one of these states, separated by commas: `online`, `offline` (whether media
    /// arrives), of those offline `error` (refused the credentials) and `connecting` (has not sent anything yet),
    /// `recording`, `gap`, `off` (what the recorder does).
    #[param(
        pattern = r"^ *(online|offline|error|connecting|recording|gap|off) *(, *(online|offline|error|connecting|recording|gap|off) *)*$"
    )]
    status: Option<String>,
    /// Only those that are talked to like this; so far there is only `rtsp`.
    #[param(pattern = r"^rtsp$")]
    driver: Option<String>,
    /// Only those of one of these groups, by id, separated by commas.
    #[param(
        pattern = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(,[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})*$"
    )]
    group_id: Option<String>,
    /// Only those with all of these tags, separated by commas.
    tag: Option<String>,
    /// Only those with this text in their key, name, host, serial number, location or place, in upper
    /// or lower case.
    q: Option<String>,
}

/// What was asked for.
pub(crate) struct Filter {
    page: PageQuery,
    sort: String,
    status: Vec<StatusFilter>,
    groups: Vec<Uuid>,
    tags: Vec<String>,
    q: Option<String>,
}

/// A value of `status`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StatusName {
    Online,
    Offline,
    Error,
    Connecting,
    Recording,
    Gap,
    Off,
}

api_enum! {
    /// A value of `status`.
    pub(crate) StatusFilter = StatusName {
        /// Media arrives.
        Online => "online",
        /// No media arrives.
        Offline => "offline",
        /// No media arrives, because the camera refuses the credentials.
        Error => "error",
        /// No media has arrived yet.
        Connecting => "connecting",
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
            groups: reader.values("group_id"),
            tags: reader.values("tag"),
            q: reader.text("q").map(|text| text.to_lowercase()),
        }
    }
}

/// List cameras
///
/// All configured cameras, each with what is going on with it now. The `ETag` is a weak one: frame and bit rate, the time of
/// the newest frame, the open file and the count of reconnections do not change it.
#[utoipa::path(
    get,
    path = "/cameras",
    tag = "cameras",
    params(Params, IfNoneMatchParam),
    responses(
        (status = 200, body = Success<List<Camera>>, headers(("ETag" = String, description = "Of this page"))),
        (status = 304, description = "Nothing has changed since the answer with this `ETag`")
    )
)]
pub(crate) async fn list_cameras(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Extension(texts): Extension<CameraTexts>,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut cameras = path::visible_cameras(&state, &caller).await?;
    cameras.retain(|camera| filter.fits(camera, &state));
    // They come in the order of their keys.
    if filter.sort.ends_with("name") {
        cameras.sort_by_cached_key(|camera| camera.name.to_lowercase());
    }
    if filter.sort.starts_with('-') {
        cameras.reverse();
    }
    let total = Some(cameras.len() as u64);
    let page = filter.page.of(cameras);
    let items = texts.of(&page, &state.status);
    let tag = tag(&items, total);
    let pagination = Pagination::new(Some(filter.page.page), filter.page.limit, total, None);
    Ok(unless_known(state.ok(List { items, pagination }), tag, &headers))
}

fn tag(items: &[CameraText], total: Option<u64>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (total, items.iter().map(|item| item.steady).collect::<Vec<_>>()).hash(&mut hasher);
    hasher.finish()
}

impl Filter {
    fn fits(&self, camera: &DomainCamera, state: &ApiState) -> bool {
        (self.groups.is_empty() || camera.group_id.is_some_and(|group| self.groups.contains(&group.0)))
            && self.tags.iter().all(|tag| camera.tags.contains(tag))
            && self.q.as_ref().is_none_or(|q| has_text(camera, q))
            && (self.status.is_empty() || self.has_status(&CameraStatus::new(camera, state)))
    }

    fn has_status(&self, status: &CameraStatus) -> bool {
        self.status.iter().any(|wanted| wanted.fits(status))
    }
}

/// Whether what people know a camera by contains `q`, which is in lower case.
fn has_text(camera: &DomainCamera, q: &str) -> bool {
    let texts = [
        Some(camera.key.as_str()),
        Some(&camera.name),
        camera.source.main_url.host_str(),
        camera.serial_number.as_deref(),
        Some(&camera.location),
        Some(&camera.place),
    ];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(q))
}

impl StatusFilter {
    fn fits(self, status: &CameraStatus) -> bool {
        match self {
            Self::Online => status.is_connected(),
            Self::Offline => !status.is_connected(),
            Self::Error => status.is_refused(),
            Self::Connecting => status.is_awaited(),
            Self::Recording => status.recording_state() == RecordingState::Recording,
            Self::Gap => status.recording_state() == RecordingState::Gap,
            Self::Off => status.recording_state() == RecordingState::Off,
        }
    }
}
