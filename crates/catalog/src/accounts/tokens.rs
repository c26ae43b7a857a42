//! API tokens.

use std::net::IpAddr;

use nightjar_media::WallTime;
use nightjar_model::{ApiToken, GroupScope, OrgId, Permissions, TokenId, UserId};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::scope::OF_TOKENS;
use crate::entity::api_token::{Column, Entity, Model, to_row};
use crate::{Catalog, CatalogError, Result};

/// The use of a token is written at most once in this time.
const NOTE_EVERY_MICROS: i64 = 60_000_000;

impl Catalog {
    /// Adds a token, by the hash of its secret.
    pub async fn create_api_token(&self, token: &ApiToken, hash: &[u8; 32]) -> Result<()> {
        self.write(|| async {
            let transaction = self.begin().await?;
            Entity::insert(to_row(token, hash))
                .exec_without_returning(&transaction)
                .await
                .map_err(|error| CatalogError::or_taken(error, "token"))?;
            OF_TOKENS.write(&transaction, token.org_id, token.id.0, &token.groups).await?;
            Ok(transaction.commit().await?)
        })
        .await
    }

    /// The token with this secret's hash, revoked, expired or good.
    pub async fn api_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<ApiToken>> {
        let row = Entity::find().filter(Column::Hash.eq(hash.to_vec())).one(self.reader()).await?;
        to_token(self.reader(), row).await
    }

    /// A tenant's tokens, or only one user's, newest first; revoked ones are among them.
    pub async fn api_tokens(&self, org: OrgId, user: Option<UserId>) -> Result<Vec<ApiToken>> {
        let mut query = Entity::find().filter(Column::OrgId.eq(org.0));
        if let Some(user) = user {
            query = query.filter(Column::UserId.eq(user.0));
        }
        let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
        to_tokens(self.reader(), query.all(self.reader()).await?).await
    }

    /// One token.
    pub async fn api_token(&self, org: OrgId, id: TokenId) -> Result<Option<ApiToken>> {
        let row = Entity::find_by_id(id.0).filter(Column::OrgId.eq(org.0)).one(self.reader()).await?;
        to_token(self.reader(), row).await
    }

    /// Changes what a token may do; none if it is not there or was revoked.
    pub async fn set_token_rights(
        &self,
        org: OrgId,
        id: TokenId,
        permissions: Permissions,
        groups: &GroupScope,
    ) -> Result<Option<ApiToken>> {
        let update = Entity::update_many()
            .col_expr(Column::Permissions, Expr::value(permissions.to_words()))
            .col_expr(Column::AllGroups, Expr::value(*groups == GroupScope::All))
            .filter(Column::Id.eq(id.0))
            .filter(Column::OrgId.eq(org.0))
            .filter(Column::RevokedAt.is_null());
        self.write(|| async {
            let transaction = self.begin().await?;
            if update.clone().exec(&transaction).await?.rows_affected == 0 {
                return Ok(None);
            }
            OF_TOKENS.write(&transaction, org, id.0, groups).await?;
            let token = to_token(&transaction, Entity::find_by_id(id.0).one(&transaction).await?).await?;
            transaction.commit().await?;
            Ok(token)
        })
        .await
    }

    /// Revokes a token. False: it is not there or was revoked already.
    pub async fn revoke_api_token(&self, org: OrgId, id: TokenId, now: WallTime) -> Result<bool> {
        let update = Entity::update_many()
            .col_expr(Column::RevokedAt, Expr::value(now.micros()))
            .filter(Column::Id.eq(id.0))
            .filter(Column::OrgId.eq(org.0))
            .filter(Column::RevokedAt.is_null());
        Ok(self.update(update).await? == 1)
    }

    /// Revokes a user's tokens, and returns those that were good until now.
    pub async fn revoke_api_tokens_of(&self, user: UserId, now: WallTime) -> Result<Vec<TokenId>> {
        self.write(|| async {
            let transaction = self.begin().await?;
            let good = Entity::find().filter(Column::UserId.eq(user.0)).filter(Column::RevokedAt.is_null());
            let rows = good.lock_exclusive().all(&transaction).await?;
            let revoke = Entity::update_many()
                .col_expr(Column::RevokedAt, Expr::value(now.micros()))
                .filter(Column::UserId.eq(user.0))
                .filter(Column::RevokedAt.is_null());
            revoke.exec(&transaction).await?;
            transaction.commit().await?;
            Ok(rows.into_iter().map(|row| TokenId(row.id)).collect())
        })
        .await
    }

    /// Notes that a token was used, at most once a minute; does nothing for one that is gone.
    pub async fn note_token_use(&self, id: TokenId, now: WallTime, ip: Option<IpAddr>) -> Result<()> {
        let due = Condition::any()
            .add(Column::LastUsedAt.is_null())
            .add(Column::LastUsedAt.lte(now.micros().saturating_sub(NOTE_EVERY_MICROS)));
        // Asked first without the lock that all writers share: most uses find nothing to write.
        let row = Entity::find_by_id(id.0).filter(due.clone()).one(self.reader()).await?;
        if row.is_none() {
            return Ok(());
        }
        let update = Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(now.micros()))
            .col_expr(Column::LastUsedIp, Expr::value(ip.map(|ip| ip.to_string())))
            .filter(Column::Id.eq(id.0))
            .filter(due);
        self.update(update).await?;
        Ok(())
    }
}

async fn to_tokens(connection: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<ApiToken>> {
    let mut scopes = OF_TOKENS.read(connection, rows.iter().map(|row| (row.id, row.all_groups))).await?;
    let with_scope = |row: Model| {
        let scope = scopes.take(row.id, row.all_groups);
        row.into_token(scope)
    };
    rows.into_iter().map(with_scope).collect()
}

async fn to_token(connection: &impl ConnectionTrait, row: Option<Model>) -> Result<Option<ApiToken>> {
    Ok(to_tokens(connection, row.into_iter().collect()).await?.pop())
}
