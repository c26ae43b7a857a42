//! The second factor: a shared secret, and codes for when its device is lost.

use nightjar_media::WallTime;
use nightjar_model::{Secret, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use super::users::not_found;
use crate::entity::user::{ActiveModel, Column, Entity};
use crate::entity::{Hidden, to_u64};
use crate::seal::place;
use crate::sql::{Values, batches, statement};
use crate::{Catalog, Result};

const PENDING: &str = "users.totp_pending";
const CONFIRMED: &str = "users.totp_secret";

impl Catalog {
    /// Keeps a secret that counts once it is confirmed. One that was confirmed before stays good
    /// until then; one that was not is replaced.
    pub async fn begin_totp(&self, id: UserId, secret: &Secret) -> Result<()> {
        let sealed = Hidden(self.seal(&place(PENDING, id), secret)?);
        let update = Entity::update_many()
            .col_expr(Column::TotpPending, Expr::value(sealed))
            .filter(Column::Id.eq(id.0));
        match self.update(update).await? {
            0 => Err(not_found(id)),
            _ => Ok(()),
        }
    }

    /// The secret that waits to be confirmed.
    pub async fn pending_totp(&self, id: UserId) -> Result<Option<Secret>> {
        let row = Entity::find_by_id(id.0).one(self.reader()).await?;
        let pending = row.and_then(|row| row.totp_pending);
        pending.map(|Hidden(sealed)| self.open_sealed(&place(PENDING, id), &sealed)).transpose()
    }

    /// Makes the waiting secret the second factor, its step `step` used already, and replaces the
    /// recovery codes by these, given as hashes. False: none waited.
    pub async fn confirm_totp(
        &self,
        id: UserId,
        step: i64,
        codes: &[[u8; 32]],
        now: WallTime,
    ) -> Result<bool> {
        self.write(|| self.confirm_totp_once(id, step, codes, now)).await
    }

    async fn confirm_totp_once(
        &self,
        id: UserId,
        step: i64,
        codes: &[[u8; 32]],
        now: WallTime,
    ) -> Result<bool> {
        let transaction = self.begin().await?;
        let row = Entity::find_by_id(id.0).lock_exclusive().one(&transaction).await?;
        let row = row.ok_or_else(|| not_found(id))?;
        let Some(Hidden(pending)) = row.totp_pending else {
            return Ok(false);
        };
        let secret = self.open_sealed(&place(PENDING, id), &pending)?;
        let changed = ActiveModel {
            id: Set(id.0),
            totp_pending: Set(None),
            totp_secret: Set(Some(Hidden(self.seal(&place(CONFIRMED, id), &secret)?))),
            totp_step: Set(Some(step)),
            version: Set(row.version + 1),
            updated_at: Set(now.micros()),
            ..Default::default()
        };
        changed.update_without_returning(&transaction).await?;
        replace_codes(&transaction, id, codes).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes the second factor away, with its recovery codes and what waits.
    pub async fn clear_totp(&self, id: UserId, now: WallTime) -> Result<()> {
        self.write(|| self.clear_totp_once(id, now)).await
    }

    async fn clear_totp_once(&self, id: UserId, now: WallTime) -> Result<()> {
        let transaction = self.begin().await?;
        let set = ActiveModel {
            totp_pending: Set(None),
            totp_secret: Set(None),
            totp_step: Set(None),
            updated_at: Set(now.micros()),
            ..Default::default()
        };
        let update = Entity::update_many()
            .set(set)
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(id.0));
        if update.exec(&transaction).await?.rows_affected == 0 {
            return Err(not_found(id));
        }
        replace_codes(&transaction, id, &[]).await?;
        Ok(transaction.commit().await?)
    }

    /// Uses up a step and all before it. False: it was used already, or there is no second factor.
    pub async fn use_totp_step(&self, id: UserId, step: i64) -> Result<bool> {
        let update = Entity::update_many()
            .col_expr(Column::TotpStep, Expr::value(step))
            .filter(Column::Id.eq(id.0))
            .filter(Column::TotpStep.lt(step));
        Ok(self.update(update).await? == 1)
    }

    /// Uses up a recovery code, by its hash. False: it is none, or was used already.
    pub async fn use_recovery_code(&self, id: UserId, hash: &[u8; 32], now: WallTime) -> Result<bool> {
        let text = "UPDATE recovery_codes SET used_at = $1
                    WHERE user_id = $2 AND hash = $3 AND used_at IS NULL";
        let values = [now.micros().into(), id.0.into(), hash.to_vec().into()];
        let change = statement(self.writer(), text, values);
        let changed = self.write(|| async { Ok(self.writer().execute_raw(change.clone()).await?) }).await?;
        Ok(changed.rows_affected() == 1)
    }

    /// How many recovery codes are unused.
    pub async fn recovery_codes_left(&self, id: UserId) -> Result<u64> {
        let text = "SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL";
        let row = self.reader().query_one_raw(statement(self.reader(), text, [id.0.into()])).await?;
        Ok(to_u64(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0)))
    }
}

async fn replace_codes(connection: &impl ConnectionTrait, id: UserId, codes: &[[u8; 32]]) -> Result<()> {
    let clear = "DELETE FROM recovery_codes WHERE user_id = $1";
    connection.execute_raw(statement(connection, clear, [id.0.into()])).await?;
    for batch in batches(codes, 2) {
        let mut values = Values::default();
        let rows = values.bind_rows(batch.iter().map(|hash| [id.0.into(), hash.to_vec().into()]));
        let text = format!("INSERT INTO recovery_codes (user_id, hash) VALUES {rows}");
        connection.execute_raw(values.into_statement(connection, text)).await?;
    }
    Ok(())
}
