//! Adding to the chain.

use std::collections::BTreeMap;

use nightjar_database::sql::{batches, statement};
use nightjar_database::{CatalogError, Database, DatabaseKind};
use nightjar_model::{Actor, AuditRecord, OrgId, Outcome, WallTime};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use crate::Result;
use crate::head::{ChainEnd, end, end_statement, heads};
use crate::keys::ChainKey;
use crate::row::{ActiveModel, Entity, Model, to_row};

/// Columns of an entry.
const COLUMNS: usize = 18;
/// The action of the entry that says with which key the chain goes on.
pub(crate) const KEY_CHANGED: &str = "audit.key";

/// Adds records to the chains of their organizations, in this order; all of them or none.
pub async fn append_all(database: &Database, records: &[AuditRecord]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    // In the order of the organizations' ids, so that two that lock several don't wait for each other.
    let mut chains: BTreeMap<Uuid, Vec<&AuditRecord>> = BTreeMap::new();
    for record in records {
        chains.entry(record.org_id.0).or_default().push(record);
    }
    database
        .write(|| async {
            let transaction = database.begin().await?;
            for (org, records) in &chains {
                append(database, &transaction, *org, records).await?;
            }
            Ok(transaction.commit().await?)
        })
        .await
}

/// Adds records of one organization within the caller's transaction.
pub async fn append(
    database: &Database,
    transaction: &DatabaseTransaction,
    org: Uuid,
    records: &[&AuditRecord],
) -> Result<()> {
    let Some(first) = records.first() else { return Ok(()) };
    let mut chain = Chain::open(database, transaction, org, first.at).await?;
    for record in records {
        chain.push(record);
    }
    chain.write(transaction).await
}

/// Makes all chains go on with the present key, each with an entry that says so. Gives the new heads
/// of those that had another key, or none.
pub async fn rekey(database: &Database, now: WallTime) -> Result<Vec<crate::AuditHead>> {
    let mut changed = Vec::new();
    for head in heads(database).await? {
        let rekeyed = database
            .write(|| async {
                let transaction = database.begin().await?;
                let chain = Chain::open(database, &transaction, head.org.0, now).await?;
                if chain.rows.is_empty() {
                    return Ok(None);
                }
                let head = crate::AuditHead { org: head.org, seq: chain.end.seq, digest: chain.end.digest };
                chain.write(&transaction).await?;
                transaction.commit().await?;
                Ok(Some(head))
            })
            .await?;
        changed.extend(rekeyed);
    }
    Ok(changed)
}

/// A chain that is locked until the transaction ends, with the entries to be added.
struct Chain {
    org: Uuid,
    end: ChainEnd,
    key: Option<ChainKey>,
    rows: Vec<Model>,
}

impl Chain {
    /// Locks a chain. One that was written with another key begins with an entry that says so.
    async fn open(
        database: &Database,
        transaction: &DatabaseTransaction,
        org: Uuid,
        now: WallTime,
    ) -> Result<Self> {
        let end = lock(database.kind(), transaction, org).await?;
        let key = ChainKey::current(database);
        let id = key.as_ref().map(|key| key.id.clone());
        let mut chain = Self { org, end, key, rows: Vec::new() };
        if chain.end.key == id {
            return Ok(chain);
        }
        // Without a key, nothing may be added to a chain that has one.
        let key = chain.key.as_ref().ok_or(CatalogError::NoSecretKey)?;
        key.keep(database, transaction).await?;
        if chain.end.seq > 0 {
            let record = key_changed(org, chain.end.key.as_deref(), &key.id, now);
            chain.push(&record);
        }
        Ok(chain)
    }

    fn push(&mut self, record: &AuditRecord) {
        let id = self.key.as_ref().map(|key| key.id.clone());
        let mut row = to_row(record, self.end.seq + 1, self.end.digest, id.clone());
        let digest = digest(&row, self.key.as_ref().map(|key| &key.key));
        row.digest = digest.to_vec();
        self.end = ChainEnd { seq: row.seq, digest, key: id };
        self.rows.push(row);
    }

    async fn write(self, transaction: &DatabaseTransaction) -> Result<()> {
        let rows: Vec<ActiveModel> = self.rows.into_iter().map(IntoActiveModel::into_active_model).collect();
        for batch in batches(&rows, COLUMNS) {
            Entity::insert_many(batch.iter().cloned()).exec_without_returning(transaction).await?;
        }
        let text = "UPDATE audit_heads SET seq = $1, digest = $2, key_id = $3 WHERE org_id = $4";
        let ChainEnd { seq, digest, key } = self.end;
        let values = [seq.into(), digest.to_vec().into(), key.into(), self.org.into()];
        transaction.execute_raw(statement(transaction, text, values)).await?;
        Ok(())
    }
}

