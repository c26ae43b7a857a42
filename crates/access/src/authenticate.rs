//! From the token of a request to the caller it proves.

use std::net::IpAddr;

use nightjar_cache::Key;
use nightjar_catalog::CatalogError;
use nightjar_model::{ApiToken, Caller, Session, User, Via, WallTime};

use crate::api_token::{self, may_come_from};
use crate::jwt::{self, Claims};
use crate::{Access, AuthFault};

impl Access {
    /// Who sends this token. What it may do is what its account may do now, and no more than the
    /// token allows.
    pub async fn authenticate(
        &self,
        bearer: &str,
        client_ip: Option<IpAddr>,
        now: WallTime,
    ) -> Result<Caller, AuthFault> {
        let bearer = bearer.trim();
        if bearer.is_empty() {
            return Err(AuthFault::Missing);
        }
        if api_token::is_one(bearer) {
            return self.by_api_token(bearer, client_ip, now).await;
        }
        let claims = self.prove(bearer, now).await?;
        let live = self.inner.live.session(self.catalog(), claims.sid, now).await?;
        let (session, user) = live.ok_or(AuthFault::Invalid)?;
        if user.id != claims.sub || user.org_id != claims.org {
            return Err(AuthFault::Invalid);
        }
        Ok(caller_of_session(&user, &session))
    }

    /// Whether what was proven this way still is.
    pub async fn is_alive(&self, via: Via, now: WallTime) -> Result<bool, CatalogError> {
        Ok(self.holder(via, now).await?.is_some())
    }

    /// Who was proven this way, with what it may do now, none once that has ended: for addresses of
    /// media, which outlive the request that asked for them and are used from anywhere.
    pub async fn holder(&self, via: Via, now: WallTime) -> Result<Option<Caller>, CatalogError> {
        self.proven(via, |_| true, now).await
    }

    /// The same for sockets; none too for an address that the token is not for.
    pub async fn caller(
        &self,
        via: Via,
        client_ip: Option<IpAddr>,
        now: WallTime,
    ) -> Result<Option<Caller>, CatalogError> {
        self.proven(via, |token| may_come_from(&token.allowed_ips, client_ip), now).await
    }

    async fn proven(
        &self,
        via: Via,
        fits: impl FnOnce(&ApiToken) -> bool,
        now: WallTime,
    ) -> Result<Option<Caller>, CatalogError> {
        let (live, catalog) = (&self.inner.live, self.catalog());
        Ok(match via {
            Via::Session(id) => {
                let found = live.session(catalog, id, now).await?;
                found.map(|(session, user)| caller_of_session(&user, &session))
            }
            Via::Token(id) => {
                let found = live.token_of_any(catalog, id, now).await?;
                let found = found.filter(|(token, _)| fits(token));
                found.map(|(token, owner)| caller_of_token(&owner, &token))
            }
        })
    }

    /// Requests an hour that a caller's API token allows; none for a sign-in.
    pub async fn hourly_limit(&self, caller: &Caller, now: WallTime) -> Result<Option<u32>, CatalogError> {
        let Via::Token(id) = caller.via else { return Ok(None) };
        let token = self.inner.live.token_by_id(self.catalog(), caller.org, id, now).await?;
        Ok(token.map(|(token, _)| token.rate_limit))
    }

    async fn by_api_token(
        &self,
        text: &str,
        client_ip: Option<IpAddr>,
        now: WallTime,
    ) -> Result<Caller, AuthFault> {
        let digest = api_token::parse(text).ok_or(AuthFault::Invalid)?;
        let live = self.inner.live.token(self.catalog(), &digest, now).await?;
        let (token, owner) = live.ok_or(AuthFault::Invalid)?;
        if !may_come_from(&token.allowed_ips, client_ip) {
            return Err(AuthFault::IpNotAllowed);
        }
        self.inner.uses.note(token.id, now, client_ip);
        Ok(caller_of_token(&owner, &token))
    }

    /// What an access token says, if it is ours. A token that was seen before costs no signature.
    async fn prove(&self, token: &str, now: WallTime) -> Result<Claims, AuthFault> {
        let proven = &self.inner.proven;
        let key = Key::new("proven", &[&blake3::hash(token.as_bytes()).to_hex()]);
        let invalid = |_| AuthFault::Invalid;
        let claims = match proven.get(&key) {
            Some(claims) => claims,
            None => {
                let reading = proven.begin();
                let unproven = jwt::parse(token).map_err(invalid)?;
                let signer = self.inner.keys.find(self.catalog(), &unproven.kid, now).await?;
                let claims = signer.ok_or(AuthFault::Invalid)?.open(&unproven).map_err(invalid)?;
                proven.put(&key, claims.clone(), reading);
                claims
            }
        };
        claims.check(now).map_err(invalid)?;
        Ok(claims)
    }
}

/// Somebody who is signed in.
pub(crate) fn caller_of_session(user: &User, session: &Session) -> Caller {
    Caller {
        org: user.org_id,
        user: user.id,
        username: user.username.as_str().into(),
        role: user.role,
        permissions: user.permissions(),
        groups: user.groups.clone(),
        via: Via::Session(session.id),
    }
}

/// A program with a token: never more than its owner.
fn caller_of_token(owner: &User, token: &ApiToken) -> Caller {
    Caller {
        org: owner.org_id,
        user: owner.id,
        username: owner.username.as_str().into(),
        role: owner.role,
        permissions: token.permissions.intersection(owner.permissions()),
        groups: token.groups.intersection(&owner.groups),
        via: Via::Token(token.id),
    }
}
