//! A bad way to a good S3 server: faults of the wire (a TCP front) and of HTTP (behind it).
//!
//! Also used by the tests of the recorder and of the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

/// A fault of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireFault {
    /// None.
    None,
    /// Nobody listens, and connections that are open are dead.
    Gone,
    /// Connections are accepted, and nothing comes of it.
    Hang,
    /// What the client sends goes through at this rate, each connection for itself.
    Slow { bytes_per_second: usize },
    /// Each connection is cut after the client has sent so much on it.
    CutAfter(usize),
}

/// A fault of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpFault {
    /// None.
    None,
    /// Every request is answered with 503.
    Unavailable,
    /// One byte of each upload is another one.
    CorruptUpload,
    /// Entity tags of objects are made up.
    WrongEtag,
    /// The same, and one byte of each download is another one.
    WrongEtagAndCorruptDownload,
    /// Objects are said to be one byte longer than they are.
    WrongSize,
}

/// The proxy; stops when dropped.
pub(crate) struct FaultProxy {
    address: SocketAddr,
    wire: watch::Sender<WireFault>,
    http: Arc<watch::Sender<HttpFault>>,
    _tasks: JoinSet<()>,
}

struct Upstream {
    base: Url,
    client: reqwest::Client,
    fault: watch::Receiver<HttpFault>,
}

impl FaultProxy {
    pub(crate) async fn start(upstream: Url) -> Self {
        let (wire, wire_seen) = watch::channel(WireFault::None);
        let (http, fault) = watch::channel(HttpFault::None);
        let inner = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let inner_address = inner.local_addr().expect("bound");
        let state = Arc::new(Upstream { base: upstream, client: reqwest::Client::new(), fault });
        let app = axum::Router::new().fallback(forward).with_state(state);
        let front = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = front.local_addr().expect("bound");
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(inner, app).await.expect("serves") });
        tasks.spawn(serve_front(front, inner_address, wire_seen));
        Self { address, wire, http: Arc::new(http), _tasks: tasks }
    }

    pub(crate) fn url(&self) -> Url {
        format!("http://{}", self.address).parse().expect("an address")
    }

    pub(crate) fn wire(&self, fault: WireFault) {
        self.wire.send_replace(fault);
    }

    pub(crate) fn http(&self, fault: HttpFault) {
        self.http.send_replace(fault);
    }

    pub(crate) fn heal(&self) {
        self.wire(WireFault::None);
        self.http(HttpFault::None);
    }
}

async fn serve_front(listener: TcpListener, inner: SocketAddr, mut fault: watch::Receiver<WireFault>) {
    let address = listener.local_addr().expect("bound");
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        if *fault.borrow_and_update() == WireFault::Gone {
            listener = None;
            connections.shutdown().await;
            if fault.changed().await.is_err() {
                return;
            }
            continue;
        }
        if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        let Some(open) = &listener else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        tokio::select! {
            accepted = open.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(carry(stream, inner, fault.clone()));
                }
            }
            changed = fault.changed() => if changed.is_err() { return },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn carry(client: TcpStream, inner: SocketAddr, fault: watch::Receiver<WireFault>) {
    let Ok(server) = TcpStream::connect(inner).await else { return };
    let (mut client_reads, mut client_writes) = client.into_split();
    let (mut server_reads, mut server_writes) = server.into_split();
    let up = async {
        let (mut buf, mut sent) = (vec![0; 16 * 1024], 0);
        loop {
            let Ok(read @ 1..) = client_reads.read(&mut buf).await else { return };
            sent += read;
            let fault_now = *fault.borrow();
            match fault_now {
                WireFault::CutAfter(limit) if sent > limit => return,
                WireFault::Hang => std::future::pending().await,
                WireFault::Slow { bytes_per_second } => {
                    tokio::time::sleep(Duration::from_secs_f64(read as f64 / bytes_per_second as f64)).await;
                }
                _ => {}
            }
            if server_writes.write_all(&buf[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = up => {}
        _ = tokio::io::copy(&mut server_reads, &mut client_writes) => {}
    }
}

async fn forward(State(upstream): State<Arc<Upstream>>, request: Request) -> Response {
    let fault = *upstream.fault.borrow();
    if fault == HttpFault::Unavailable {
        return (StatusCode::SERVICE_UNAVAILABLE, "<Error><Code>SlowDown</Code></Error>").into_response();
    }
    let (parts, body) = request.into_parts();
    let mut url = upstream.base.clone();
    url.set_path(parts.uri.path());
    url.set_query(parts.uri.query());
    let corrupt = fault == HttpFault::CorruptUpload && parts.method == Method::PUT;
    let body = reqwest::Body::wrap_stream(flip(body, corrupt));
    // The signature covers the `Host` header, so it goes on as it came.
    let sent =
        upstream.client.request(parts.method.clone(), url).headers(parts.headers).body(body).send().await;
    let Ok(answer) = sent else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    let wrong_etag = matches!(fault, HttpFault::WrongEtag | HttpFault::WrongEtagAndCorruptDownload);
    // A part's own tag must come back unchanged, or the server does not take the whole.
    if wrong_etag && parts.method != Method::PUT && headers.contains_key("etag") {
        headers.insert("etag", HeaderValue::from_static("\"0123456789abcdef0123456789abcdef\""));
    }
    if fault == HttpFault::WrongSize && parts.method == Method::HEAD {
        let length = headers.get("content-length").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        headers.insert("content-length", HeaderValue::from(length.unwrap_or(0) + 1));
    }
    let corrupt = fault == HttpFault::WrongEtagAndCorruptDownload && parts.method == Method::GET;
    let body = flip(Body::from_stream(answer.bytes_stream()), corrupt && status.is_success());
    let mut response = Response::new(Body::from_stream(body));
    *response.status_mut() = status;
    headers.remove("transfer-encoding");
    *response.headers_mut() = headers;
    response
}

/// The body, with its very first byte changed if `corrupt`.
fn flip(
    body: Body,
    corrupt: bool,
) -> impl futures::Stream<Item = Result<axum::body::Bytes, axum::Error>> + Send + 'static {
    let mut first = corrupt;
    body.into_data_stream().map(move |block| {
        block.map(|bytes| {
            if !std::mem::take(&mut first) || bytes.is_empty() {
                return bytes;
            }
            let mut changed = bytes.to_vec();
            changed[0] ^= 1;
            changed.into()
        })
    })
}
