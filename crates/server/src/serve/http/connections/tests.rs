//! Clients that do not do their part, and servers that are asked to stop.

use std::time::Duration;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(30);
const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n";

/// A running server, and what makes `GET /slow` answer.
struct Running {
    address: SocketAddr,
    cancel: CancellationToken,
    answer: Arc<Notify>,
    tasks: TaskTracker,
    ended: JoinHandle<()>,
}

impl Running {
    async fn start(connections: u32, patience: Patience, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (answer, cancel, tasks) = (Arc::new(Notify::new()), CancellationToken::new(), TaskTracker::new());
        let slow = answer.clone();
        let slow = get(move || async move {
            slow.notified().await;
            "at last"
        });
        let router = Router::new().route("/", get(|| async { "hello" })).route("/slow", slow);
        let server = Server { listener, router, tls, connections, trusted_proxies: Vec::new(), patience };
        let ended = tasks.spawn(server.run(cancel.clone()));
        Self { address, cancel, answer, tasks, ended }
    }

    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).await.expect("connected");
        socket.write_all(bytes).await.expect("sent");
        socket
    }
}

/// Everything until the server closes the connection.
async fn rest(mut socket: TcpStream) -> String {
    let mut text = Vec::new();
    let read = timeout(Duration::from_secs(10), socket.read_to_end(&mut text)).await;
    // A reset is an end as well.
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&text).into_owned()
}

/// The answer, of which `end` is the last; the connection stays.
async fn answer(socket: &mut TcpStream, end: &str) {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let mut part = [0; 1024];
        let read = timeout(Duration::from_secs(10), socket.read(&mut part)).await.expect("in time");
        let read = read.expect("readable");
        assert!(read > 0, "ended after {:?}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&part[..read]);
    }
}

#[tokio::test]
async fn who_says_nothing_or_half_of_it_is_not_waited_for() {
    let server = Running::start(10, Patience { head: SHORT, ..Patience::default() }, None).await;
    for begun in [&b""[..], b"GET / HTTP/1.1\r\nhost: te"] {
        let told = rest(server.send(begun).await).await;
        assert!(told.is_empty() || told.starts_with("HTTP/1.1 408"), "{told}");
    }
    let mut kept = server.send(GET).await;
    answer(&mut kept, "hello").await;
    kept.write_all(GET).await.expect("sent");
    answer(&mut kept, "hello").await;
    assert_eq!(rest(kept).await, "", "and closed after a pause");
}

#[tokio::test]
async fn who_begins_no_handshake_is_not_waited_for() {
    let certified = rcgen::generate_simple_self_signed(vec!["test".to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, certified.cert.pem()).expect("written");
    std::fs::write(&key, certified.signing_key.serialize_pem()).expect("written");
    let tls = crate::config::Tls { certificate, key, redirect: None };
    let acceptor = super::super::tls::Certificate::read(&tls).expect("a pair").acceptor();
    let server =
        Running::start(10, Patience { handshake: SHORT, ..Patience::default() }, Some(acceptor)).await;
    assert_eq!(rest(server.send(b"").await).await, "");
    let alert = rest(server.send(GET).await).await;
    assert!(!alert.contains("HTTP/1.1 200"), "plain HTTP is no answer");
}

#[tokio::test]
async fn who_asks_nothing_over_http_2_is_not_waited_for() {
    // The preface and empty settings (RFC 9113 §3.4), and then nothing.
    let begun = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for said in [&b""[..], begun] {
        let stop = Stop { soft: CancellationToken::new(), hard: CancellationToken::new() };
        let peer = "192.0.2.1:40000".parse().expect("an address");
        let patience = Patience { head: SHORT, ..Patience::default() };
        let client = Client { peer, router: Router::new(), patience, stop };
        let (ours, mut theirs) = tokio::io::duplex(4096);
        theirs.write_all(said).await.expect("sent");
        timeout(Duration::from_secs(10), client.http_2(ours)).await.expect("is let go");
    }
}

#[tokio::test]
async fn there_are_no_more_connections_than_places() {
    let server = Running::start(2, Patience { head: LONG, ..Patience::default() }, None).await;
    let (first, _second) = (server.send(b"").await, server.send(b"").await);
    let mut third = server.send(GET).await;
    assert!(timeout(SHORT, answer(&mut third, "hello")).await.is_err(), "it waits");
    drop(first);
    answer(&mut third, "hello").await;
}

#[tokio::test]
async fn a_stop_lets_answers_finish() {
    let server = Running::start(10, Patience { drain: LONG, ..Patience::default() }, None).await;
    let asked = server.send(b"GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
    let idle = server.send(b"").await;
    sleep(SHORT).await;
    server.cancel.cancel();
    assert_eq!(rest(idle).await, "", "who asked nothing is let go at once");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody else is taken");
    server.answer.notify_one();
    let told = rest(asked).await;
    assert!(told.starts_with("HTTP/1.1 200") && told.ends_with("at last"), "{told}");
    server.ended.await.expect("ended");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let server = Running::start(10, Patience { drain: SHORT, ..Patience::default() }, None).await;
    let asked = server.send(b"GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
    sleep(SHORT).await;
    server.cancel.cancel();
    assert_eq!(rest(asked).await, "");
    server.tasks.close();
    timeout(Duration::from_secs(5), server.tasks.wait()).await.expect("ended");
}
