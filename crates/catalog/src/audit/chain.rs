//! Adding to the chain.

use std::collections::BTreeMap;

use nightjar_model::AuditRecord;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, Statement};
use uuid::Uuid;

use crate::entity::audit::{ActiveModel, Entity, Model, to_row};
use crate::sql::{batches, statement};
use crate::{Catalog, CatalogError, DatabaseKind, Result};

/// Columns of an entry.
const COLUMNS: usize = 17;

impl Catalog {
    /// Adds records to the chains of their organizations, in this order; all of them or none.
    pub async fn append_audit(&self, records: &[AuditRecord]) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        // In the order of the organizations' ids, so that two that lock several don't wait for
        // each other.
        let mut chains: BTreeMap<Uuid, Vec<&AuditRecord>> = BTreeMap::new();
        for record in records {
            chains.entry(record.org_id.0).or_default().push(record);
        }
        self.write(|| async {
            let transaction = self.begin().await?;
            for (org, records) in &chains {
                append(self.kind(), &transaction, *org, records).await?;
            }
            Ok(transaction.commit().await?)
        })
        .await
    }
}

/// Adds records of one organization within the caller's transaction.
pub(crate) async fn append(
    kind: DatabaseKind,
    transaction: &DatabaseTransaction,
    org: Uuid,
    records: &[&AuditRecord],
) -> Result<()> {
    let (mut seq, mut last) = lock_head(kind, transaction, org).await?;
    let mut rows: Vec<ActiveModel> = Vec::with_capacity(records.len());
    for record in records {
        seq += 1;
        let mut row = to_row(record, seq, last);
        last = digest(&row);
        row.digest = last.to_vec();
        rows.push(row.into_active_model());
    }
    for batch in batches(&rows, COLUMNS) {
        Entity::insert_many(batch.iter().cloned()).exec_without_returning(transaction).await?;
    }
    let text = "UPDATE audit_heads SET seq = $1, digest = $2 WHERE org_id = $3";
    let values = [seq.into(), last.to_vec().into(), org.into()];
    transaction.execute_raw(statement(transaction, text, values)).await?;
    Ok(())
}

/// The place and digest of an organization's last entry, locked until the transaction ends.
async fn lock_head(
    kind: DatabaseKind,
    transaction: &DatabaseTransaction,
    org: Uuid,
) -> Result<(i64, [u8; 32])> {
    let select = head_statement(transaction, org, kind == DatabaseKind::Postgres);
    if let Some(head) = head(transaction, select.clone()).await? {
        return Ok(head);
    }
    let text = "INSERT INTO audit_heads (org_id, seq, digest) VALUES ($1, 0, $2)
                ON CONFLICT (org_id) DO NOTHING";
    let values = [org.into(), vec![0u8; 32].into()];
    transaction.execute_raw(statement(transaction, text, values)).await?;
    let head = head(transaction, select).await?;
    head.ok_or_else(|| CatalogError::Conflict("the head of an audit trail has just gone".to_owned()))
}

/// Selects the head. SQLite has no lock for a row: whoever writes has the whole database.
pub(super) fn head_statement(connection: &impl ConnectionTrait, org: Uuid, lock: bool) -> Statement {
    let lock = if lock { "FOR UPDATE" } else { "" };
    let text = format!("SELECT seq, digest FROM audit_heads WHERE org_id = $1 {lock}");
    statement(connection, text, [org.into()])
}

pub(super) async fn head(
    connection: &impl ConnectionTrait,
    select: Statement,
) -> Result<Option<(i64, [u8; 32])>> {
    let Some(row) = connection.query_one_raw(select).await? else {
        return Ok(None);
    };
    let digest: Vec<u8> = row.try_get_by_index(1)?;
    let digest = digest
        .try_into()
        .map_err(|_| CatalogError::Damaged("the head of an audit trail has not 32 bytes".to_owned()))?;
    Ok(Some((row.try_get_by_index(0)?, digest)))
}

