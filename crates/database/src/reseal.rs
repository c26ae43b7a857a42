//! Sealing everything anew, after the key was changed.

use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::seal::place;
use crate::sql::statement;
use crate::{CatalogError, Database, Result, Sealer};

/// The columns that hold sealed values.
const SEALED: [SealedColumn; 8] = [
    SealedColumn { table: "users", column: "totp_secret", key: RowKey::Uuid },
    SealedColumn { table: "users", column: "totp_pending", key: RowKey::Uuid },
    SealedColumn { table: "signing_keys", column: "private", key: RowKey::Kid },
    SealedColumn { table: "cameras", column: "password", key: RowKey::Uuid },
    SealedColumn { table: "cameras", column: "main_url", key: RowKey::Uuid },
    SealedColumn { table: "cameras", column: "sub_url", key: RowKey::Uuid },
    SealedColumn { table: "audit_keys", column: "key", key: RowKey::Name },
    SealedColumn { table: "camera_configs", column: "data", key: RowKey::Camera },
];

struct SealedColumn {
    table: &'static str,
    column: &'static str,
    key: RowKey,
}

/// What the rows of a table are called by.
enum RowKey {
    Uuid,
    /// Of several rows, which are told apart by what is in them.
    Camera,
    Kid,
    /// A text in `id`.
    Name,
}

impl Database {
    /// Seals with the current key what is not: what was sealed with an older one, and what is from
    /// before there was sealing. Gives the number of values. Afterwards older keys may go. Broken
    /// off, it can be done again.
    pub async fn reseal(&self) -> Result<u64> {
        let sealer = self.sealer().ok_or(CatalogError::NoSecretKey)?;
        let mut count = 0;
        for column in &SEALED {
            count += self.reseal_column(column, sealer).await?;
        }
        Ok(count)
    }

    async fn reseal_column(&self, sealed: &SealedColumn, sealer: &Sealer) -> Result<u64> {
        let SealedColumn { table, column, key } = sealed;
        let id = key.column();
        let select = format!("SELECT {id}, {column} FROM {table} WHERE {column} IS NOT NULL");
        let rows = self.reader().query_all_raw(statement(self.reader(), select, [])).await?;
        let mut count = 0;
        for row in rows {
            let old: String = row.try_get_by_index(1)?;
            // Addresses without a query have nothing to hide.
            if sealer.is_current(&old) || (column.ends_with("_url") && !sealer.is_sealed(&old)) {
                continue;
            }
            let (shown, value) = key.of(&row)?;
            let place = place(&format!("{table}.{column}"), shown);
            let new = self.seal(&place, &self.open_sealed(&place, &old)?)?;
            // What was changed meanwhile is sealed with the current key already.
            let text = format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2 AND {column} = $3");
            let change = statement(self.writer(), text, [new.into(), value, old.into()]);
            let changed =
                self.write(|| async { Ok(self.writer().execute_raw(change.clone()).await?) }).await?;
            count += changed.rows_affected();
        }
        Ok(count)
    }
}

impl RowKey {
    fn column(&self) -> &'static str {
        match self {
            Self::Uuid => "id",
            Self::Camera => "camera_id",
            Self::Kid => "kid",
            Self::Name => "id",
        }
    }

    /// As it is shown in a place, and as it is bound.
    fn of(&self, row: &QueryResult) -> Result<(String, sea_orm::Value)> {
        Ok(match self {
            Self::Uuid | Self::Camera => {
                let id: Uuid = row.try_get_by_index(0)?;
                (id.to_string(), id.into())
            }
            Self::Kid | Self::Name => {
                let kid: String = row.try_get_by_index(0)?;
                (kid.clone(), kid.into())
            }
        })
    }
}
