//! `sessions`: one row a sign-in.

use nightjar_media::WallTime;
use nightjar_model::{OrgId, Session, SessionEnd, SessionId, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

use super::{clean, parse_ip, unknown};
use crate::CatalogError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) last_used_at: i64,
    pub(crate) ended_at: Option<i64>,
    pub(crate) ended_why: Option<String>,
    pub(crate) ip: Option<String>,
    pub(crate) user_agent: String,
    pub(crate) proved_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a session.
pub(crate) fn to_row(session: &Session) -> ActiveModel {
    ActiveModel {
        id: Set(session.id.0),
        org_id: Set(session.org_id.0),
        user_id: Set(session.user_id.0),
        created_at: Set(session.created_at.micros()),
        expires_at: Set(session.expires_at.micros()),
        last_used_at: Set(session.last_used_at.micros()),
        ended_at: Set(session.ended.map(|(at, _)| at.micros())),
        ended_why: Set(session.ended.map(|(_, why)| why.as_str().to_owned())),
        ip: Set(session.ip.map(|ip| ip.to_string())),
        user_agent: Set(clean(&session.user_agent)),
        proved_at: Set(session.proved_at.micros()),
    }
}

impl TryFrom<Model> for Session {
    type Error = CatalogError;

    fn try_from(row: Model) -> Result<Self, Self::Error> {
        let ended = match (row.ended_at, row.ended_why) {
            (Some(at), Some(why)) => Some((WallTime::from_micros(at), parse_end(&why)?)),
            _ => None,
        };
        Ok(Self {
            id: SessionId(row.id),
            user_id: UserId(row.user_id),
            org_id: OrgId(row.org_id),
            created_at: WallTime::from_micros(row.created_at),
            expires_at: WallTime::from_micros(row.expires_at),
            proved_at: WallTime::from_micros(row.proved_at),
            last_used_at: WallTime::from_micros(row.last_used_at),
            ended,
            ip: row.ip.as_deref().map(parse_ip).transpose()?,
            user_agent: row.user_agent,
        })
    }
}

/// All rows as sessions.
pub(crate) fn to_sessions(rows: Vec<Model>) -> crate::Result<Vec<Session>> {
    rows.into_iter().map(Session::try_from).collect()
}

fn parse_end(word: &str) -> crate::Result<SessionEnd> {
    SessionEnd::ALL
        .into_iter()
        .find(|end| end.as_str() == word)
        .ok_or_else(|| unknown("end of a session", word))
}
