//! Checking a chain from its beginning to its head.

use std::collections::HashMap;

use nightjar_database::Database;
use nightjar_database::sql::statement;
use nightjar_model::OrgId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::chain::{KEY_CHANGED, digest};
use crate::head::{ChainEnd, end, end_statement};
use crate::row::{Column, Entity, Model};
use crate::{AuditHead, Result, keys};

/// Entries that are read at a time.
const PAGE: u64 = 1000;

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries from the first on are as they were written.
    pub entries: u64,
    /// The first entry that has a key; those before could be computed anew by whoever can write the
    /// database. None: none has one.
    pub keyed_from: Option<i64>,
    /// The place of the first that is not, and why; None if all are.
    pub fault: Option<(i64, String)>,
}

/// Checks the chain of an organization, and that it contains the expected heads, which were kept
/// somewhere else; heads of other organizations are ignored. Entries that are added meanwhile are not
/// looked at.
pub async fn verify(database: &Database, org: OrgId, expected: &[AuditHead]) -> Result<AuditReport> {
    let reader = database.reader();
    // A head whose digest was cut fits no entry, and is found by that.
    let start = ChainEnd { seq: 0, digest: [0; 32], key: None };
    let last = end(reader, end_statement(reader, org.0, false)).await?.unwrap_or_else(|| start.clone());
    let expected: HashMap<i64, [u8; 32]> =
        expected.iter().filter(|head| head.org == org).map(|head| (head.seq, head.digest)).collect();
    let mut walk = Walk { end: start, keyed_from: None, keys: keys::all(database).await?, expected };
    while walk.end.seq < last.seq {
        let rows = Entity::find()
            .filter(Column::OrgId.eq(org.0))
            .filter(Column::Seq.gt(if walk.end.seq == 0 { i64::MIN } else { walk.end.seq }))
            .order_by_asc(Column::Seq)
            .limit(PAGE)
            .all(reader)
            .await?;
        if rows.is_empty() {
            return Ok(walk.fault(format!("the trail ends here, but went on to entry {}", last.seq)));
        }
        for row in rows.iter().take_while(|row| row.seq <= last.seq) {
            if let Err(why) = walk.step(row) {
                return Ok(walk.fault(why));
            }
        }
        if rows.last().is_some_and(|row| row.seq > last.seq) && walk.end.seq < last.seq {
            return Ok(walk.fault("the entry is missing".to_owned()));
        }
    }
    if walk.end.digest != last.digest {
        return Ok(walk.fault("the head does not fit the last entry".to_owned()));
    }
    if let Some(seq) = beyond_head(database, org).await? {
        let fault = Some((seq, "the head does not know it".to_owned()));
        return Ok(AuditReport { fault, ..walk.report() });
    }
    if let Some(seq) = walk.expected.keys().filter(|seq| **seq > walk.end.seq).max() {
        return Ok(walk.fault(format!(
            "the trail ends here, but the expected head is entry {seq}: its end was cut off"
        )));
    }
    Ok(walk.report())
}

/// The first entry that is not between the beginning and the head, in one look at both.
async fn beyond_head(database: &Database, org: OrgId) -> Result<Option<i64>> {
    let text = "SELECT min(seq) FROM audit_log WHERE org_id = $1 AND (seq < 1 OR seq > coalesce(
                  (SELECT seq FROM audit_heads WHERE org_id = $1), 0))";
    let reader = database.reader();
    let row = reader.query_one_raw(statement(reader, text, [org.0.into()])).await?;
    Ok(row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten())
}

/// How far the chain was followed.
struct Walk {
    end: ChainEnd,
    keyed_from: Option<i64>,
    keys: HashMap<String, [u8; 32]>,
    /// Digests that entries must have, by their places.
    expected: HashMap<i64, [u8; 32]>,
}

impl Walk {
    fn step(&mut self, row: &Model) -> std::result::Result<(), String> {
        if row.seq != self.end.seq + 1 {
            return Err(format!("entry {} comes instead", row.seq));
        }
        if row.previous != self.end.digest {
            return Err("it does not follow the entry before".to_owned());
        }
        let key = match &row.key_id {
            None if self.keyed_from.is_some() => {
                return Err("it has no key, but entries before have one".to_owned());
            }
            None => None,
            Some(id) => Some(self.keys.get(id).ok_or_else(|| {
                format!("it was written with the key {id}, which is not here: set NIGHTJAR_OLD_SECRET_KEYS")
            })?),
        };
        if row.seq > 1 && row.key_id != self.end.key && row.action != KEY_CHANGED {
            return Err("its key is another one, and no entry says so".to_owned());
        }
        let digest = digest(row, key);
        if row.digest != digest {
            return Err("it is not as it was written".to_owned());
        }
        if self.expected.get(&row.seq).is_some_and(|expected| *expected != digest) {
            return Err("it is not the entry of the expected head: the trail was rewritten".to_owned());
        }
        self.keyed_from = self.keyed_from.or(key.map(|_| row.seq));
        self.end = ChainEnd { seq: row.seq, digest, key: row.key_id.clone() };
        Ok(())
    }

    fn report(&self) -> AuditReport {
        AuditReport { entries: self.end.seq.unsigned_abs(), keyed_from: self.keyed_from, fault: None }
    }

    /// The entry after those that are good is not.
    fn fault(&self, why: String) -> AuditReport {
        AuditReport { fault: Some((self.end.seq + 1, why)), ..self.report() }
    }
}
