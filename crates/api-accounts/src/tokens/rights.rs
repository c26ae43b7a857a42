//! `PUT /tokens/{id}/permissions`.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ApiToken, for_audit, parse_id, parse_permissions};
use crate::answer::{ApiResult, Success};
use crate::audit::{Deed, Work};
use crate::auth::scope;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::state::ApiState;
use crate::words::PermissionName;

/// What a token may do from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRights {
    /// Part of what its owner may.
    #[schema(example = json!(["camera:read"]), min_items = 1, value_type = Vec<PermissionName>)]
    permissions: Vec<String>,
    /// The camera groups it is limited to; null: all that you see.
    groups: Option<Vec<Uuid>>,
}

/// Change what an API token may do
///
/// Only whoever is signed in does, with a fresh proof (see `/auth/proof`): an API token can't.
#[utoipa::path(
    put,
    path = "/tokens/{id}/permissions",
    tag = "tokens",
    params(("id" = Uuid, Path, description = "Id of the token")),
    request_body = TokenRights,
    responses((status = 200, body = Success<ApiToken>))
)]
pub(crate) async fn set_token_rights(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
    JsonBody(body): JsonBody<TokenRights>,
) -> ApiResult<ApiToken> {
    let (id, permissions) = (parse_id(&id)?, parse_permissions(&body.permissions)?);
    let groups = scope(body.groups);
    let (caller, groups) = (&caller, &groups);
    let change = |work: Work| async move {
        let token = work.access.set_token_rights(caller, id, permissions, groups.clone()).await?;
        work.note(caller, Deed::done("token.update").to("token", id).with(for_audit(&token)));
        Ok::<_, ApiError>(token)
    };
    let token = state.audited(&client, change).await?;
    let owner = state.catalog.user(token.org_id, token.user_id).await?;
    Ok(state.ok(ApiToken::new(token, owner.map(|user| user.username).unwrap_or_default())))
}
