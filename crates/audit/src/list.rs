//! Reading the trail, newest first, page by page.

use nightjar_database::sql::Values;
use nightjar_database::{Database, DatabaseKind};
use nightjar_media::WallTime;
use nightjar_model::{AuditEntry, OrgId, Outcome, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use crate::Result;
use crate::row::{Column, Entity, clean};

/// Which entries; what is not set is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Done by this account, itself or with one of its tokens.
    pub actor: Option<UserId>,
    /// This action, or all that begin with it if it ends with a dot (`camera.`).
    pub action: Option<String>,
    /// Done to this kind of object.
    pub object_kind: Option<String>,
    /// Done to this object.
    pub object_id: Option<String>,
    /// At this time or later.
    pub from: Option<WallTime>,
    /// Before this time.
    pub to: Option<WallTime>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// With this text in the actor's name, the action, the object's id or the details, without
    /// regard to the case of ASCII letters.
    pub q: Option<String>,
}

/// The entries of an organization that the filter takes, newest first, at most `limit`: from the end,
/// or those before the entry `before`.
pub async fn entries(
    database: &Database,
    org: OrgId,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<AuditEntry>> {
    let select = page_statement(database.reader(), database.kind(), org, filter, before, limit);
    let rows = Entity::find().from_raw_sql(select).all(database.reader()).await?;
    rows.into_iter().map(AuditEntry::try_from).collect()
}

/// The entries of an organization after the entry `after`, oldest first, at most `limit`.
pub async fn entries_after(
    database: &Database,
    org: OrgId,
    after: i64,
    limit: u64,
) -> Result<Vec<AuditEntry>> {
    let rows = Entity::find()
        .filter(Column::OrgId.eq(org.0))
        .filter(Column::Seq.gt(after))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(database.reader())
        .await?;
    rows.into_iter().map(AuditEntry::try_from).collect()
}

/// One index is the obvious one, and gives the rows in order: that of the object, of the actor, of
/// the action, or of all. A condition with `IS TRUE` behind it is one that no index is taken for.
pub fn page_statement(
    connection: &impl ConnectionTrait,
    kind: DatabaseKind,
    org: OrgId,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: u32,
) -> Statement {
    let mut values = Values::default();
    let mut text = format!("SELECT * FROM audit_log WHERE org_id = {}", values.bind(org.0));
    if let Some(before) = before {
        text += &format!(" AND seq < {}", values.bind(before));
    }
    let mut indexed = false;
    let mut equal = |column: &str, place: String| {
        let condition = format!("{column} = {place}");
        if std::mem::replace(&mut indexed, true) {
            format!(" AND ({condition}) IS TRUE")
        } else {
            format!(" AND {condition}")
        }
    };
    if let Some(id) = &filter.object_id {
        text += &equal("object_id", values.bind(clean(id)));
    }
    if let Some(actor) = filter.actor {
        text += &equal("actor_id", values.bind(actor.0));
    }
    match &filter.action {
        Some(prefix) if prefix.ends_with('.') => {
            let letters = values.bind(i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX));
            let prefix = values.bind(clean(prefix));
            text += &format!(" AND (substr(action, 1, CAST({letters} AS INTEGER)) = {prefix}) IS TRUE");
        }
        Some(action) => text += &equal("action", values.bind(clean(action))),
        None => {}
    }
    text += &others(kind, filter, &mut values);
    text += &format!(" ORDER BY seq DESC LIMIT {}", values.bind(i64::from(limit)));
    values.into_statement(connection, text)
}

/// The conditions that no index is for.
fn others(kind: DatabaseKind, filter: &AuditFilter, values: &mut Values) -> String {
    let mut text = String::new();
    if let Some(kind) = &filter.object_kind {
        text += &format!(" AND (object_kind = {}) IS TRUE", values.bind(clean(kind)));
    }
    if let Some(outcome) = filter.outcome {
        text += &format!(" AND (outcome = {}) IS TRUE", values.bind(outcome.as_str()));
    }
    if let Some(from) = filter.from {
        text += &format!(" AND (at >= {}) IS TRUE", values.bind(from.micros()));
    }
    if let Some(to) = filter.to {
        text += &format!(" AND (at < {}) IS TRUE", values.bind(to.micros()));
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.is_empty()) {
        let pattern = values.bind(containing(&clean(q).to_ascii_lowercase()));
        // Both find letters of ASCII in either case, and others as they are.
        let collation = match kind {
            DatabaseKind::Sqlite => "",
            DatabaseKind::Postgres => " COLLATE \"C\"",
        };
        let texts = "actor_name || ' ' || action || ' ' || object_id || ' ' || details";
        text += &format!(" AND (lower(({texts}){collation}) LIKE {pattern} ESCAPE '!') IS TRUE");
    }
    text
}

/// A pattern for texts with this text in them.
fn containing(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
