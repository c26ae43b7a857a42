//! The two steps of a sign-in: sending the browser to the provider, and what it brings back.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightjar_cache::{Key, keys};
use nightjar_model::{Role, Secret, WallTime};
use serde::{Deserialize, Serialize};
use url::Url;

use super::claims::Claims;
use super::discovery::Metadata;
use super::provider::Provider;
use super::tokens::{Grant, words};
use super::{Oidc, OidcError, OidcProvider, Result};
use crate::proof::is_fresh;
use crate::{Access, ClientInfo, SignIn, random};

/// How long somebody may take at the provider.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A sign-in that was begun.
#[derive(Debug)]
pub struct Started {
    /// Where to send the browser.
    pub address: Url,
    /// What the browser keeps, in a cookie, to be known again.
    pub browser: Secret,
    /// For how long it is needed.
    pub lifetime: Duration,
}

/// What the browser brought back from the provider, as it came.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Which sign-in it belongs to.
    pub state: Option<String>,
    /// What it is exchanged for tokens.
    pub code: Option<Secret>,
    /// Why there is no code.
    pub error: Option<String>,
    /// The same in a sentence.
    pub description: Option<String>,
    /// Which provider it says it is of (RFC 9207).
    pub issuer: Option<String>,
}

/// Somebody whose identity a provider has proven.
#[derive(Debug)]
pub struct Proven {
    provider: OidcProvider,
    claims: Claims,
    /// When the provider asked the person.
    proved_at: WallTime,
    /// Where the person wanted to be: a path of ours.
    pub return_to: String,
}

/// A sign-in that was finished.
#[derive(Debug)]
pub struct Finished {
    /// The sign-in.
    pub sign_in: SignIn,
    /// Whether the account was made for it.
    pub created: bool,
    /// The role before, if the provider has changed it.
    pub previous_role: Option<Role>,
}

/// What is kept while somebody is at the provider.
#[derive(Serialize, Deserialize)]
struct Pending {
    provider: String,
    nonce: String,
    verifier: Secret,
    /// The digest of what the browser keeps.
    browser: String,
    return_to: String,
    /// Whether the person has to sign in there again, whoever is signed in there.
    #[serde(default)]
    proof: bool,
}

/// Why somebody is sent to a provider, and where they want to be afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Errand<'a> {
    /// A path of ours, which the caller has made sure of.
    pub return_to: &'a str,
    /// Whether the provider has to ask the person again, for a fresh proof.
    pub proof: bool,
}

impl<'a> From<&'a str> for Errand<'a> {
    /// An ordinary sign-in.
    fn from(return_to: &'a str) -> Self {
        Self { return_to, proof: false }
    }
}

