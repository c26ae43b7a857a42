//! The keys of the chains: derived from the secret key, known by a short name.
//!
//! Each key is kept in `audit_keys`, sealed with the secret key, so that what was written with it can
//! be verified after the secret key was changed and the old one is gone.

use std::collections::HashMap;

use nightjar_database::seal::place;
use nightjar_database::sql::statement;
use nightjar_database::{CatalogError, Database};
use nightjar_model::Secret;
use sea_orm::ConnectionTrait;

use crate::Result;

const CONTEXT: &str = "nightjar audit chain 2";
const COLUMN: &str = "audit_keys.key";

/// A key of chains.
pub(crate) struct ChainKey {
    /// The first 16 digits of the key's BLAKE3.
    pub(crate) id: String,
    pub(crate) key: [u8; 32],
}

impl ChainKey {
    fn new(key: [u8; 32]) -> Self {
        Self { id: blake3::hash(&key).to_hex()[..16].to_owned(), key }
    }

    /// The key that entries are written with; None without a secret key.
    pub(crate) fn current(database: &Database) -> Option<Self> {
        database.sealer().map(|sealer| Self::new(sealer.derive(CONTEXT)))
    }

    /// Keeps the key for the time after the secret key has changed.
    pub(crate) async fn keep(&self, database: &Database, connection: &impl ConnectionTrait) -> Result<()> {
        let text: String = blake3::Hash::from_bytes(self.key).to_hex().to_string();
        let sealed = database.seal(&place(COLUMN, &self.id), &Secret::new(text))?;
        let insert = "INSERT INTO audit_keys (id, key) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        let values = [self.id.clone().into(), sealed.into()];
        connection.execute_raw(statement(connection, insert, values)).await?;
        Ok(())
    }
}

/// All keys that can be had, by their names.
pub(crate) async fn all(database: &Database) -> Result<HashMap<String, [u8; 32]>> {
    let Some(sealer) = database.sealer() else { return Ok(HashMap::new()) };
    let derived = sealer.derive_all(CONTEXT).map(ChainKey::new).map(|key| (key.id, key.key));
    let mut keys: HashMap<String, [u8; 32]> = derived.collect();
    let reader = database.reader();
    let rows = reader.query_all_raw(statement(reader, "SELECT id, key FROM audit_keys", [])).await?;
    for row in rows {
        let (id, sealed): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        // One that does not open is a key that is not here: verifying says so where it is needed.
        let Ok(text) = database.open_sealed(&place(COLUMN, &id), &sealed) else { continue };
        let key = blake3::Hash::from_hex(text.expose())
            .map_err(|_| CatalogError::Damaged(format!("the key {id} of the audit trail is no key")))?;
        let key = ChainKey::new(key.into());
        if key.id == id {
            keys.insert(id, key.key);
        }
    }
    Ok(keys)
}
