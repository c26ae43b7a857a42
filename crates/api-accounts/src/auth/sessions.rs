//! `GET /auth/sessions`, `DELETE /auth/sessions/{id}`.

use axum::extract::State;
use axum::response::Response;
use nightjar_model::{Session as DomainSession, SessionEnd, SessionId, Via};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{ApiResult, List, Pagination, Success};
use crate::audit::{Deed, Work};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::guard::client::Client;
use crate::path::UrlPath;
use crate::query::Query;
use crate::shell::no_content;
use crate::state::ApiState;
use crate::time::Timestamp;

/// A sign-in of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInEntry {
    id: Uuid,
    created_at: Timestamp,
    /// When it last got an access token.
    last_used_at: Timestamp,
    /// When it ends unless it is used.
    expires_at: Timestamp,
    /// From where it was last used.
    ip: Option<String>,
    /// With what.
    user_agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl SignInEntry {
    fn new(session: DomainSession, via: Via) -> Self {
        Self {
            id: session.id.0,
            created_at: Timestamp(session.created_at),
            last_used_at: Timestamp(session.last_used_at),
            expires_at: Timestamp(session.expires_at),
            ip: session.ip.map(|ip| ip.to_string()),
            user_agent: session.user_agent,
            current: via == Via::Session(session.id),
        }
    }
}

/// List one's sign-ins
///
/// Those that are alive. Asked by whoever is signed in: an API token can't.
#[utoipa::path(get, path = "/auth/sessions", tag = "auth", responses((status = 200, body = Success<List<SignInEntry>>)))]
pub(crate) async fn list_sign_ins(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(()): Query<()>,
) -> ApiResult<List<SignInEntry>> {
    let sessions = state.catalog.sessions_of(caller.user, state.clock.now()).await?;
    let items: Vec<_> = sessions.into_iter().map(|session| SignInEntry::new(session, caller.via)).collect();
    let total = items.len() as u64;
    Ok(state.ok(List { items, pagination: Pagination::new(Some(1), total.max(1), Some(total), None) }))
}

/// End one of one's sign-ins
///
/// An API token can't.
#[utoipa::path(
    delete,
    path = "/auth/sessions/{id}",
    tag = "auth",
    params(("id" = Uuid, Path, description = "Id of the sign-in")),
    responses((status = 204, description = "It has ended"))
)]
pub(crate) async fn end_sign_in(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    client: Client,
    UrlPath(id): UrlPath<String>,
    Query(()): Query<()>,
) -> Result<Response, ApiError> {
    let id: SessionId = id.parse().map_err(|_| ApiError::sign_in_not_found())?;
    let session = state.catalog.session(id).await?.filter(|session| session.user_id == caller.user);
    session.ok_or_else(ApiError::sign_in_not_found)?;
    let now = state.clock.now();
    let caller = &caller;
    let end = |work: Work| async move {
        work.access.end_session(id, now, SessionEnd::Revoked).await?;
        work.note(caller, Deed::done("session.end").to("session", id));
        Ok::<_, ApiError>(())
    };
    state.audited(&client, end).await?;
    Ok(no_content())
}
