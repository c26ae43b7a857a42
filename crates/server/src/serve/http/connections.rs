//! Connections: accepted as long as there is room, given their time, and brought to an end.
//!
//! Nobody may hold a connection without using it: the handshake, the head of a request and the
//! pause between two requests are bounded, and so is the number of connections, in all and of one
//! client. How long a request may take is the API's to say.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service as _;

use super::places::{Place, Places};
use super::tls::HTTP_2;

/// How often a silent HTTP/2 client is asked whether it is there, and how long it may think.
const PING: Duration = Duration::from_secs(20);
/// Requests at the same time on one HTTP/2 connection.
const MAX_STREAMS: u32 = 128;
/// Bytes of the head of a request.
const MAX_HEAD: usize = 32 * 1024;
/// The pause after the system refused us a socket, say because there are too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// One listener and what it serves.
pub(super) struct Server {
    pub(super) listener: TcpListener,
    pub(super) router: Router,
    pub(super) tls: Option<TlsAcceptor>,
    /// Most connections at the same time; more wait in the system's queue.
    pub(super) connections: u32,
    /// Proxies whose connections are those of many.
    pub(super) trusted_proxies: Vec<IpAddr>,
    pub(super) patience: Patience,
}

/// How long is waited for clients.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For a TLS handshake.
    pub(super) handshake: Duration,
    /// For the head of a request; also the longest pause before it.
    pub(super) head: Duration,
    /// For answers that are under way at a stop.
    pub(super) drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// The two ways to be stopped.
#[derive(Clone)]
struct Stop {
    /// After the answers that are under way.
    soft: CancellationToken,
    /// At once.
    hard: CancellationToken,
}

impl Server {
    /// Serves until cancelled, and then until the answers under way are given, or have taken too long.
    pub(super) async fn run(self, cancel: CancellationToken) {
        let stop = Stop { soft: cancel, hard: CancellationToken::new() };
        let places = Places::new(self.connections, self.trusted_proxies.clone());
        let connections = TaskTracker::new();
        while let Some((place, socket, peer)) = self.next(&places, &stop.soft).await {
            let client =
                Client { peer, router: self.router.clone(), patience: self.patience, stop: stop.clone() };
            let tls = self.tls.clone();
            connections.spawn(async move {
                client.connected(socket, tls).await;
                drop(place);
            });
        }
        drop(self.listener);
        connections.close();
        if timeout(self.patience.drain, connections.wait()).await.is_err() {
            tracing::warn!(connections = connections.len(), "answers that take too long are cut off");
            stop.hard.cancel();
            connections.wait().await;
        }
    }

    /// The next connection, when there is a place for it; none when it is time to stop.
    async fn next(
        &self,
        places: &Arc<Places>,
        stop: &CancellationToken,
    ) -> Option<(Place, TcpStream, SocketAddr)> {
        let next = async {
            let mut free = places.free().await?;
            loop {
                match self.listener.accept().await {
                    Ok((socket, peer)) => match places.take(free, peer.ip()) {
                        Some(place) => return Some((place, socket, peer)),
                        None => {
                            tracing::debug!(%peer, "this client has too many connections already");
                            free = places.free().await?;
                        }
                    },
                    Err(error) if is_of_the_client(&error) => {}
                    Err(error) => {
                        tracing::error!(%error, "can't take a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => None,
            next = next => next,
        }
    }
}

/// One connection.
struct Client {
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    stop: Stop,
}

impl Client {
    async fn connected(self, socket: TcpStream, tls: Option<TlsAcceptor>) {
        let peer = self.peer;
        // Answers are small and a client waits for them; without it they would wait for each other.
        let _ = socket.set_nodelay(true);
        let Some(tls) = tls else { return self.http_1(socket).await };
        match timeout(self.patience.handshake, tls.accept(socket)).await {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) => self.http_2(stream).await,
            Ok(Ok(stream)) => self.http_1(stream).await,
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS handshake"),
            Err(_) => tracing::debug!(%peer, "the TLS handshake took too long"),
        }
    }

    async fn http_1(self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.patience.head).max_buf_size(MAX_HEAD);
        let (requests, _) = watch::channel(Requests::default());
        let connection = builder.serve_connection(TokioIo::new(io), self.service(requests)).with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stop.soft.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection => ended,
                    () = self.stop.hard.cancelled() => return,
                }
            }
        };
        self.note_end(ended);
    }

    async fn http_2(self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
        builder.max_concurrent_streams(MAX_STREAMS).max_header_list_size(MAX_HEAD as u32);
        let (requests, seen) = watch::channel(Requests::default());
        let mut connection = pin!(builder.serve_connection(TokioIo::new(io), self.service(requests)));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = silence(seen.clone(), self.patience.head) => {
                if !seen.borrow().any {
                    // It may not even have begun: there is nobody to say goodbye to.
                    return;
                }
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection => ended,
                    () = self.stop.hard.cancelled() => return,
                }
            }
            () = self.stop.soft.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection => ended,
                    () = self.stop.hard.cancelled() => return,
                }
            }
        };
        self.note_end(ended);
    }

    /// The router, whose handlers learn who it is.
    fn service(
        &self,
        requests: watch::Sender<Requests>,
    ) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send + 'static> + use<>
    {
        let (router, peer, requests) = (self.router.clone(), self.peer, Arc::new(requests));
        service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let (answer, counted) = (router.clone().call(request), Counted::new(requests.clone()));
            async move {
                let answer = answer.await;
                drop(counted);
                answer
            }
        })
    }

    fn note_end(&self, ended: hyper::Result<()>) {
        if let Err(error) = ended {
            tracing::debug!(peer = %self.peer, %error, "a connection ended");
        }
    }
}

/// What is asked for on a connection.
#[derive(Debug, Clone, Copy, Default)]
struct Requests {
    /// Those that are not answered yet.
    running: usize,
    /// Whether there ever was one.
    any: bool,
}

/// A request that runs until this is dropped.
struct Counted(Arc<watch::Sender<Requests>>);

impl Counted {
    fn new(requests: Arc<watch::Sender<Requests>>) -> Self {
        requests.send_modify(|requests| {
            *requests = Requests { running: requests.running + 1, any: true };
        });
        Self(requests)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|requests| requests.running -= 1);
    }
}

/// Ends when nothing has been asked for that long: pings alone do not keep a connection.
async fn silence(mut requests: watch::Receiver<Requests>, limit: Duration) {
    while requests.wait_for(|requests| requests.running == 0).await.is_ok() {
        let next = timeout(limit, requests.wait_for(|requests| requests.running > 0)).await;
        if next.is_err() {
            return;
        }
    }
}

/// Whether the client was gone before we took its connection.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests;
