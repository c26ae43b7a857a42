//! Sign-ins in the shared cache, under the keys of the requirement documents, `session:{id}` and `user:{id}:token`: for whoever
//! wants to know who is signed in.
//!
//! Nothing here is believed when a request is authenticated: who can write into the cache would otherwise give themselves a
//! role. Of tokens there are only digests.

use nightjar_cache::{CacheHealth, keys};
use nightjar_catalog::CatalogError;
use nightjar_model::{Secret, Session, SessionId, User, UserId, WallTime};
use serde::Serialize;
use serde_json::json;

use crate::Access;
use crate::unit::News;

/// `session:{id}`, in the spelling of the document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionEntry {
    user_id: UserId,
    role: &'static str,
    permissions: Vec<&'static str>,
    /// Milliseconds since 1970.
    expires_at: i64,
}

/// A new or continued sign-in, and the digest of its newest access token.
pub(crate) struct Granted {
    user: User,
    session: Session,
    digest: String,
    expires_at: WallTime,
}

impl Access {
    /// Publishes a new or continued sign-in with its newest access token; within a unit of work, after the
    /// commit.
    pub(crate) async fn publish_token(
        &self,
        user: &User,
        session: &Session,
        access: &Secret,
        expires_at: WallTime,
    ) {
        if !self.publishes() {
            return;
        }
        let digest = blake3::hash(access.expose().as_bytes()).to_hex().to_string();
        let granted = Granted { user: user.clone(), session: session.clone(), digest, expires_at };
        match &self.unit {
            Some(unit) => unit.news.lock().push(News::Granted(Box::new(granted))),
            None => self.publish(&granted).await,
        }
    }

    pub(crate) async fn publish(&self, granted: &Granted) {
        let Granted { user, session, digest, expires_at } = granted;
        self.publish_session(user, session).await;
        let entry = json!({
            "blake3": digest,
            "sessionId": session.id,
            "expiresAt": expires_at.micros() / 1_000,
        });
        self.inner.cache.set_json(&keys::user_token(user.id), &entry, keys::USER_TOKEN_TTL).await;
    }

    /// Removes a sign-in, and its token if it has ended. Tells all nodes.
    pub(crate) async fn withdraw_session(&self, id: SessionId) {
        self.inner.cache.remove(&keys::session(id)).await;
        if !self.publishes() {
            return;
        }
        match self.catalog().session(id).await {
            Ok(Some(session)) if session.ended.is_some() => {
                self.inner.cache.remove(&keys::user_token(session.user_id)).await;
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a sign-in can't be read for the cache"),
        }
    }

    /// Removes the token of an account that was changed, and writes its sign-ins as they are now. Tells all nodes.
    pub(crate) async fn withdraw_user(&self, id: UserId) {
        self.inner.cache.remove(&keys::user_token(id)).await;
        if self.publishes()
            && let Err(error) = self.publish_sessions_of(id).await
        {
            tracing::debug!(%error, "an account can't be read for the cache");
        }
    }

    async fn publish_sessions_of(&self, id: UserId) -> Result<(), CatalogError> {
        let user = self.catalog().user_by_id(id).await?.filter(|user| user.active);
        for session in self.catalog().sessions_of(id, WallTime::default()).await? {
            match &user {
                Some(user) => self.publish_session(user, &session).await,
                None => self.inner.cache.remove(&keys::session(session.id)).await,
            }
        }
        Ok(())
    }

    async fn publish_session(&self, user: &User, session: &Session) {
        let entry = SessionEntry {
            user_id: user.id,
            role: user.role.as_str(),
            permissions: user.permissions().iter().map(|permission| permission.as_str()).collect(),
            expires_at: session.expires_at.micros() / 1_000,
        };
        self.inner.cache.set_json(&keys::session(session.id), &entry, keys::SESSION_TTL).await;
    }

    /// In this process alone nobody would read it.
    fn publishes(&self) -> bool {
        !matches!(self.inner.cache.health(), CacheHealth::Embedded)
    }
}
