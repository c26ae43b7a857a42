//! Refresh tokens: each is good once. Whoever shows a used one has a copy, or somebody else has;
//! nobody can tell which, so the session ends.

use std::net::IpAddr;

use nightjar_media::WallTime;
use nightjar_model::{Session, SessionEnd, SessionId};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::sessions::{add_refresh_token, end};
use crate::entity::clean;
use crate::entity::session::{Column, Entity, to_row};
use crate::sql::statement;
use crate::{Catalog, Result};

/// What became of a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// The old token is used up, the new one is good; the session as it is now.
    Rotated(Session),
    /// The token had been used before, and nobody noticed; the session is ended now.
    Reused(Session),
    /// The token is fresh, but its session was ended or has expired.
    Ended(Session),
    /// Nobody's token.
    Unknown,
}

impl Catalog {
    /// Exchanges a refresh token for the next one, both given as hashes, and keeps its session
    /// alive until `expires_at`.
    pub async fn rotate_refresh(
        &self,
        old: &[u8; 32],
        new: &[u8; 32],
        now: WallTime,
        expires_at: WallTime,
        ip: Option<IpAddr>,
        user_agent: &str,
    ) -> Result<RefreshOutcome> {
        let used =
            |session| Session { last_used_at: now, expires_at, ip, user_agent: clean(user_agent), ..session };
        self.write(|| self.rotate_refresh_once(old, new, now, used)).await
    }

    async fn rotate_refresh_once(
        &self,
        old: &[u8; 32],
        new: &[u8; 32],
        now: WallTime,
        used: impl Fn(Session) -> Session,
    ) -> Result<RefreshOutcome> {
        let transaction = self.begin().await?;
        // The session is locked first, here and where it is ended: one order for all, and one
        // rotation at a time.
        let Some(id) = session_of(&transaction, old).await? else {
            return Ok(RefreshOutcome::Unknown);
        };
        let row = Entity::find_by_id(id.0).lock_exclusive().one(&transaction).await?;
        let Some(session) = row.map(Session::try_from).transpose()? else {
            return Ok(RefreshOutcome::Unknown);
        };
        if !use_up(&transaction, old, now).await? {
            // Told once, however often a copy is shown.
            if session.ended.is_some_and(|(_, why)| why == SessionEnd::Reuse) {
                return Ok(RefreshOutcome::Ended(session));
            }
            let session = end_for_reuse(&transaction, session, now).await?;
            transaction.commit().await?;
            return Ok(RefreshOutcome::Reused(session));
        }
        // Not committed: the token of a session that is over stays fresh, so that showing it again
        // gives the same answer.
        if session.ended.is_some() || session.expires_at <= now {
            return Ok(RefreshOutcome::Ended(session));
        }
        let session = used(session);
        add_refresh_token(&transaction, id, new, now).await?;
        to_row(&session).reset_all().update_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(RefreshOutcome::Rotated(session))
    }
}

async fn session_of(connection: &impl ConnectionTrait, hash: &[u8; 32]) -> Result<Option<SessionId>> {
    let text = "SELECT session_id FROM refresh_tokens WHERE hash = $1";
    let row = connection.query_one_raw(statement(connection, text, [hash.to_vec().into()])).await?;
    let id: Option<Uuid> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(id.map(SessionId))
}

/// Whether it was fresh.
async fn use_up(connection: &impl ConnectionTrait, hash: &[u8; 32], now: WallTime) -> Result<bool> {
    let text = "UPDATE refresh_tokens SET used_at = $1 WHERE hash = $2 AND used_at IS NULL";
    let values = [now.micros().into(), hash.to_vec().into()];
    let used = connection.execute_raw(statement(connection, text, values)).await?;
    Ok(used.rows_affected() == 1)
}

async fn end_for_reuse(
    connection: &impl ConnectionTrait,
    session: Session,
    now: WallTime,
) -> Result<Session> {
    if session.ended.is_some() {
        return Ok(session);
    }
    end(now, SessionEnd::Reuse).filter(Column::Id.eq(session.id.0)).exec(connection).await?;
    Ok(Session { ended: Some((now, SessionEnd::Reuse)), ..session })
}
