//! `GET /recording/cameras`.

use axum::extract::State;

use crate::answer::{ApiResult, List, Pagination, Success};
use crate::guard::Signed;
use crate::page::PageQuery;
use crate::path;
use crate::query::{FromQuery, Query, QueryReader};
use crate::routes::cameras::{Camera, CameraStatus, RecordingState};
use crate::state::ApiState;

/// Which page.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `PageOnly` reads")]
struct Params {
    /// Number of the page.
    #[param(minimum = 1, default = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
}

/// What was asked for.
pub(crate) struct PageOnly(PageQuery);

impl FromQuery for PageOnly {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self(PageQuery::read(reader))
    }
}

/// List cameras that are being recorded
///
/// Ordered by key. A camera that should be recorded but is not is not in the list: see
/// `/recording/status`.
#[utoipa::path(get, path = "/recording/cameras", tag = "recording", params(Params), responses((status = 200, body = Success<List<Camera>>)))]
pub(crate) async fn recording_cameras(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(PageOnly(page)): Query<PageOnly>,
) -> ApiResult<List<Camera>> {
    let mut cameras = path::visible_cameras(&state, &caller).await?;
    cameras.retain(|camera| CameraStatus::new(camera, &state).recording_state() == RecordingState::Recording);
    let total = Some(cameras.len() as u64);
    let items = page.of(cameras).iter().map(|camera| Camera::new(camera, &state)).collect();
    Ok(state.ok(List { items, pagination: Pagination::new(Some(page.page), page.limit, total, None) }))
}
