//! Sign-ins: an access token that proves one for minutes, a refresh token that carries it on.

use std::net::IpAddr;

use nightjar_catalog::RefreshOutcome;
use nightjar_model::text::to_line;
use nightjar_model::{Caller, Role, Secret, Session, SessionEnd, SessionId, User, UserId, Via, WallTime};
use uuid::Uuid;

use crate::authenticate::caller_of_session;
use crate::jwt::Claims;
use crate::random::{self, Digest};
use crate::{Access, AccessError, Result, rights};

const MARK: &str = "njr_";
/// Characters of what a client calls itself that are kept.
const AGENT_CHARS: usize = 200;
/// Bytes of a word of it.
const AGENT_WORD: usize = 40;

/// Who is at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// Its address, where one is known.
    pub ip: Option<IpAddr>,
    /// What it calls itself.
    pub user_agent: String,
}

/// Somebody who is signed in, with what proves it.
#[derive(Debug)]
pub struct SignIn {
    /// The access token.
    pub access: Secret,
    /// When that one ends.
    pub expires_at: WallTime,
    /// The refresh token: works once.
    pub refresh: Secret,
    /// The account.
    pub user: User,
    /// The sign-in.
    pub session: Session,
}

impl SignIn {
    /// Who it is.
    pub fn caller(&self) -> Caller {
        caller_of_session(&self.user, &self.session)
    }
}

impl Access {
    /// Signs a user in whose identity was proven just now, without a password.
    ///
    /// # Errors
    /// If the account is not active or is one for programs.
    pub async fn sign_in(&self, user: User, client: &ClientInfo, now: WallTime) -> Result<SignIn> {
        self.begin_session(user, (None, now), client, now).await
    }

