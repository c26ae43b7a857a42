//! One provider, with what it said of itself lately.

use std::sync::Arc;
use std::time::Duration;

use nightjar_model::WallTime;

use super::discovery::{self, Metadata};
use super::http::Http;
use super::jwks::{self, Key};
use super::remembered::Remembered;
use super::{OidcProvider, Result};

/// How long what a provider says of itself is believed.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Tokens with keys that nobody has do not make us ask for keys more often than this.
const BETWEEN_READINGS: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Provider {
    pub(super) settings: OidcProvider,
    pub(super) http: Http,
    metadata: Remembered<Metadata>,
    keys: Remembered<Vec<Key>>,
}

impl Provider {
    pub(super) fn new(settings: OidcProvider, patience: Duration) -> Result<Self> {
        let http = Http::new(patience, settings.issuer.is_local())?;
        let (metadata, keys) = (Remembered::new("discovery document"), Remembered::new("key set"));
        Ok(Self { settings, http, metadata, keys })
    }

    /// Where it is asked for what.
    pub(super) async fn metadata(&self, now: WallTime) -> Result<Arc<Metadata>> {
        let read = discovery::discover(&self.http, &self.settings.issuer);
        self.metadata.get(LIFETIME, now, read).await
    }

    /// Its keys. `missed`: one was not among them, so they are read again, unless that was just done.
    pub(super) async fn keys(
        &self,
        metadata: &Metadata,
        now: WallTime,
        missed: bool,
    ) -> Result<Arc<Vec<Key>>> {
        let lifetime = if missed { BETWEEN_READINGS } else { LIFETIME };
        self.keys.get(lifetime, now, jwks::fetch(self.http.get(metadata.jwks.clone()))).await
    }
}
