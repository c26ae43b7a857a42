//! What goes on beside the requests: the use of API tokens is written down, old sign-ins go.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use nightjar_model::{TokenId, WallTime};
use parking_lot::Mutex;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{Access, Result};

/// Tokens whose use waits to be written; the use of more is not noted until there is room.
const WAITING: usize = 10_000;
const BETWEEN_WRITES: Duration = Duration::from_secs(60);
/// Writes between two purges.
const PURGE_EVERY: u32 = 60;
/// How long sign-ins stay after their end, so that a stolen refresh token is still known as one.
const KEPT_AFTER_END: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// When and from where tokens were last used.
#[derive(Default)]
pub(crate) struct TokenUses {
    waiting: Mutex<HashMap<TokenId, (WallTime, Option<IpAddr>)>>,
}

impl TokenUses {
    /// Notes a use, without waiting.
    pub(crate) fn note(&self, id: TokenId, now: WallTime, ip: Option<IpAddr>) {
        let mut waiting = self.waiting.lock();
        if waiting.len() < WAITING || waiting.contains_key(&id) {
            waiting.insert(id, (now, ip));
        }
    }
}

impl Access {
    /// Writes down the use of API tokens once a minute and forgets old sign-ins once an hour, until
    /// it is stopped; then once more.
    pub async fn run(&self, stop: CancellationToken) {
        let mut ticks = interval(BETWEEN_WRITES);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0_u32;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.flush_uses().await;
            if count.is_multiple_of(PURGE_EVERY) {
                #[expect(clippy::disallowed_methods, reason = "the driver of the purge")]
                let now = WallTime::from(SystemTime::now());
                if let Err(error) = self.purge(now).await {
                    tracing::warn!(%error, "old sign-ins could not be removed");
                }
            }
            count = count.wrapping_add(1);
        }
        self.flush_uses().await;
    }

    /// Writes down the uses of API tokens that wait.
    pub async fn flush_uses(&self) {
        let waiting = std::mem::take(&mut *self.inner.uses.waiting.lock());
        for (id, (at, ip)) in waiting {
            if let Err(error) = self.catalog().note_token_use(id, at, ip).await {
                tracing::warn!(%error, token = %id, "the use of an API token could not be written");
            }
        }
    }

    /// Forgets the sign-ins that ended a week ago; gives their number.
    pub async fn purge(&self, now: WallTime) -> Result<u64> {
        Ok(self.catalog().purge_sessions(now - KEPT_AFTER_END).await?)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn uses_are_kept_once_a_token_and_bounded() {
        let uses = TokenUses::default();
        let id = |number| TokenId(Uuid::from_u128(number));
        for number in 0..2 * WAITING as u128 {
            uses.note(id(number), WallTime::from_millis(1), None);
        }
        uses.note(id(0), WallTime::from_millis(2), None);
        let waiting = uses.waiting.lock();
        assert_eq!(waiting.len(), WAITING);
        assert_eq!(waiting[&id(0)].0, WallTime::from_millis(2));
    }
}
