//! The listeners: who listens where, and in which language.

pub(super) mod address;
mod certificate;
mod connections;
mod places;
mod redirect;
mod tls;

use std::net::SocketAddr;

use anyhow::{Context, Result};
use nightjar_api::ApiState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::connections::{Patience, Server};
use self::tls::Certificate;
use crate::config::{Config, Tls};

/// Connections at the same time on listeners that are not for people.
const FEW_CONNECTIONS: u32 = 256;

/// Bound, not yet served: a taken port, or a certificate that can't be used, is told before
/// anything else is touched.
pub(super) struct Listeners {
    main: TcpListener,
    metrics: Option<TcpListener>,
    redirect: Option<TcpListener>,
    certificate: Option<Certificate>,
    connections: u32,
}

impl Listeners {
    /// Binds, and reads the certificate.
    pub(super) async fn bind(config: &Config) -> Result<Self> {
        let certificate = config.tls.as_ref().map(Certificate::read).transpose()?;
        let main = bind(config.service.listen, "service.listen").await?;
        let metrics = match config.service.metrics_listen() {
            Some(address) => Some(bind(address, "service.metrics_port").await?),
            None => None,
        };
        let redirect = match config.tls.as_ref().and_then(|tls| tls.redirect) {
            Some(address) => Some(bind(address, "tls.redirect").await?),
            None => None,
        };
        Ok(Self { main, metrics, redirect, certificate, connections: config.limits.connections })
    }

    /// Serves until cancelled; connections then get their answers finished.
    pub(super) fn serve(
        self,
        config: &Config,
        state: &ApiState,
        tasks: &TaskTracker,
        cancel: &CancellationToken,
    ) {
        let serve = |listener, router, tls, connections| {
            let (trusted_proxies, patience) = (config.service.trusted_proxies.clone(), Patience::default());
            let server = Server { listener, router, tls, connections, trusted_proxies, patience };
            tasks.spawn(server.run(cancel.clone()));
        };
        let acceptor = self.certificate.as_ref().map(Certificate::acceptor);
        serve(self.main, nightjar_api::router(state.clone()), acceptor, self.connections);
        if let Some(listener) = self.metrics {
            serve(listener, nightjar_api::metrics_router(state.clone()), None, FEW_CONNECTIONS);
        }
        if let Some(listener) = self.redirect {
            serve(listener, redirect::router(&config.service), None, FEW_CONNECTIONS);
        }
        if let Some(certificate) = self.certificate {
            tasks.spawn(certificate.watch(cancel.clone()));
        }
    }
}

/// Whether certificate and key can be used.
pub(crate) fn try_certificate(tls: &Tls) -> Result<()> {
    Certificate::read(tls).map(drop)
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("can't listen on {address} ({key})"))
}

/// Says where the page is, and how far it can be reached.
pub(super) fn announce(config: &Config) {
    let address = config.service.listen;
    tracing::info!(cameras = config.cameras.len(), "ready: {}", address::of_people(config).join(", "));
    if config.service.is_loopback() {
        tracing::info!("only this machine can connect; set service.listen to change that");
    } else if config.service.trusted_proxies.is_empty() && config.tls.is_none() {
        tracing::warn!(
            "{address} speaks plain HTTP: give it a certificate ([tls]), or put a proxy before it"
        );
    }
}
