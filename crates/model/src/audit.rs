//! The audit trail: who did what to which object.

use std::net::IpAddr;

use nightjar_media::WallTime;
use uuid::Uuid;

use crate::{OrgId, TokenId, UserId};

/// An entry before it has its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Key of the row.
    pub id: Uuid,
    /// The tenant.
    pub org_id: OrgId,
    /// When.
    pub at: WallTime,
    /// Who.
    pub actor: Actor,
    /// What: `camera.update`, `footage.download`, `auth.login` …
    pub action: String,
    /// To what kind of object: `camera`, `user`, `session` …; empty for none.
    pub object_kind: String,
    /// To which: an id; empty for none.
    pub object_id: String,
    /// Whether it was done or refused.
    pub outcome: Outcome,
    /// From where.
    pub ip: Option<IpAddr>,
    /// The request's id, as in the log and in the answer.
    pub request_id: Option<Uuid>,
    /// What changed, as JSON, without secrets.
    pub details: serde_json::Value,
}

/// An entry in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Place in the organization's chain, from 1.
    pub seq: i64,
    /// What is recorded.
    pub record: AuditRecord,
    /// The digest of the entry before, all zero for the first.
    pub previous: [u8; 32],
    /// BLAKE3 over this entry and `previous`, keyed if there is a key.
    pub digest: [u8; 32],
    /// The name of the key; None for entries from before there were keys.
    pub key: Option<String>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person, signed in.
    User {
        /// Its account.
        id: UserId,
        /// The account's name at that time.
        name: String,
    },
    /// A program with an API token.
    Token {
        /// The token.
        id: TokenId,
        /// The owner's account.
        user: UserId,
        /// The token's name at that time.
        name: String,
    },
    /// Somebody who is not known, by the name that was tried.
    Anonymous {
        /// What was typed, cut to 100 characters; empty for nothing.
        tried: String,
    },
    /// Nightjar itself, or its administrator at the command line.
    System,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// Its name in the API and in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}
