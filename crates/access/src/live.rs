//! The present state of sign-ins, API tokens and accounts: read from the catalog, believed for a
//! few seconds, forgotten at once when it changes.

use std::time::Duration;

use nightjar_cache::{Cache, Copies, Key, keys};
use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::{ApiToken, OrgId, Role, Session, SessionId, TokenId, User, UserId, WallTime};

use crate::random::Digest;

/// Entries of each table.
pub(crate) const CAPACITY: u64 = 20_000;

type Result<T> = std::result::Result<T, CatalogError>;

/// What is known for the moment.
pub(crate) struct LiveStates {
    sessions: Copies<Option<Session>>,
    users: Copies<Option<User>>,
    tokens: Copies<Option<ApiToken>>,
    /// Which token has this secret.
    secrets: Copies<(OrgId, TokenId)>,
    session_lifetime: Duration,
}

impl LiveStates {
    pub(crate) fn new(cache: &Cache, lifetime: Duration, session_lifetime: Duration) -> Self {
        Self {
            sessions: cache.copies(CAPACITY, lifetime),
            users: cache.copies(CAPACITY, lifetime),
            tokens: cache.copies(CAPACITY, lifetime),
            secrets: cache.copies(CAPACITY, lifetime),
            session_lifetime,
        }
    }

    /// A sign-in that goes on, with its account.
    pub(crate) async fn session(
        &self,
        catalog: &Catalog,
        id: SessionId,
        now: WallTime,
    ) -> Result<Option<(Session, User)>> {
        let session = self.sessions.get_or_read(&keys::session(id), catalog.session(id)).await?;
        let goes_on = |session: &Session| {
            // Computed, so that a shorter lifetime counts for the sign-ins that there are.
            let end = session.expires_at.min(session.created_at + self.session_lifetime);
            session.ended.is_none() && now < end
        };
        let Some(session) = session.filter(goes_on) else { return Ok(None) };
        let user = self.user(catalog, session.user_id).await?;
        Ok(user.filter(|user| user.role != Role::ApiOnly).map(|user| (session, user)))
    }

    /// The API token with this secret, if it is good, with its owner.
    pub(crate) async fn token(
        &self,
        catalog: &Catalog,
        secret: &Digest,
        now: WallTime,
    ) -> Result<Option<(ApiToken, User)>> {
        let key = Key::new("api_token_secret", &[&blake3::Hash::from_bytes(*secret).to_hex()]);
        if let Some((org, id)) = self.secrets.get(&key) {
            return self.token_by_id(catalog, org, id, now).await;
        }
        let (reading, reading_token) = (self.secrets.begin(), self.tokens.begin());
        // Secrets of nobody are not remembered: there is no end of them.
        let Some(token) = catalog.api_token_by_hash(secret).await? else { return Ok(None) };
        self.secrets.put(&key, (token.org_id, token.id), reading);
        self.tokens.put(&token_key(token.id), Some(token.clone()), reading_token);
        self.with_owner(catalog, Some(token), now).await
    }

    /// The API token of this name, if it is good, with its owner.
    pub(crate) async fn token_by_id(
        &self,
        catalog: &Catalog,
        org: OrgId,
        id: TokenId,
        now: WallTime,
    ) -> Result<Option<(ApiToken, User)>> {
        let token = self.tokens.get_or_read(&token_key(id), catalog.api_token(org, id)).await?;
        self.with_owner(catalog, token, now).await
    }

    /// The same without knowing whose it is.
    pub(crate) async fn token_of_any(
        &self,
        catalog: &Catalog,
        id: TokenId,
        now: WallTime,
    ) -> Result<Option<(ApiToken, User)>> {
        let read = async {
            for organization in catalog.organizations().await? {
                if let Some(token) = catalog.api_token(organization.id, id).await? {
                    return Ok(Some(token));
                }
            }
            Ok::<_, CatalogError>(None)
        };
        let token = self.tokens.get_or_read(&token_key(id), read).await?;
        self.with_owner(catalog, token, now).await
    }

    async fn with_owner(
        &self,
        catalog: &Catalog,
        token: Option<ApiToken>,
        now: WallTime,
    ) -> Result<Option<(ApiToken, User)>> {
        let good =
            |token: &ApiToken| token.revoked_at.is_none() && token.expires_at.is_none_or(|end| now < end);
        let Some(token) = token.filter(good) else { return Ok(None) };
        let owner = self.user(catalog, token.user_id).await?;
        Ok(owner.filter(|owner| owner.org_id == token.org_id).map(|owner| (token, owner)))
    }

    /// An account that may do something.
    async fn user(&self, catalog: &Catalog, id: UserId) -> Result<Option<User>> {
        let user = self.users.get_or_read(&keys::user_token(id), catalog.user_by_id(id)).await?;
        Ok(user.filter(|user| user.active))
    }
}

/// What an API token is known under.
pub(crate) fn token_key(id: TokenId) -> Key {
    Key::new("api_token", &[&id.to_string()])
}
