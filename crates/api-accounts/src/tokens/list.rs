//! `GET /tokens`.

use std::collections::HashMap;

use axum::extract::State;
use nightjar_model::{Permission, UserId};
use uuid::Uuid;

use super::ApiToken;
use crate::answer::{ApiResult, List, Pagination, Success};
use crate::guard::Signed;
use crate::page::PageQuery;
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;

/// Which tokens.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `TokenListQuery` reads")]
struct Params {
    /// Number of the page.
    #[param(minimum = 1, default = 1, maximum = 1000000)]
    page: Option<u64>,
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// Only of this account.
    user_id: Option<Uuid>,
}

/// What was asked for.
pub(crate) struct TokenListQuery {
    page: PageQuery,
    user: Option<UserId>,
}

impl FromQuery for TokenListQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self { page: PageQuery::read(reader), user: reader.value::<Uuid>("user_id").map(UserId) }
    }
}

/// List API tokens
///
/// Your own; with `user:admin` all of the organization. Revoked ones too.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(Params), responses((status = 200, body = Success<List<ApiToken>>)))]
pub(crate) async fn list_tokens(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(query): Query<TokenListQuery>,
) -> ApiResult<List<ApiToken>> {
    let page = query.page;
    let tokens = state.access.tokens(&caller, query.user).await?;
    let total = Some(tokens.len() as u64);
    let mut names: HashMap<UserId, String> = HashMap::new();
    names.insert(caller.user, caller.username.to_string());
    let mut items = Vec::new();
    for token in page.of(tokens) {
        if !names.contains_key(&token.user_id) && caller.permissions.contains(Permission::UserAdmin) {
            let user = state.catalog.user(caller.org, token.user_id).await?;
            names.insert(token.user_id, user.map(|user| user.username).unwrap_or_default());
        }
        let name = names.get(&token.user_id).cloned().unwrap_or_default();
        items.push(ApiToken::new(token, name));
    }
    Ok(state.ok(List { items, pagination: Pagination::new(Some(page.page), page.limit, total, None) }))
}
