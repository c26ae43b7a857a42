//! `GET /users`.

use axum::extract::State;
use nightjar_catalog::UserFilter;

use super::User;
use crate::answer::{ApiResult, List, Pagination, Success};
use crate::enums::Role;
use crate::guard::Signed;
use crate::page::PageQuery;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// Which accounts.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `UserQuery` reads")]
struct Params {
    /// Number of the page.
    #[param(minimum = 1, default = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// Only those with this text in their name or address, in upper or lower case.
    q: Option<String>,
    /// Only of this role.
    role: Option<Role>,
    /// Only those that may do something, or only those that may not.
    active: Option<bool>,
}

/// What was asked for.
pub(crate) struct UserQuery {
    page: PageQuery,
    filter: UserFilter,
}

impl FromQuery for UserQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let active = reader.one_of("active", &["true", "false"]);
        Self {
            page: PageQuery::read(reader),
            filter: UserFilter {
                q: reader.text("q"),
                role: reader.value::<Role>("role").map(Into::into),
                active: active.map(|word| word == "true"),
            },
        }
    }
}

/// List accounts
///
/// Those of your organization, ordered by user name.
#[utoipa::path(get, path = "/users", tag = "users", params(Params), responses((status = 200, body = Success<List<User>>)))]
pub(crate) async fn list_users(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(query): Query<UserQuery>,
) -> ApiResult<List<User>> {
    let page = query.page;
    let limit = u32::try_from(page.limit).unwrap_or(u32::MAX);
    let (users, total) =
        state.catalog.users(caller.org, &query.filter, (page.page - 1) * page.limit, limit).await?;
    let items = users.iter().map(User::new).collect();
    Ok(state.ok(List { items, pagination: Pagination::new(Some(page.page), page.limit, Some(total), None) }))
}
