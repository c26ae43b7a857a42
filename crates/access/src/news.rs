//! News of changed accounts and of ended sign-ins and API tokens, on this node and on others.

use nightjar_cache::{Invalidation, Invalidations, keys};
use nightjar_model::{SessionId, TokenId, UserId};

use crate::Access;
use crate::live::token_key;

/// What is not as it was: whoever relies on it asks [`Access::is_alive`] or authenticates again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A sign-in has ended.
    Session(SessionId),
    /// An API token was revoked or changed.
    Token(TokenId),
    /// An account was changed: its role, its groups, or whether it is active.
    User(UserId),
    /// Anything may have changed: news were missed.
    Anything,
}

/// The news, as they come.
#[derive(Debug)]
pub struct Changes {
    news: Invalidations,
}

impl Changes {
    /// The next; none when Nightjar stops.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            if let Some(change) = Change::of(&self.news.next().await?) {
                return Some(change);
            }
        }
    }
}

impl Change {
    pub(crate) fn of(news: &Invalidation) -> Option<Self> {
        let text = match news {
            Invalidation::All => return Some(Self::Anything),
            Invalidation::Key(text) | Invalidation::Prefix(text) => text,
        };
        let mut parts = text.split(':');
        let (family, id) = (parts.next()?, parts.next()?);
        match family {
            "session" => id.parse().ok().map(Self::Session),
            "api_token" => id.parse().ok().map(Self::Token),
            "user" => id.parse().ok().map(Self::User),
            _ => None,
        }
    }
}

impl Access {
    /// What changes from now on: so that sockets can be closed.
    pub fn changes(&self) -> Changes {
        Changes { news: self.inner.cache.invalidations() }
    }

    pub(crate) async fn session_changed(&self, id: SessionId) {
        self.forget(keys::session(id)).await;
    }

    pub(crate) async fn token_changed(&self, id: TokenId) {
        self.forget(token_key(id)).await;
    }

    pub(crate) async fn user_changed(&self, id: UserId) {
        self.forget(keys::user_token(id)).await;
    }
}

#[cfg(test)]
mod tests {
    use nightjar_cache::Key;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn news_are_read_from_the_keys_they_are_told_under() {
        let id = Uuid::from_u128(7);
        let of = |key: &Key| Change::of(&Invalidation::from(key));
        assert_eq!(of(&keys::session(SessionId(id))), Some(Change::Session(SessionId(id))));
        assert_eq!(of(&keys::user_token(UserId(id))), Some(Change::User(UserId(id))));
        assert_eq!(of(&token_key(TokenId(id))), Some(Change::Token(TokenId(id))));
        assert_eq!(Change::of(&Invalidation::All), Some(Change::Anything));
        assert_eq!(of(&Key::new("camera", &["7", "info"])), None);
    }
}
