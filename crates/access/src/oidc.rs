//! Signing in at an OpenID provider: OpenID Connect Core 1.0, the authorization code flow with
//! PKCE (RFC 7636), with any provider that OpenID Connect Discovery 1.0 finds.
//!
//! The browser is sent to the provider with a `state`, a `nonce` and a challenge that are kept in
//! the cache for ten minutes, used once, and bound to that browser by a cookie ([`flow`]). What comes
//! back is exchanged for an ID token ([`tokens`]), which is believed only with a signature of the
//! provider's keys ([`jwks`], [`id_token`]). The account is the one linked to the provider's
//! `issuer` and `sub` ([`account`]); an e-mail address proves nothing.

mod account;
mod algorithm;
mod claims;
mod discovery;
mod domains;
mod error;
mod flow;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod http;
mod id_token;
mod issuer;
mod jwks;
mod provider;
mod remembered;
mod roles;
mod tokens;
mod username;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use nightjar_model::{Secret, WallTime};

use crate::Access;
use provider::Provider;

pub use error::{OidcError, Refusal};
pub use flow::{Answer, Errand, Finished, Proven, Started};
pub use id_token::TokenFault;
pub use issuer::Issuer;
pub use roles::RoleRules;

/// What every operation gives.
pub type Result<T, E = OidcError> = std::result::Result<T, E>;

/// Where browsers come back to: below this, by the name of the provider.
const CALLBACKS: &str = "/api/v1/auth/oidc";

/// A provider as the operator has described it.
#[derive(Debug, Clone)]
pub struct OidcProvider {
    /// Its name in addresses.
    pub name: String,
    /// What people read on the button.
    pub label: String,
    /// Who signs its ID tokens.
    pub issuer: Issuer,
    /// What it knows Nightjar as.
    pub client_id: String,
    /// What proves to it that it is Nightjar who asks.
    pub client_secret: Secret,
    /// What is asked for, separated by blanks; `openid` is among them.
    pub scopes: String,
    /// Which role somebody gets.
    pub roles: RoleRules,
    /// Name of the organization that new accounts belong to; none: the first.
    pub organization: Option<String>,
    /// Whether an account is made for somebody who comes for the first time.
    pub create_users: bool,
    /// Domains of verified e-mail addresses, in lower case; none: all.
    pub allowed_domains: Vec<String>,
}

/// What sign-ins at providers are made with.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// The address that browsers know Nightjar by, without a slash at its end.
    pub public_url: String,
    /// All providers, in the order in which the page shows them.
    pub providers: Vec<OidcProvider>,
    /// How long a provider may take for one answer.
    pub patience: Duration,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self { public_url: String::new(), providers: Vec::new(), patience: Duration::from_secs(5) }
    }
}

/// Sign-ins at OpenID providers. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Oidc {
    inner: Arc<Inner>,
}

struct Inner {
    access: Access,
    public_url: String,
    providers: Vec<Provider>,
}

impl Oidc {
    /// Prepares for these providers; nothing is asked of them before somebody signs in.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(access: Access, config: OidcConfig) -> Result<Self> {
        let OidcConfig { public_url, providers, patience } = config;
        let providers = providers.into_iter().map(|settings| Provider::new(settings, patience));
        let inner = Inner { access, public_url, providers: providers.collect::<Result<_>>()? };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// All providers, as they were configured.
    pub fn providers(&self) -> impl Iterator<Item = &OidcProvider> {
        self.inner.providers.iter().map(|provider| &provider.settings)
    }

    fn provider(&self, name: &str) -> Result<&Provider> {
        let found = self.inner.providers.iter().find(|provider| provider.settings.name == name);
        found.ok_or(OidcError::UnknownProvider)
    }

    /// Where the provider is told to send browsers back to.
    fn callback(&self, provider: &Provider) -> String {
        format!("{}{CALLBACKS}/{}/callback", self.inner.public_url, provider.settings.name)
    }
}

impl fmt::Debug for Oidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc").field("providers", &self.inner.providers.len()).finish_non_exhaustive()
    }
}

/// Tries whether a provider is found and has keys that we can verify with: gives their number.
pub async fn probe(settings: OidcProvider, patience: Duration, now: WallTime) -> Result<usize> {
    let provider = Provider::new(settings, patience)?;
    let metadata = provider.metadata(now).await?;
    Ok(provider.keys(&metadata, now, false).await?.len())
}
