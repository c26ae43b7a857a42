//! `GET /camera-groups`.

use axum::extract::State;

use super::CameraGroup;
use crate::answer::{ApiResult, List, Pagination, Success};
use crate::guard::Signed;
use crate::page::PageQuery;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// Which page.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `GroupQuery` reads")]
struct Params {
    /// Number of the page.
    #[param(minimum = 1, default = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
}

/// What was asked for.
pub(crate) struct GroupQuery(PageQuery);

impl FromQuery for GroupQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self(PageQuery::read(reader))
    }
}

/// List camera groups
///
/// Those that you may see, ordered by name.
#[utoipa::path(get, path = "/camera-groups", tag = "cameras", params(Params), responses((status = 200, body = Success<List<CameraGroup>>)))]
pub(crate) async fn list_groups(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(GroupQuery(page)): Query<GroupQuery>,
) -> ApiResult<List<CameraGroup>> {
    let mut groups = state.catalog.camera_groups(caller.org).await?;
    groups.retain(|group| caller.groups.covers(Some(group.id)));
    let total = Some(groups.len() as u64);
    let items = page.of(groups).into_iter().map(CameraGroup::new).collect();
    Ok(state.ok(List { items, pagination: Pagination::new(Some(page.page), page.limit, total, None) }))
}
