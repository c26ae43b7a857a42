//! The keys that sign access tokens: made here, kept sealed in the catalog, shared by all nodes.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightjar_catalog::{Catalog, CatalogError, SigningKey};
use nightjar_model::{Secret, WallTime};
use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::jwt::JwtKey;
use crate::{AccessError, Result};

/// How long a key stays beyond the end of the last token it signed.
const SPARE: Duration = Duration::from_secs(60 * 60);
/// Names of keys that nobody has do not make us read the catalog more often than this.
const BETWEEN_READINGS: Duration = Duration::from_secs(1);

/// All keys that still count, newest first.
pub(crate) struct KeyRing {
    rotation: Duration,
    token_lifetime: Duration,
    ring: RwLock<Ring>,
    reading: Mutex<()>,
}

#[derive(Default, Clone)]
struct Ring {
    keys: Arc<[(Arc<JwtKey>, WallTime)]>,
    read_at: Option<WallTime>,
}

impl KeyRing {
    pub(crate) fn new(rotation: Duration, token_lifetime: Duration) -> Self {
        Self { rotation, token_lifetime, ring: RwLock::default(), reading: Mutex::new(()) }
    }

    /// The key to sign with: made when there is none, or the newest has signed long enough.
    pub(crate) async fn signer(&self, catalog: &Catalog, now: WallTime) -> Result<Arc<JwtKey>> {
        if let Some(key) = self.newest(now) {
            return Ok(key);
        }
        let _one = self.reading.lock().await;
        self.read(catalog, now).await?;
        if let Some(key) = self.newest(now) {
            return Ok(key);
        }
        catalog.add_signing_key(&new_key(now)?).await?;
        catalog.delete_signing_keys_before(now - (self.rotation + self.token_lifetime + SPARE)).await?;
        self.read(catalog, now).await?;
        self.newest(now).ok_or(AccessError::Crypto("a new signing key is not in the catalog"))
    }

    /// The key of this name, which another node may have made just now.
    pub(crate) async fn find(
        &self,
        catalog: &Catalog,
        kid: &str,
        now: WallTime,
    ) -> Result<Option<Arc<JwtKey>>, CatalogError> {
        if let Some(key) = self.named(kid) {
            return Ok(Some(key));
        }
        let _one = self.reading.lock().await;
        let recent = self
            .ring
            .read()
            .read_at
            .is_some_and(|read| now >= read && now.saturating_since(read) < BETWEEN_READINGS);
        if !recent {
            self.read(catalog, now).await?;
        }
        Ok(self.named(kid))
    }

    fn named(&self, kid: &str) -> Option<Arc<JwtKey>> {
        let ring = self.ring.read();
        ring.keys.iter().find(|(key, _)| key.kid == kid).map(|(key, _)| key.clone())
    }

    fn newest(&self, now: WallTime) -> Option<Arc<JwtKey>> {
        let ring = self.ring.read();
        let (key, made) = ring.keys.first()?;
        (now.saturating_since(*made) < self.rotation).then(|| key.clone())
    }

    async fn read(&self, catalog: &Catalog, now: WallTime) -> Result<(), CatalogError> {
        let keys = catalog.signing_keys().await?.iter().filter_map(open).collect();
        *self.ring.write() = Ring { keys, read_at: Some(now) };
        Ok(())
    }
}

fn new_key(now: WallTime) -> Result<SigningKey> {
    let failed = |_| AccessError::Crypto("no signing key could be made");
    let pair = Ed25519KeyPair::generate().map_err(failed)?;
    let pkcs8 = pair.to_pkcs8v1().map_err(failed)?;
    let kid = blake3::hash(pair.public_key().as_ref()).to_hex()[..16].to_owned();
    Ok(SigningKey { kid, private: Secret::new(STANDARD.encode(pkcs8.as_ref())), created_at: now })
}

/// The key of a row; none if it is damaged: then a new one is made, and who has a token of it
/// refreshes.
fn open(key: &SigningKey) -> Option<(Arc<JwtKey>, WallTime)> {
    let pkcs8 = STANDARD.decode(key.private.expose()).ok();
    let opened = pkcs8.and_then(|pkcs8| JwtKey::from_pkcs8(key.kid.clone(), &pkcs8));
    if opened.is_none() {
        tracing::warn!(kid = key.kid, "a signing key in the catalog is damaged");
    }
    Some((Arc::new(opened?), key.created_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_opens_and_is_not_shown() {
        let key = new_key(WallTime::from_millis(0)).expect("made");
        let (opened, _) = open(&key).expect("opens");
        assert_eq!(opened.kid, key.kid);
        assert!(!format!("{key:?}").contains(key.private.expose()));
        let damaged = SigningKey { private: Secret::new("AAAA"), ..key };
        assert!(open(&damaged).is_none());
    }
}