    /// Signs a user in whose identity was proven at that time, with the password of this version where it
    /// was one. If that was changed in the meantime, it is wrong.
    pub(crate) async fn begin_session(
        &self,
        user: User,
        (password_version, proved_at): (Option<i64>, WallTime),
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<SignIn> {
        if !user.active {
            return Err(AccessError::Credentials);
        }
        if user.role == Role::ApiOnly {
            return Err(AccessError::RoleRestricted);
        }
        let session = Session {
            id: SessionId(Uuid::now_v7()),
            user_id: user.id,
            org_id: user.org_id,
            created_at: now,
            expires_at: self.expiry(now, now),
            proved_at,
            last_used_at: now,
            ended: None,
            ip: client.ip,
            user_agent: agent(client),
        };
        let (refresh, digest) = new_refresh()?;
        self.end_unused(user.id, now).await?;
        if !self.catalog().create_session(&session, &digest, password_version).await? {
            return Err(AccessError::Credentials);
        }
        self.catalog().note_login(user.id, now).await?;
        self.networks_changed(&user.username).await;
        self.grant(user, session, refresh, now).await
    }

    /// Carries a sign-in on: a new access token and a new refresh token for a refresh token that
    /// was not used before. A used one ends the sign-in, because somebody has a copy; unless it is shown
    /// again soon and what it was exchanged for was not: then its client did not get the answer.
    pub async fn refresh(&self, token: &Secret, client: &ClientInfo, now: WallTime) -> Result<SignIn> {
        let old = digest_of(token.expose()).ok_or(AccessError::Refresh)?;
        self.prepare_signer(now).await?;
        let (refresh, new) = new_refresh()?;
        let expiry = |created_at| self.expiry(created_at, now);
        let catalog = self.catalog();
        let outcome = catalog.rotate_refresh(&old, &new, now, expiry, client.ip, &agent(client)).await?;
        let session = match outcome {
            RefreshOutcome::Rotated(session) => session,
            RefreshOutcome::Reused(session) => {
                tracing::warn!(session = %session.id, user = %session.user_id, "a refresh token was used twice");
                self.session_changed(session.id).await;
                return Err(AccessError::RefreshReused(Box::new(session)));
            }
            RefreshOutcome::Ended(_) | RefreshOutcome::Unknown => return Err(AccessError::Refresh),
        };
        // What is remembered of it says that it ends earlier.
        self.session_changed(session.id).await;
        let user = catalog.user_by_id(session.user_id).await?;
        let Some(user) = user.filter(|user| user.active && user.role != Role::ApiOnly) else {
            self.end_session(session.id, now, SessionEnd::Revoked).await?;
            return Err(AccessError::Refresh);
        };
        self.grant(user, session, refresh, now).await
    }

    /// Signs out: this sign-in, or all of the account. An API token is no sign-in and stays, and ends none
    /// of the person's.
    pub async fn logout(&self, caller: &Caller, everywhere: bool, now: WallTime) -> Result<()> {
        if everywhere {
            rights::needs_session(caller)?;
            self.end_sessions_of(caller.user, None, now, SessionEnd::Logout).await?;
        } else if let Via::Session(id) = caller.via {
            self.end_session(id, now, SessionEnd::Logout).await?;
        }
        Ok(())
    }

    /// Ends a sign-in; false if it had ended already. Whose it is, the caller has looked at.
    pub async fn end_session(&self, id: SessionId, now: WallTime, why: SessionEnd) -> Result<bool> {
        let ended = self.catalog().end_session(id, now, why).await?;
        self.session_changed(id).await;
        Ok(ended)
    }

    /// Ends all sign-ins of an account but one.
    pub(crate) async fn end_sessions_of(
        &self,
        user: UserId,
        except: Option<SessionId>,
        now: WallTime,
        why: SessionEnd,
    ) -> Result<()> {
        for id in self.catalog().end_sessions_of(user, except, now, why).await? {
            self.session_changed(id).await;
        }
        Ok(())
    }

    /// When a sign-in of this age ends unless it is refreshed.
    fn expiry(&self, created_at: WallTime, now: WallTime) -> WallTime {
        let config = &self.inner.config;
        (now + config.refresh_lifetime).min(created_at + config.session_lifetime)
    }

    /// Makes room for one more sign-in of this account.
    async fn end_unused(&self, user: UserId, now: WallTime) -> Result<()> {
        let mut sessions = self.catalog().sessions_of(user, now).await?;
        sessions.sort_by_key(|session| session.last_used_at);
        let too_many = (sessions.len() + 1).saturating_sub(self.inner.config.sessions_per_user.max(1));
        for session in &sessions[..too_many] {
            self.end_session(session.id, now, SessionEnd::Revoked).await?;
        }
        Ok(())
    }

    async fn grant(&self, user: User, session: Session, refresh: Secret, now: WallTime) -> Result<SignIn> {
        let config = &self.inner.config;
        let claims = Claims::new((user.org_id, user.id, session.id), now, config.access_lifetime);
        let key = self.inner.keys.signer(&self.inner.catalog, now).await?;
        let access = Secret::new(key.sign(&claims));
        self.publish_token(&user, &session, &access, claims.expires_at()).await;
        Ok(SignIn { access, expires_at: claims.expires_at(), refresh, user, session })
    }
}

fn new_refresh() -> Result<(Secret, Digest)> {
    let text = format!("{MARK}{}", random::text()?);
    let digest = random::digest("nightjar refresh token 1", text.as_bytes());
    Ok((Secret::new(text), digest))
}

fn digest_of(token: &str) -> Option<Digest> {
    let fits = token.strip_prefix(MARK).is_some_and(random::is_text);
    fits.then(|| random::digest("nightjar refresh token 1", token.as_bytes()))
}

/// What a client calls itself, as it is kept and shown: names of programs, no addresses, which may
/// hold credentials, and nothing as long as a token.
fn agent(client: &ClientInfo) -> String {
    let harmless =
        |word: &&str| word.len() <= AGENT_WORD && !word.contains(['@', '=']) && !word.contains("://");
    let words: Vec<&str> = client.user_agent.split_whitespace().filter(harmless).collect();
    to_line(&words.join(" ")).chars().take(AGENT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_kept_by_name_and_not_by_what_it_carries() {
        let of = |text: &str| agent(&ClientInfo { ip: None, user_agent: text.to_owned() });
        let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(of(browser), browser);
        let token = "a".repeat(50);
        assert_eq!(of(&format!("vlc/3 (rtsp://admin:hunter2@cam/) key=hunter2 {token} x@y")), "vlc/3");
    }

    #[test]
    fn a_refresh_token_is_known_by_its_digest() {
        let (token, digest) = new_refresh().expect("random");
        assert_eq!(digest_of(token.expose()), Some(digest));
        for junk in ["", MARK, "njr_ä", &token.expose()[1..], &format!("{}x", token.expose())] {
            assert_eq!(digest_of(junk), None, "{junk}");
        }
    }
}
