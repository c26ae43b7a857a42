//! Checking a chain from its beginning to its head.

use nightjar_model::OrgId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::chain::{digest, head, head_statement};
use crate::entity::audit::{Column, Entity, Model};
use crate::sql::statement;
use crate::{Catalog, Result};

/// Entries that are read at a time.
const PAGE: u64 = 1000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries from the first on are as they were written.
    pub entries: u64,
    /// The place of the first that is not, and why; none if all are.
    pub fault: Option<(i64, String)>,
}

impl Catalog {
    /// Checks the chain of an organization. Entries that are added meanwhile are not looked at.
    pub async fn verify_audit(&self, org: OrgId) -> Result<AuditReport> {
        let select = head_statement(self.reader(), org.0, false);
        // A head whose digest was cut fits no entry, and is found by that.
        let (last_seq, last_digest) = head(self.reader(), select).await?.unwrap_or((0, [0; 32]));
        let mut walk = Walk { seq: 0, digest: [0; 32] };
        while walk.seq < last_seq {
            let rows = Entity::find()
                .filter(Column::OrgId.eq(org.0))
                .filter(Column::Seq.gt(if walk.seq == 0 { i64::MIN } else { walk.seq }))
                .order_by_asc(Column::Seq)
                .limit(PAGE)
                .all(self.reader())
                .await?;
            if rows.is_empty() {
                return Ok(walk.fault(format!("the trail ends here, but went on to entry {last_seq}")));
            }
            for row in rows.iter().take_while(|row| row.seq <= last_seq) {
                if let Err(why) = walk.step(row) {
                    return Ok(walk.fault(why));
                }
            }
            if rows.last().is_some_and(|row| row.seq > last_seq) && walk.seq < last_seq {
                return Ok(walk.fault("the entry is missing".to_owned()));
            }
        }
        if walk.digest != last_digest {
            return Ok(walk.fault("the head does not fit the last entry".to_owned()));
        }
        if let Some(seq) = self.beyond_head(org).await? {
            return Ok(AuditReport {
                fault: Some((seq, "the head does not know it".to_owned())),
                ..walk.report()
            });
        }
        Ok(walk.report())
    }

    /// The first entry that is not between the beginning and the head, in one look at both.
    async fn beyond_head(&self, org: OrgId) -> Result<Option<i64>> {
        let text = "SELECT min(seq) FROM audit_log WHERE org_id = $1 AND (seq < 1 OR seq > coalesce(
                      (SELECT seq FROM audit_heads WHERE org_id = $1), 0))";
        let row = self.reader().query_one_raw(statement(self.reader(), text, [org.0.into()])).await?;
        Ok(row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten())
    }
}

/// How far the chain was followed.
struct Walk {
    seq: i64,
    digest: [u8; 32],
}

impl Walk {
    fn step(&mut self, row: &Model) -> std::result::Result<(), String> {
        if row.seq != self.seq + 1 {
            return Err(format!("entry {} comes instead", row.seq));
        }
        if row.previous != self.digest {
            return Err("it does not follow the entry before".to_owned());
        }
        let digest = digest(row);
        if row.digest != digest {
            return Err("it is not as it was written".to_owned());
        }
        *self = Self { seq: row.seq, digest };
        Ok(())
    }

    fn report(&self) -> AuditReport {
        AuditReport { entries: self.seq.unsigned_abs(), fault: None }
    }

    /// The entry after those that are good is not.
    fn fault(&self, why: String) -> AuditReport {
        AuditReport { fault: Some((self.seq + 1, why)), ..self.report() }
    }
}
