//! A client with a WebSocket to a router that listens on a real port.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A router behind a port.
pub(crate) struct Port {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

/// A client that is connected.
pub(crate) struct Listener {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What comes over a socket.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Text(Value),
    Closed(u16),
}

impl Port {
    pub(crate) async fn open(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("is bound");
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.expect("serves");
        });
        Self { address, _tasks: tasks }
    }

    /// Connects as a program does.
    pub(crate) async fn connect(&self, bearer: &str) -> Listener {
        self.try_connect("/api/v1/ws/events", Some(bearer)).await.expect("is let in")
    }

    /// Connects as soon as there is a place again.
    pub(crate) async fn connect_when_free(&self, bearer: &str) -> Listener {
        let free = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                match self.try_connect("/api/v1/ws/events", Some(bearer)).await {
                    Ok(listener) => return listener,
                    Err((status, body)) => assert_eq!(status, 429, "{body}"),
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        free.await.expect("a place becomes free")
    }

    /// Connects; the status and the body if it is refused.
    pub(crate) async fn try_connect(
        &self,
        path: &str,
        bearer: Option<&str>,
    ) -> Result<Listener, (u16, Value)> {
        let url = format!("ws://{}{path}", self.address);
        let mut request = url.into_client_request().expect("a request");
        if let Some(bearer) = bearer {
            let value = format!("Bearer {bearer}").parse().expect("a plain token");
            request.headers_mut().insert("authorization", value);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Listener { stream }),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err((response.status().as_u16(), serde_json::from_slice(body).unwrap_or_default()))
            }
            Err(error) => panic!("{error}"),
        }
    }
}

impl Listener {
    /// Sends, and waits until it was looked at: pongs come in the order of what was sent.
    pub(crate) async fn tell(&mut self, message: Value) {
        self.send(message).await;
        self.stream.send(Message::Ping("looked at".into())).await.expect("is sent");
        loop {
            match self.next().await {
                Message::Pong(_) => return,
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.expect("is sent");
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("is sent");
    }

    /// The next text, or the end.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            match self.next().await {
                Message::Text(text) => return Heard::Text(serde_json::from_str(&text).expect("is JSON")),
                Message::Close(frame) => return Heard::Closed(frame.map_or(1005, |frame| frame.code.into())),
                _ => {}
            }
        }
    }

    /// The next text, which is of this type.
    pub(crate) async fn hear_a(&mut self, kind: &str) -> Value {
        match self.hear().await {
            Heard::Text(text) if text["type"] == kind => text,
            other => panic!("no {kind}: {other:?}"),
        }
    }

    /// The ids of the next events.
    pub(crate) async fn hear_events(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < count {
            let event = self.hear_a("event").await;
            ids.push(event["event"]["id"].as_str().expect("an id").to_owned());
        }
        ids
    }

    async fn next(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("in time");
        match next {
            Some(Ok(message)) => message,
            // Broken off.
            Some(Err(_)) | None => Message::Close(None),
        }
    }
}
