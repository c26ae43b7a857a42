//! Refresh tokens: each is good once. Whoever shows a used one has a copy, or somebody else has;
//! nobody can tell which, so the session ends.
//!
//! But an answer can get lost on its way, and then its client shows the token again. So a used one is
//! exchanged again shortly after its use, as long as nobody has shown what it was exchanged for: that
//! one is void then, and if it is ever shown, two had the token after all.

use std::net::IpAddr;
use std::time::Duration;

use nightjar_media::WallTime;
use nightjar_model::{Session, SessionEnd, SessionId};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::sessions::{add_refresh_token, end};
use crate::entity::clean;
use crate::entity::session::{Column, Entity, to_row};
use crate::sql::statement;
use crate::{Catalog, Result};

/// A token whose answer got lost is shown again this soon after its first use, or never.
const RETRIED_WITHIN: Duration = Duration::from_secs(60);
/// How often a token is exchanged: once, and three times more for answers that got lost.
const EXCHANGES: i64 = 4;

/// What became of a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// The old token is used up, the new one is good; the session as it is now.
    Rotated(Session),
    /// The token had been used before, and not by a client that only asks again; the session is ended now.
    Reused(Session),
    /// The token is fresh, but its session was ended or has expired.
    Ended(Session),
    /// Nobody's token.
    Unknown,
}

impl Catalog {
    /// Exchanges a refresh token for the next one, both given as hashes, and keeps its session
    /// alive until `expires_at`. Shown again within a minute, it is exchanged again, up to three times,
    /// unless the next one was shown: that is void from then on.
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
        let Some(shown) = read(&transaction, old).await? else {
            return Ok(RefreshOutcome::Unknown);
        };
        if !shown.is_good(now) {
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
        exchange(&transaction, old, new, now).await?;
        if let Some(lost) = shown.successor {
            make_void(&transaction, lost, now).await?;
        }
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

/// A token that was shown, as it was before.
struct Shown {
    used_at: Option<WallTime>,
    exchanges: i64,
    /// What it was exchanged for, if nobody has shown that.
    successor: Option<Vec<u8>>,
}

impl Shown {
    fn is_good(&self, now: WallTime) -> bool {
        let is_retried = |used: WallTime| {
            let soon = now.saturating_since(used) < RETRIED_WITHIN;
            soon && self.successor.is_some() && self.exchanges < EXCHANGES
        };
        self.used_at.is_none_or(is_retried)
    }
}

async fn read(connection: &impl ConnectionTrait, hash: &[u8; 32]) -> Result<Option<Shown>> {
    let text = "SELECT token.used_at, token.exchanges, lost.hash
                FROM refresh_tokens token
                LEFT JOIN refresh_tokens lost ON lost.hash = token.successor AND lost.used_at IS NULL
                WHERE token.hash = $1";
    let Some(row) = connection.query_one_raw(statement(connection, text, [hash.to_vec().into()])).await?
    else {
        return Ok(None);
    };
    let used_at: Option<i64> = row.try_get_by_index(0)?;
    Ok(Some(Shown {
        used_at: used_at.map(WallTime::from_micros),
        exchanges: row.try_get_by_index(1)?,
        successor: row.try_get_by_index(2)?,
    }))
}

/// Notes what it is exchanged for. Its use stays the first.
async fn exchange(
    connection: &impl ConnectionTrait,
    old: &[u8; 32],
    new: &[u8; 32],
    now: WallTime,
) -> Result<()> {
    let text = "UPDATE refresh_tokens
                SET used_at = COALESCE(used_at, $1), successor = $2, exchanges = exchanges + 1 WHERE hash = $3";
    let values = [now.micros().into(), new.to_vec().into(), old.to_vec().into()];
    connection.execute_raw(statement(connection, text, values)).await?;
    Ok(())
}

/// From now on it is a used one that was exchanged for nothing.
async fn make_void(connection: &impl ConnectionTrait, hash: Vec<u8>, now: WallTime) -> Result<()> {
    let text = "UPDATE refresh_tokens SET used_at = $1 WHERE hash = $2";
    connection.execute_raw(statement(connection, text, [now.micros().into(), hash.into()])).await?;
    Ok(())
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
