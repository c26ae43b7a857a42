//! The listeners.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use nightjar_api::ApiState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Config, Service};

/// Bound, not yet served: a taken port is told before anything else is touched.
pub(super) struct Listeners {
    main: TcpListener,
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Binds.
    pub(super) async fn bind(service: &Service) -> Result<Self> {
        let main = bind(service.listen, "service.listen").await?;
        let metrics = match service.metrics_listen() {
            Some(address) => Some(bind(address, "service.metrics_port").await?),
            None => None,
        };
        Ok(Self { main, metrics })
    }

    /// Serves until cancelled; connections then get their answers finished.
    pub(super) fn serve(self, state: &ApiState, tasks: &TaskTracker, cancel: &CancellationToken) {
        let routers = [
            (Some(self.main), nightjar_api::router(state.clone())),
            (self.metrics, nightjar_api::metrics_router(state.clone())),
        ];
        for (listener, router) in routers {
            let (Some(listener), cancel) = (listener, cancel.clone()) else { continue };
            tasks.spawn(async move {
                let served =
                    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
                        .with_graceful_shutdown(cancel.cancelled_owned());
                if let Err(error) = served.await {
                    tracing::error!(%error, "a listener died");
                }
            });
        }
    }
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("can't listen on {address} ({key})"))
}

/// Says where the page is, and how far it can be reached.
pub(super) fn announce(config: &Config) {
    let address = config.service.listen;
    tracing::info!(cameras = config.cameras.len(), "ready: http://{address}");
    if config.service.is_loopback() {
        tracing::info!("only this machine can connect; set service.listen to change that");
    } else if config.service.trusted_proxies.is_empty() {
        tracing::warn!("{address} speaks plain HTTP: put a reverse proxy with TLS in front of it");
    }
}
