//! Sessions.

use std::net::IpAddr;

use nightjar_media::WallTime;
use nightjar_model::{Role, Session, SessionEnd, SessionId, UserId};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use crate::entity::session::{Column, Entity, to_row, to_sessions};
use crate::entity::user;
use crate::sql::statement;
use crate::{Catalog, Result};

/// Addresses of a user that are worth knowing.
const MOST_ADDRESSES: u64 = 200;

impl Catalog {
    /// Adds a session and its first refresh token, by its hash, if its account may sign in: still, because
    /// whoever proved to be it did so a moment ago. Where that was with a password, `password_version`
    /// says with which. False: it may not any more, and nothing was added.
    pub async fn create_session(
        &self,
        session: &Session,
        refresh_hash: &[u8; 32],
        password_version: Option<i64>,
    ) -> Result<bool> {
        self.write(|| async {
            let transaction = self.begin().await?;
            // Locked: whoever changes the account and ends its sessions does so before this one is made,
            // which is then refused, or after, and ends it too.
            let row = user::Entity::find_by_id(session.user_id.0).lock_exclusive().one(&transaction).await?;
            let may = row.is_some_and(|row| {
                let same_password = password_version.is_none_or(|version| version == row.password_version);
                row.active && row.role != Role::ApiOnly.as_str() && same_password
            });
            if may {
                Entity::insert(to_row(session)).exec_without_returning(&transaction).await?;
                add_refresh_token(&transaction, session.id, refresh_hash, session.created_at).await?;
                transaction.commit().await?;
            }
            Ok(may)
        })
        .await
    }

    /// One session, living or not.
    pub async fn session(&self, id: SessionId) -> Result<Option<Session>> {
        Entity::find_by_id(id.0).one(self.reader()).await?.map(Session::try_from).transpose()
    }

    /// A user's living sessions, the last used first.
    pub async fn sessions_of(&self, user: UserId, now: WallTime) -> Result<Vec<Session>> {
        let query = Entity::find().filter(Column::UserId.eq(user.0));
        let query = query.filter(Column::EndedAt.is_null()).filter(Column::ExpiresAt.gt(now.micros()));
        let query = query.order_by_desc(Column::LastUsedAt).order_by_desc(Column::Id);
        to_sessions(query.all(self.reader()).await?)
    }

    /// Notes that the person of a living session proved to be there. False: it has ended.
    pub async fn prove_session(&self, id: SessionId, now: WallTime) -> Result<bool> {
        let update = Entity::update_many()
            .col_expr(Column::ProvedAt, Expr::value(now.micros()))
            .filter(Column::Id.eq(id.0))
            .filter(Column::EndedAt.is_null());
        Ok(self.update(update).await? == 1)
    }

    /// Returns addresses that a user has signed in from lately, [`MOST_ADDRESSES`] at most: of living
    /// sessions, and of those that ended and are still kept.
    pub async fn addresses_of(&self, user: UserId) -> Result<Vec<IpAddr>> {
        let query = Entity::find().select_only().column(Column::Ip).distinct();
        let query = query.filter(Column::UserId.eq(user.0)).filter(Column::Ip.is_not_null());
        let texts: Vec<String> = query.limit(MOST_ADDRESSES).into_tuple().all(self.reader()).await?;
        Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
    }

    /// Ends a session. False: it is not there or was ended already.
    pub async fn end_session(&self, id: SessionId, now: WallTime, why: SessionEnd) -> Result<bool> {
        Ok(self.update(end(now, why).filter(Column::Id.eq(id.0))).await? == 1)
    }

    /// Ends a user's sessions but one, and gives those that were ended by it.
    pub async fn end_sessions_of(
        &self,
        user: UserId,
        except: Option<SessionId>,
        now: WallTime,
        why: SessionEnd,
    ) -> Result<Vec<SessionId>> {
        self.write(|| async {
            let transaction = self.begin().await?;
            let mut query = Entity::find()
                .filter(Column::UserId.eq(user.0))
                .filter(Column::EndedAt.is_null())
                .order_by_asc(Column::Id);
            if let Some(except) = except {
                query = query.filter(Column::Id.ne(except.0));
            }
            let rows = query.lock_exclusive().all(&transaction).await?;
            let ids: Vec<SessionId> = rows.iter().map(|row| SessionId(row.id)).collect();
            for id in &ids {
                end(now, why).filter(Column::Id.eq(id.0)).exec(&transaction).await?;
            }
            transaction.commit().await?;
            Ok(ids)
        })
        .await
    }

    /// Forgets the sessions that ended or expired before this time, with their refresh tokens;
    /// gives their number.
    pub async fn purge_sessions(&self, before: WallTime) -> Result<u64> {
        let over = Condition::any()
            .add(Column::ExpiresAt.lt(before.micros()))
            .add(Column::EndedAt.lt(before.micros()));
        let delete = Entity::delete_many().filter(over);
        self.write(|| async { Ok(delete.clone().exec(self.writer()).await?.rows_affected) }).await
    }
}

/// Ends sessions that are not ended yet.
pub(super) fn end(now: WallTime, why: SessionEnd) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now.micros()))
        .col_expr(Column::EndedWhy, Expr::value(why.as_str()))
        .filter(Column::EndedAt.is_null())
}

pub(super) async fn add_refresh_token(
    connection: &impl ConnectionTrait,
    session: SessionId,
    hash: &[u8; 32],
    now: WallTime,
) -> Result<()> {
    let text = "INSERT INTO refresh_tokens (hash, session_id, created_at) VALUES ($1, $2, $3)";
    let values = [hash.to_vec().into(), session.0.into(), now.micros().into()];
    connection.execute_raw(statement(connection, text, values)).await?;
    Ok(())
}
