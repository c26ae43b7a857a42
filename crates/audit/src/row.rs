//! `audit_log`: one row an entry of an organization's chain.

use nightjar_media::WallTime;
use nightjar_model::{Actor, AuditEntry, AuditRecord, OrgId, Outcome, TokenId, UserId};
use sea_orm::entity::prelude::*;

use nightjar_database::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Uuid>,
    pub(crate) actor_token: Option<Uuid>,
    pub(crate) actor_name: String,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) outcome: String,
    pub(crate) ip: Option<String>,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) details: String,
    pub(crate) previous: Vec<u8>,
    pub(crate) digest: Vec<u8>,
    pub(crate) key_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a record, without its digest yet.
pub(crate) fn to_row(record: &AuditRecord, seq: i64, previous: [u8; 32], key_id: Option<String>) -> Model {
    let (actor_kind, actor_id, actor_token, actor_name) = match &record.actor {
        Actor::User { id, name } => ("user", Some(id.0), None, name.as_str()),
        Actor::Token { id, user, name } => ("token", Some(user.0), Some(id.0), name.as_str()),
        Actor::Anonymous { tried } => ("anonymous", None, None, tried.as_str()),
        Actor::System => ("system", None, None, ""),
    };
    Model {
        id: record.id,
        org_id: record.org_id.0,
        seq,
        at: record.at.micros(),
        actor_kind: actor_kind.to_owned(),
        actor_id,
        actor_token,
        actor_name: clean(actor_name),
        action: clean(&record.action),
        object_kind: clean(&record.object_kind),
        object_id: clean(&record.object_id),
        outcome: record.outcome.as_str().to_owned(),
        ip: record.ip.map(|ip| ip.to_string()),
        request_id: record.request_id,
        details: record.details.to_string(),
        previous: previous.to_vec(),
        digest: Vec::new(),
        key_id,
    }
}

impl TryFrom<Model> for AuditEntry {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        let actor = match (row.actor_kind.as_str(), row.actor_id, row.actor_token) {
            ("user", Some(id), _) => Actor::User { id: UserId(id), name: row.actor_name },
            ("token", Some(user), Some(id)) => {
                Actor::Token { id: TokenId(id), user: UserId(user), name: row.actor_name }
            }
            ("anonymous", ..) => Actor::Anonymous { tried: row.actor_name },
            ("system", ..) => Actor::System,
            _ => return Err(unknown("kind of actor", &row.actor_kind)),
        };
        let record = AuditRecord {
            id: row.id,
            org_id: OrgId(row.org_id),
            at: WallTime::from_micros(row.at),
            actor,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            outcome: [Outcome::Done, Outcome::Refused]
                .into_iter()
                .find(|outcome| outcome.as_str() == row.outcome)
                .ok_or_else(|| unknown("outcome", &row.outcome))?,
            ip: row.ip.as_deref().map(|ip| ip.parse().map_err(|_| unknown("address", ip))).transpose()?,
            request_id: row.request_id,
            details: serde_json::from_str(&row.details).map_err(|_| {
                CatalogError::Damaged(format!("the details of audit entry {} are no JSON", row.seq))
            })?,
        };
        let (previous, digest) = (to_digest(&row.previous)?, to_digest(&row.digest)?);
        Ok(Self { seq: row.seq, record, previous, digest, key: row.key_id })
    }
}

fn to_digest(bytes: &[u8]) -> crate::Result<[u8; 32]> {
    bytes.try_into().map_err(|_| CatalogError::Damaged("a digest of the audit trail has not 32 bytes".into()))
}

/// A stored word that none of ours is equal to.
fn unknown(what: &str, word: &str) -> CatalogError {
    CatalogError::Damaged(format!("`{word}` is no {what}"))
}

/// A text from outside as both databases take it: PostgreSQL has no place for U+0000.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