/// The digest of an entry: BLAKE3 over the text `nightjar.audit.1` and then, in this order,
/// `previous`, `org_id`, `seq`, `id`, `at`, `actor_kind`, `actor_id`, `actor_token`, `actor_name`,
/// `action`, `object_kind`, `object_id`, `outcome`, `ip`, `request_id`, `details`, as they lie in
/// their columns. Each is a byte 1, its length in bytes as 8 bytes (little endian) and its bytes;
/// what is NULL is a byte 0 alone. Ids are their 16 bytes, numbers 8 bytes (little endian), texts
/// UTF-8. So no two different entries have the same encoding.
pub(super) fn digest(row: &Model) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"nightjar.audit.1");
    let id = |id: &Option<Uuid>| id.map(|id| id.into_bytes());
    let (actor_id, actor_token, request_id) = (id(&row.actor_id), id(&row.actor_token), id(&row.request_id));
    let fields: [Option<&[u8]>; 16] = [
        Some(&row.previous),
        Some(row.org_id.as_bytes()),
        Some(&row.seq.to_le_bytes()),
        Some(row.id.as_bytes()),
        Some(&row.at.to_le_bytes()),
        Some(row.actor_kind.as_bytes()),
        actor_id.as_ref().map(|id| &id[..]),
        actor_token.as_ref().map(|id| &id[..]),
        Some(row.actor_name.as_bytes()),
        Some(row.action.as_bytes()),
        Some(row.object_kind.as_bytes()),
        Some(row.object_id.as_bytes()),
        Some(row.outcome.as_bytes()),
        row.ip.as_deref().map(str::as_bytes),
        request_id.as_ref().map(|id| &id[..]),
        Some(row.details.as_bytes()),
    ];
    for field in fields {
        match field {
            None => hasher.update(&[0]),
            Some(bytes) => hasher.update(&[1]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes),
        };
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use nightjar_media::WallTime;
    use nightjar_model::{Actor, OrgId, Outcome, UserId};

    use super::*;

    fn row() -> Model {
        let record = AuditRecord {
            id: Uuid::from_u128(1),
            org_id: OrgId::DEFAULT,
            at: WallTime::from_micros(1_763_000_000_000_000),
            actor: Actor::User { id: UserId(Uuid::from_u128(2)), name: "ada".to_owned() },
            action: "camera.update".to_owned(),
            object_kind: "camera".to_owned(),
            object_id: "front".to_owned(),
            outcome: Outcome::Done,
            ip: Some([10, 0, 0, 7].into()),
            request_id: None,
            details: serde_json::json!({ "name": "Front" }),
        };
        to_row(&record, 1, [0; 32])
    }

    #[test]
    fn the_encoding_never_changes() {
        let digest = blake3::Hash::from(digest(&row())).to_hex();
        assert_eq!(digest.as_str(), "39b5dee77d16abe8277f851405959a013b0f46e82284f4a552beeca90d3ab075");
    }

    #[test]
    fn every_field_counts() {
        let other = Uuid::from_u128(9);
        let changes: [fn(&mut Model, Uuid); 16] = [
            |row, _| row.previous[0] = 1,
            |row, id| row.org_id = id,
            |row, _| row.seq = 2,
            |row, id| row.id = id,
            |row, _| row.at += 1,
            |row, _| row.actor_kind.push('x'),
            |row, _| row.actor_id = None,
            |row, id| row.actor_token = Some(id),
            |row, _| row.actor_name.push('x'),
            |row, _| row.action.push('x'),
            |row, _| row.object_kind.push('x'),
            |row, _| row.object_id.clear(),
            |row, _| row.outcome.push('x'),
            |row, _| row.ip = Some(String::new()),
            |row, id| row.request_id = Some(id),
            |row, _| row.details.push(' '),
        ];
        let mut seen = vec![digest(&row())];
        for change in changes {
            let mut row = row();
            change(&mut row, other);
            seen.push(digest(&row));
        }
        // Text that moves from one field to the next is another entry too.
        let moved = Model { action: "camera.updatecamera".into(), object_kind: String::new(), ..row() };
        seen.push(digest(&moved));
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