impl Oidc {
    /// Begins a sign-in. `browser` is what this browser keeps from one that is under way, in another
    /// tab, say.
    pub async fn start<'a>(
        &self,
        name: &str,
        errand: impl Into<Errand<'a>>,
        browser: Option<&str>,
        now: WallTime,
    ) -> Result<Started> {
        let errand = errand.into();
        let provider = self.provider(name)?;
        let metadata = provider.metadata(now).await?;
        let (state, nonce, verifier) = (random::text()?, random::text()?, random::text()?);
        let browser = match browser.filter(|text| random::is_text(text)) {
            Some(known) => known.to_owned(),
            None => random::text()?,
        };
        let mut address = self.authorization(provider, &metadata, (&state, &nonce, &verifier));
        if errand.proof {
            // OpenID Connect Core 1.0 §3.1.2.1: with `max_age`, the ID token has to hold `auth_time`.
            address.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        let pending = Pending {
            provider: provider.settings.name.clone(),
            nonce,
            verifier: Secret::new(verifier),
            browser: digest_of(&browser),
            return_to: errand.return_to.to_owned(),
            proof: errand.proof,
        };
        self.inner.access.inner.cache.set_json(&pending_key(&state), &pending, PATIENCE).await;
        Ok(Started { address, browser: Secret::new(browser), lifetime: PATIENCE })
    }

    /// Exchanges what the browser brought, once, for the proof of who it is.
    pub async fn prove(
        &self,
        name: &str,
        answer: &Answer,
        browser: Option<&str>,
        now: WallTime,
    ) -> Result<Proven> {
        let provider = self.provider(name)?;
        let pending = self.take(provider, answer, browser).await?;
        if let Some(error) = &answer.error {
            return Err(denied(error, answer.description.as_deref()));
        }
        let metadata = provider.metadata(now).await?;
        check_issuer(provider, &metadata, answer)?;
        let code = answer.code.as_ref().ok_or_else(|| OidcError::answer("answer", "it has no code"))?;
        let redirect_uri = self.callback(provider);
        let grant = Grant { code: code.expose(), verifier: &pending.verifier, redirect_uri: &redirect_uri };
        let tokens = provider.redeem(&metadata, grant).await?;
        let claims = provider.prove(&metadata, &tokens, &pending.nonce, now).await?;
        let proved_at = proved_at(&claims, now);
        if pending.proof && !is_fresh(proved_at, now) {
            return Err(OidcError::NotProven);
        }
        let claims = provider.complete(&metadata, &tokens, claims).await?;
        Ok(Proven { provider: provider.settings.clone(), claims, proved_at, return_to: pending.return_to })
    }

    /// The address of the provider's sign-in page (OpenID Connect Core 1.0 §3.1.2.1).
    fn authorization(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        (state, nonce, verifier): (&str, &str, &str),
    ) -> Url {
        let mut address = metadata.authorization.clone();
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.settings.client_id)
            .append_pair("redirect_uri", &self.callback(provider))
            .append_pair("scope", &provider.settings.scopes)
            .append_pair("state", state)
            .append_pair("nonce", nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        address
    }

    /// The sign-in that an answer belongs to, once. Another browser can neither finish it nor use it up.
    async fn take(&self, provider: &Provider, answer: &Answer, browser: Option<&str>) -> Result<Pending> {
        let cache = &self.inner.access.inner.cache;
        let state = answer.state.as_deref().filter(|state| random::is_text(state));
        let state = state.ok_or(OidcError::Expired)?;
        let pending: Pending = cache.get_json(&pending_key(state)).await.ok_or(OidcError::Expired)?;
        let same_browser = browser.is_some_and(|browser| digest_of(browser) == pending.browser);
        if !same_browser || pending.provider != provider.settings.name {
            return Err(OidcError::Expired);
        }
        let first = cache.add_once(&keys::once("oidc", &digest_of(state)), PATIENCE).await;
        cache.remove(&pending_key(state)).await;
        if first { Ok(pending) } else { Err(OidcError::Expired) }
    }
}

/// When the provider asked the person (`auth_time`, OpenID Connect Core 1.0 §2). A provider that keeps this
/// to itself proves that somebody is signed in there, not that they are in front of this browser.
fn proved_at(claims: &Claims, now: WallTime) -> WallTime {
    let asked = claims.auth_time().unwrap_or(WallTime::from_micros(0));
    // A clock that is a little ahead of ours.
    asked.min(now)
}

impl Access {
    /// Signs somebody in whose identity a provider has proven.
    pub async fn sign_in_proven(
        &self,
        proven: &Proven,
        client: &ClientInfo,
        now: WallTime,
    ) -> Result<Finished> {
        self.prepare_signer(now).await?;
        let arrival = self.arrive(&proven.provider, &proven.claims, now).await?;
        let sign_in = self.begin_session(arrival.user, (None, proven.proved_at), client, now).await?;
        Ok(Finished { sign_in, created: arrival.created, previous_role: arrival.previous_role })
    }
}

/// A person's no, or a provider that does not understand us (OpenID Connect Core 1.0 §3.1.2.6).
fn denied(error: &str, description: Option<&str>) -> OidcError {
    let said = words(error, description);
    match error {
        "access_denied" | "interaction_required" | "login_required" | "consent_required" => {
            OidcError::Denied(said)
        }
        _ => OidcError::answer("answer", said),
    }
}

/// RFC 9207 §2.4: an answer of another provider is not for this one.
fn check_issuer(provider: &Provider, metadata: &Metadata, answer: &Answer) -> Result<()> {
    match answer.issuer.as_deref() {
        Some(issuer) if issuer == provider.settings.issuer.as_str() => Ok(()),
        None if !metadata.names_itself => Ok(()),
        _ => Err(OidcError::answer("answer", "it is of another issuer")),
    }
}

fn pending_key(state: &str) -> Key {
    Key::new("oidc", &[&digest_of(state)])
}

fn digest_of(text: &str) -> String {
    blake3::Hash::from_bytes(random::digest("nightjar oidc sign-in 1", text.as_bytes())).to_hex().to_string()
}