fn key_changed(org: Uuid, from: Option<&str>, to: &str, now: WallTime) -> AuditRecord {
    AuditRecord {
        id: Uuid::now_v7(),
        org_id: OrgId(org),
        at: now,
        actor: Actor::System,
        action: KEY_CHANGED.to_owned(),
        object_kind: "audit".to_owned(),
        object_id: String::new(),
        outcome: Outcome::Done,
        ip: None,
        request_id: None,
        details: json!({ "from": from, "to": to }),
    }
}

/// The end of an organization's chain, locked until the transaction ends.
async fn lock(kind: DatabaseKind, transaction: &DatabaseTransaction, org: Uuid) -> Result<ChainEnd> {
    let select = end_statement(transaction, org, kind == DatabaseKind::Postgres);
    if let Some(end) = end(transaction, select.clone()).await? {
        return Ok(end);
    }
    let text = "INSERT INTO audit_heads (org_id, seq, digest) VALUES ($1, 0, $2)
                ON CONFLICT (org_id) DO NOTHING";
    let values = [org.into(), vec![0u8; 32].into()];
    transaction.execute_raw(statement(transaction, text, values)).await?;
    let end = end(transaction, select).await?;
    end.ok_or_else(|| CatalogError::Conflict("the head of an audit trail has just gone".to_owned()))
}

/// The digest of an entry: BLAKE3 over a text that names the form, and then, in this order,
/// `previous`, `org_id`, `seq`, `id`, `at`, `actor_kind`, `actor_id`, `actor_token`, `actor_name`,
/// `action`, `object_kind`, `object_id`, `outcome`, `ip`, `request_id`, `details`, as they lie in
/// their columns. With a key it is BLAKE3's keyed hash, the text is `nightjar.audit.2`, and `key_id`
/// follows; entries from before there were keys have `nightjar.audit.1`. Each field is a byte 1, its
/// length in bytes as 8 bytes (little endian) and its bytes; what is NULL is a byte 0 alone. Ids are
/// their 16 bytes, numbers 8 bytes (little endian), texts UTF-8. So no two different entries have the
/// same encoding.
pub(crate) fn digest(row: &Model, key: Option<&[u8; 32]>) -> [u8; 32] {
    let mut hasher = match key {
        None => blake3::Hasher::new(),
        Some(key) => blake3::Hasher::new_keyed(key),
    };
    hasher.update(if key.is_some() { b"nightjar.audit.2" } else { b"nightjar.audit.1" });
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
    let key_id = key.map(|_| row.key_id.as_deref().map(str::as_bytes));
    for field in fields.into_iter().chain(key_id) {
        match field {
            None => hasher.update(&[0]),
            Some(bytes) => hasher.update(&[1]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes),
        };
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use nightjar_model::UserId;

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
        to_row(&record, 1, [0; 32], None)
    }

    #[test]
    fn the_encoding_never_changes() {
        let digest = blake3::Hash::from(digest(&row(), None)).to_hex();
        assert_eq!(digest.as_str(), "39b5dee77d16abe8277f851405959a013b0f46e82284f4a552beeca90d3ab075");
    }

    #[test]
    fn a_key_makes_another_digest_and_so_does_its_name() {
        let named = |name: &str| Model { key_id: Some(name.to_owned()), ..row() };
        let all = [
            digest(&row(), None),
            digest(&named("a"), Some(&[1; 32])),
            digest(&named("b"), Some(&[1; 32])),
            digest(&named("a"), Some(&[2; 32])),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "{place}");
        }
        let keyed = blake3::Hash::from(all[1]).to_hex();
        assert_eq!(keyed.as_str(), "943afd4c7db546a56f9cfb55e240b25d1c77884c7b83852fa556ef8524a3cf7d");
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
        let mut seen = vec![digest(&row(), None)];
        for change in changes {
            let mut row = row();
            change(&mut row, other);
            seen.push(digest(&row, None));
        }
        // Text that moves from one field to the next is another entry too.
        let moved = Model { action: "camera.updatecamera".into(), object_kind: String::new(), ..row() };
        seen.push(digest(&moved, None));
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
