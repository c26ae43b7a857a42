//! Refresh tokens: each is good once. Whoever shows a used one has a copy, or somebody else has;
//! nobody can tell which, so the session ends.
//!
//! But an answer can get lost on its way, and then its client shows the token again. So a used one is
//! exchanged again shortly after its use, as long as nobody has shown what it was exchanged for: that
//! one is void then, and if it is ever shown, two had the token after all.

use std::net::IpAddr;
use std::time::Duration;

use nightjar_media::WallTime;
use nightjar_model::{Session, SessionEnd};
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
    /// alive until `expiry` says, by when it was made. Shown again within a minute, it is exchanged again, up to three times,
    /// unless the next one was shown: that is void from then on.
    pub async fn rotate_refresh(
        &self,
        old: &[u8; 32],
        new: &[u8; 32],
        now: WallTime,
        expiry: impl Fn(WallTime) -> WallTime,
        ip: Option<IpAddr>,
        user_agent: &str,
    ) -> Result<RefreshOutcome> {
        let used = |session: Session| {
            let (expires_at, user_agent) = (expiry(session.created_at), clean(user_agent));
            Session { last_used_at: now, expires_at, ip, user_agent, ..session }
        };
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
        let Some(Shown { session: id, .. }) = shown(&transaction, old).await? else {
            return Ok(RefreshOutcome::Unknown);
        };
        let row = Entity::find_by_id(id).lock_exclusive().one(&transaction).await?;
        // Read again: another rotation may have come first.
        let (Some(row), Some(token)) = (row, shown(&transaction, old).await?) else {
            return Ok(RefreshOutcome::Unknown);
        };
        let mut session = Session::try_from(row)?;
        if !token.is_good(now) {
            // Told once, however often a copy is shown.
            if session.ended.is_some_and(|(_, why)| why == SessionEnd::Reuse) {
                return Ok(RefreshOutcome::Ended(session));
            }
            if session.ended.is_none() {
                end(now, SessionEnd::Reuse).filter(Column::Id.eq(id)).exec(&transaction).await?;
                session.ended = Some((now, SessionEnd::Reuse));
            }
            transaction.commit().await?;
            return Ok(RefreshOutcome::Reused(session));
        }
        // Not committed: the token of a session that is over stays fresh, so that showing it again
        // gives the same answer.
        if session.ended.is_some() || session.expires_at <= now {
            return Ok(RefreshOutcome::Ended(session));
        }
        let session = used(session);
        if session.expires_at <= now {
            return Ok(RefreshOutcome::Ended(session));
        }
        add_refresh_token(&transaction, session.id, new, now).await?;
        exchange(&transaction, old, new, now).await?;
        to_row(&session).reset_all().update_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(RefreshOutcome::Rotated(session))
    }
}

/// A token that was shown, as it was before.
struct Shown {
    session: Uuid,
    used_at: Option<i64>,
    exchanges: i64,
    /// What it was exchanged for, if nobody has shown that.
    successor: Option<Vec<u8>>,
}

impl Shown {
    fn is_good(&self, now: WallTime) -> bool {
        let is_retried = |used| {
            let soon = now.saturating_since(WallTime::from_micros(used)) < RETRIED_WITHIN;
            soon && self.successor.is_some() && self.exchanges < EXCHANGES
        };
        self.used_at.is_none_or(is_retried)
    }
}

async fn shown(connection: &impl ConnectionTrait, hash: &[u8; 32]) -> Result<Option<Shown>> {
    let text = "SELECT token.session_id, token.used_at, token.exchanges, successor.hash
                FROM refresh_tokens token
                LEFT JOIN refresh_tokens successor ON successor.hash = token.successor AND successor.used_at IS NULL
                WHERE token.hash = $1";
    let row = connection.query_one_raw(statement(connection, text, [hash.to_vec().into()])).await?;
    let Some(row) = row else { return Ok(None) };
    let (session, used_at) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let (exchanges, successor) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
    Ok(Some(Shown { session, used_at, exchanges, successor }))
}

/// Notes what a token is exchanged for; its use stays the first. What it was exchanged for before is void:
/// a used one that is exchanged for nothing.
async fn exchange(
    connection: &impl ConnectionTrait,
    old: &[u8; 32],
    new: &[u8; 32],
    now: WallTime,
) -> Result<()> {
    let (now, old) = (now.micros(), old.to_vec());
    let text = "UPDATE refresh_tokens SET used_at = $1
                WHERE hash = (SELECT successor FROM refresh_tokens WHERE hash = $2)";
    connection.execute_raw(statement(connection, text, [now.into(), old.clone().into()])).await?;
    let text = "UPDATE refresh_tokens
                SET used_at = COALESCE(used_at, $1), successor = $2, exchanges = exchanges + 1 WHERE hash = $3";
    let values = [now.into(), new.to_vec().into(), old.into()];
    connection.execute_raw(statement(connection, text, values)).await?;
    Ok(())
}
