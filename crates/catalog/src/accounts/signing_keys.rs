//! The keys that access tokens are signed with.

use std::fmt;

use nightjar_media::WallTime;
use nightjar_model::Secret;
use sea_orm::ConnectionTrait;

use crate::seal::place;
use crate::sql::statement;
use crate::{Catalog, CatalogError, Result};

const PRIVATE: &str = "signing_keys.private";

/// A key pair, by its private half.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in the tokens that it signed.
    pub kid: String,
    /// PKCS#8 in base64.
    pub private: Secret,
    /// When it was made.
    pub created_at: WallTime,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Catalog {
    /// All keys, newest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>> {
        let text = "SELECT kid, private, created_at FROM signing_keys ORDER BY created_at DESC, kid DESC";
        let rows = self.reader().query_all_raw(statement(self.reader(), text, [])).await?;
        rows.iter()
            .map(|row| {
                let (kid, sealed): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                Ok(SigningKey {
                    private: self.open_sealed(&place(PRIVATE, &kid), &sealed)?,
                    created_at: WallTime::from_micros(row.try_get_by_index(2)?),
                    kid,
                })
            })
            .collect()
    }

    /// Adds a key; [`CatalogError::Taken`] if there is one of its name.
    pub async fn add_signing_key(&self, key: &SigningKey) -> Result<()> {
        let sealed = self.seal(&place(PRIVATE, &key.kid), &key.private)?;
        let text = "INSERT INTO signing_keys (kid, private, created_at) VALUES ($1, $2, $3)";
        let values = [key.kid.as_str().into(), sealed.into(), key.created_at.micros().into()];
        let insert = statement(self.writer(), text, values);
        self.write(|| async {
            let inserted = self.writer().execute_raw(insert.clone()).await;
            inserted.map(drop).map_err(|error| CatalogError::or_taken(error, "kid"))
        })
        .await
    }

    /// Forgets the keys that were made before this time; gives their number.
    pub async fn delete_signing_keys_before(&self, time: WallTime) -> Result<u64> {
        let text = "DELETE FROM signing_keys WHERE created_at < $1";
        let delete = statement(self.writer(), text, [time.micros().into()]);
        let deleted = self.write(|| async { Ok(self.writer().execute_raw(delete.clone()).await?) }).await?;
        Ok(deleted.rows_affected())
    }
}
