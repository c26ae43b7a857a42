//! `GET /audit`.

use axum::extract::State;
use nightjar_catalog::AuditFilter;
use nightjar_model::{
    Actor as DomainActor, AuditEntry as DomainEntry, ErrorCode, GroupScope, UserId, WallTime,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::{ApiResult, List, Pagination, Success};
use crate::enums::{Outcome, api_enum};
use crate::error::ApiError;
use crate::guard::Signed;
use crate::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::query::{FromQuery, Query, QueryReader};
use crate::state::ApiState;
use crate::time::{Bound, TimeInput, Timestamp};

/// Which entries.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `AuditQuery` reads")]
struct Params {
    /// Items of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u64>,
    /// `next_cursor` of the page before; goes with the same filters.
    #[param(pattern = r"^[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
    /// Only of this account.
    actor: Option<Uuid>,
    /// Only this action, or with a final `.` all that begin with it.
    #[param(example = "camera.")]
    action: Option<String>,
    /// Only on objects of this kind.
    #[param(example = "camera")]
    object_kind: Option<String>,
    /// Only on this object.
    object_id: Option<String>,
    /// Only those that ended like this.
    outcome: Option<Outcome>,
    /// Only with this text in them.
    q: Option<String>,
    /// Only from this time, or from the beginning of this day.
    #[param(value_type = Option<TimeInput>)]
    start_date: Option<String>,
    /// Only before this time, or before the end of this day.
    #[param(value_type = Option<TimeInput>)]
    end_date: Option<String>,
}

/// What was asked for.
pub(crate) struct AuditQuery {
    filter: AuditFilter,
    before: Option<i64>,
    limit: u64,
}

impl FromQuery for AuditQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        let from: Option<WallTime> = reader.time("start_date", Bound::Start);
        let to = reader.time("end_date", Bound::End);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            reader.problem(ErrorCode::InvalidTimeRange, "end_date", "must be later than `start_date`");
        }
        let filter = AuditFilter {
            actor: reader.value::<Uuid>("actor").map(UserId),
            action: reader.text("action"),
            object_kind: reader.text("object_kind"),
            object_id: reader.text("object_id"),
            outcome: reader.value::<Outcome>("outcome").map(Into::into),
            q: reader.text("q"),
            from,
            to,
        };
        let before = reader.parsed("cursor", ErrorCode::InvalidCursor, |text| {
            let seq = text.parse().ok().filter(|seq| *seq > 0);
            seq.ok_or_else(|| "is not one that this list has given out".to_owned())
        });
        let limit = reader.number("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        Self { filter, before, limit }
    }
}

/// An entry of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Place in the organization's chain.
    seq: i64,
    id: Uuid,
    at: Timestamp,
    actor: Actor,
    #[schema(example = "camera.update")]
    action: String,
    /// Empty for none.
    #[schema(example = "camera")]
    object_kind: String,
    /// Empty for none.
    object_id: String,
    outcome: Outcome,
    /// From where.
    ip: Option<String>,
    /// As in the answer and in the log.
    request_id: Option<Uuid>,
    /// What changed, without secrets.
    #[schema(value_type = Object)]
    details: Value,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Actor {
    kind: ActorKind,
    /// Of the account or the API token.
    id: Option<Uuid>,
    /// Its name at that time; of somebody unknown, the name that was tried.
    name: String,
}

/// What kind of actor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    User,
    Token,
    Anonymous,
    System,
}

api_enum! {
    /// What kind of actor it was.
    pub(crate) ActorKind = Kind {
        /// A person, signed in.
        User => "user",
        /// A program with an API token.
        Token => "token",
        /// Somebody unknown.
        Anonymous => "anonymous",
        /// Nightjar itself, or its administrator at the command line.
        System => "system",
    }
}

impl From<DomainActor> for Actor {
    fn from(actor: DomainActor) -> Self {
        let (kind, id, name) = match actor {
            DomainActor::User { id, name } => (Kind::User, Some(id.0), name),
            DomainActor::Token { id, name, .. } => (Kind::Token, Some(id.0), name),
            DomainActor::Anonymous { tried } => (Kind::Anonymous, None, tried),
            DomainActor::System => (Kind::System, None, "Nightjar".to_owned()),
        };
        Self { kind: kind.into(), id, name }
    }
}

impl From<DomainEntry> for AuditEntry {
    fn from(entry: DomainEntry) -> Self {
        let record = entry.record;
        Self {
            seq: entry.seq,
            id: record.id,
            at: Timestamp(record.at),
            actor: record.actor.into(),
            action: record.action,
            object_kind: record.object_kind,
            object_id: record.object_id,
            outcome: record.outcome.into(),
            ip: record.ip.map(|ip| ip.to_string()),
            request_id: record.request_id,
            details: record.details,
        }
    }
}

/// Read the audit trail
///
/// Who did what to which object, from where; every access to footage too. Newest first. Entries are
/// chained by digests, so that `nightjar audit verify` finds what was changed or removed. It is of the
/// whole organization: whoever is limited to camera groups does not see it.
#[utoipa::path(get, path = "/audit", tag = "system", params(Params), responses((status = 200, body = Success<List<AuditEntry>>)))]
pub(crate) async fn list_audit(
    State(state): State<ApiState>,
    Signed(caller): Signed,
    Query(query): Query<AuditQuery>,
) -> ApiResult<List<AuditEntry>> {
    if caller.groups != GroupScope::All {
        let message = "You are limited to some camera groups; the audit trail is that of all.";
        return Err(ApiError::new(ErrorCode::AuthInsufficientPermissions, message));
    }
    let limit = u32::try_from(query.limit).unwrap_or(u32::MAX);
    // One more than asked for tells whether there is another page.
    let mut entries =
        state.catalog.audit(caller.org, &query.filter, query.before, limit.saturating_add(1)).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.seq.to_string());
    let items = entries.into_iter().map(Into::into).collect();
    Ok(state.ok(List { items, pagination: Pagination::new(None, query.limit, None, next) }))
}
