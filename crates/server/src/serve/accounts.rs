//! Accounts: who may do what, and the first administrator.

use anyhow::{Context, Result};
use nightjar_access::oidc::{Oidc, OidcConfig};
use nightjar_access::{Access, AccessConfig};
use nightjar_cache::{Cache, CacheConfig};
use nightjar_catalog::Catalog;
use nightjar_media::WallTime;
use nightjar_model::Secret;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::process_env;

/// Password of the first administrator, for installations without a person in front of them.
const ADMIN_PASSWORD: &str = "NIGHTJAR_ADMIN_PASSWORD";

/// What accounts stand on.
pub(crate) struct Accounts {
    pub(crate) access: Access,
    pub(crate) oidc: Oidc,
    pub(crate) cache: Cache,
}

impl Accounts {
    /// Opens the cache and the accounts.
    pub(crate) async fn open(config: &Config, catalog: &Catalog) -> Result<Self> {
        let cache = match &config.cache_url {
            Some(url) => {
                Cache::redis(url, CacheConfig::default()).await.context("can't use the cache (cache.url)")?
            }
            None => Cache::embedded(CacheConfig::default()),
        };
        let lifetimes = AccessConfig {
            refresh_lifetime: config.accounts.idle,
            session_lifetime: config.accounts.session,
            ..AccessConfig::default()
        };
        let access = Access::new(catalog.clone(), cache.clone(), lifetimes);
        let access = access.context("can't start accounts")?;
        let oidc =
            Oidc::new(access.clone(), oidc_config(config)).context("can't prepare sign-ins ([[oidc]])")?;
        Ok(Self { access, oidc, cache })
    }

    /// Does what accounts need from time to time, until stopped: new keys, old sign-ins.
    pub(crate) fn keep(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let (access, stop) = (self.access.clone(), stop.clone());
        tasks.spawn(async move { access.run(stop).await });
    }

    /// While there is no account: makes `admin` with the password of the environment, or prints the
    /// link with which the first administrator is made.
    pub(crate) async fn announce_setup(&self, config: &Config, now: WallTime) -> Result<()> {
        if let Some(password) = process_env::var(ADMIN_PASSWORD) {
            let made = self.access.ensure_admin(&Secret::new(password), now).await;
            if made.with_context(|| format!("can't make the administrator ({ADMIN_PASSWORD})"))? {
                tracing::info!("made the user `admin` with the password of {ADMIN_PASSWORD}");
            }
            return Ok(());
        }
        let token = self.access.setup_token().await.context("can't make a set-up link")?;
        if let Some(token) = token {
            let links: Vec<String> = super::http::address::of_people(config)
                .into_iter()
                .map(|address| format!("{address}/setup?token={}", token.expose()))
                .collect();
            // Not in the log: whoever reads that could take the installation over.
            eprintln!(
                "\n    Nightjar has no account yet. Make the first administrator with this link; it works once:\n\n        {}\n",
                links.join("\n    or, on this machine,\n        ")
            );
        }
        Ok(())
    }
}

/// The share of sign-ins at providers.
fn oidc_config(config: &Config) -> OidcConfig {
    let origin = config.service.public_url.as_ref().map(|url| url.origin().ascii_serialization());
    OidcConfig {
        public_url: origin.unwrap_or_default(),
        providers: config.oidc.clone(),
        ..OidcConfig::default()
    }
}
