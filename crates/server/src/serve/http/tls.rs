//! TLS: the certificate, and taking up a newer one while connections are served.

use std::fs::Metadata;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::certificate::not_after;
use crate::config::Tls;

/// The name of HTTP/2 in the handshake (RFC 7301, RFC 9113 §3.3).
pub(super) const HTTP_2: &[u8] = b"h2";
/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A certificate that ends this soon is spoken about.
const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The certificate of the configuration, as the files have it.
pub(super) struct Certificate {
    tls: Tls,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
    /// The files as they were when they were read.
    read: Option<Stamp>,
}

/// What new connections get.
#[derive(Debug)]
struct Current(watch::Sender<Arc<CertifiedKey>>);

/// What tells one state of the two files from another.
type Stamp = [(Option<SystemTime>, u64); 2];

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.borrow().clone())
    }
}

impl Certificate {
    /// Reads certificate and key.
    pub(super) fn read(tls: &Tls) -> Result<Self> {
        let read = stamp(tls);
        let provider = Arc::new(aws_lc_rs::default_provider());
        let current = Arc::new(Current(watch::Sender::new(Arc::new(load(tls, &provider)?))));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("can't set up TLS")?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { tls: tls.clone(), current, acceptor, read })
    }

    /// What turns sockets into TLS streams, always with the newest certificate.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Takes up newer files until cancelled. They are read once they have stood still from one
    /// look to the next, because the two are not replaced in one step.
    pub(super) async fn watch(mut self, cancel: CancellationToken) {
        let provider = aws_lc_rs::default_provider();
        let mut seen = self.read;
        while cancel.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            let now = stamp(&self.tls);
            let stands_still = now == std::mem::replace(&mut seen, now);
            if !stands_still || now == self.read {
                continue;
            }
            self.read = now;
            match load(&self.tls, &provider) {
                Ok(certified) => {
                    self.current.0.send_replace(Arc::new(certified));
                    tracing::info!("took up the new certificate");
                }
                Err(error) => {
                    tracing::error!("the new certificate can't be used, the old one stays in use: {error:#}");
                }
            }
        }
    }
}

/// Certificate and key, which belong together.
fn load(tls: &Tls, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let chain = chain(&tls.certificate)
        .with_context(|| format!("can't use {} (tls.certificate)", tls.certificate.display()))?;
    let key =
        key(&tls.key, provider).with_context(|| format!("can't use {} (tls.key)", tls.key.display()))?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(_) => bail!(
            "the key {} (tls.key) is not that of the certificate {} (tls.certificate)",
            tls.key.display(),
            tls.certificate.display()
        ),
    }
    warn_of_its_end(&certified, &tls.certificate);
    Ok(certified)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let chain = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(unreadable)?;
    ensure!(!chain.is_empty(), "it has no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
    Ok(chain)
}

fn key(path: &Path, provider: &CryptoProvider) -> Result<Arc<dyn rustls::sign::SigningKey>> {
    let der = match PrivateKeyDer::from_pem_file(path) {
        Err(PemError::NoItemsFound) => {
            bail!("it has no private key in PEM form (-----BEGIN PRIVATE KEY-----)")
        }
        der => der.map_err(unreadable)?,
    };
    provider.key_provider.load_private_key(der).context("it is no key that TLS can use")
}

fn unreadable(error: PemError) -> anyhow::Error {
    match error {
        PemError::Io(error) => error.into(),
        _ => anyhow::anyhow!("it is no PEM file"),
    }
}

/// An expired certificate is used, because a picture with a warning is more than none.
fn warn_of_its_end(certified: &CertifiedKey, path: &Path) {
    let Some(end) = certified.cert.first().and_then(|der| not_after(der)) else { return };
    let left = end - crate::serve::now().micros().div_euclid(1_000_000);
    let shown = path.display();
    if left <= 0 {
        tracing::warn!("the certificate {shown} has expired: browsers will refuse it");
    } else if left.unsigned_abs() < SOON.as_secs() {
        tracing::warn!("the certificate {shown} expires in {} days", left / 86_400);
    }
}

/// None while one of the files is not there.
fn stamp(tls: &Tls) -> Option<Stamp> {
    let of =
        |path: &Path| std::fs::metadata(path).ok().map(|file: Metadata| (file.modified().ok(), file.len()));
    Some([of(&tls.certificate)?, of(&tls.key)?])
}
