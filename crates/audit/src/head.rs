//! Heads: where a chain ends. Kept somewhere else, a head proves later that nothing up to it was
//! removed or rewritten.

use std::fmt;
use std::str::FromStr;

use nightjar_database::sql::statement;
use nightjar_database::{CatalogError, Database};
use nightjar_model::OrgId;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use crate::Result;

/// The place and digest of an organization's last entry, as `organization:entry:digest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Whose chain it is.
    pub org: OrgId,
    /// The entry's place in the chain, from 1; 0 for an empty chain.
    pub seq: i64,
    /// The entry's digest.
    pub digest: [u8; 32],
}

/// A text that is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidHead;

impl fmt::Display for InvalidHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a head is `organization:entry:digest`, as `nightjar audit head` and the log print it")
    }
}

impl std::error::Error for InvalidHead {}

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.org, self.seq, blake3::Hash::from_bytes(self.digest).to_hex())
    }
}

impl FromStr for AuditHead {
    type Err = InvalidHead;

    fn from_str(text: &str) -> std::result::Result<Self, InvalidHead> {
        let mut parts = text.trim().split(':');
        let (Some(org), Some(seq), Some(digest), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidHead);
        };
        Ok(Self {
            org: OrgId(org.parse().map_err(|_| InvalidHead)?),
            seq: seq.parse().ok().filter(|seq| *seq >= 0).ok_or(InvalidHead)?,
            digest: blake3::Hash::from_hex(digest).map_err(|_| InvalidHead)?.into(),
        })
    }
}

/// The heads of all organizations that have entries.
pub async fn heads(database: &Database) -> Result<Vec<AuditHead>> {
    let text = "SELECT org_id, seq, digest FROM audit_heads ORDER BY org_id";
    let rows = database.reader().query_all_raw(statement(database.reader(), text, [])).await?;
    rows.iter()
        .map(|row| {
            let (org, digest): (Uuid, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
            Ok(AuditHead { org: OrgId(org), seq: row.try_get_by_index(1)?, digest: to_digest(digest)? })
        })
        .collect()
}

/// The end of a chain as its writer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChainEnd {
    pub(crate) seq: i64,
    pub(crate) digest: [u8; 32],
    /// The key of the last entry; None: it has none.
    pub(crate) key: Option<String>,
}

/// Selects the end. SQLite has no lock for a row: whoever writes has the whole database.
pub(crate) fn end_statement(connection: &impl ConnectionTrait, org: Uuid, lock: bool) -> Statement {
    let lock = if lock { "FOR UPDATE" } else { "" };
    let text = format!("SELECT seq, digest, key_id FROM audit_heads WHERE org_id = $1 {lock}");
    statement(connection, text, [org.into()])
}

pub(crate) async fn end(connection: &impl ConnectionTrait, select: Statement) -> Result<Option<ChainEnd>> {
    let read = |row: QueryResult| -> Result<ChainEnd> {
        let digest = to_digest(row.try_get_by_index(1)?)?;
        Ok(ChainEnd { seq: row.try_get_by_index(0)?, digest, key: row.try_get_by_index(2)? })
    };
    connection.query_one_raw(select).await?.map(read).transpose()
}

fn to_digest(bytes: Vec<u8>) -> Result<[u8; 32]> {
    let wrong = |_| CatalogError::Damaged("the head of an audit trail has not 32 bytes".to_owned());
    bytes.try_into().map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_back_as_it_is_printed() {
        let head = AuditHead { org: OrgId::DEFAULT, seq: 42, digest: [0xab; 32] };
        assert_eq!(head.to_string().parse(), Ok(head));
        let shown = head.to_string();
        for wrong in ["", "x", &shown[1..], &shown[..shown.len() - 1], &format!("{shown}:"), "a:1:b"] {
            assert_eq!(wrong.parse::<AuditHead>(), Err(InvalidHead), "{wrong}");
        }
    }
}
