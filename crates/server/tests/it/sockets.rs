//! Bytes that are no HTTP, or more than one request, or none that ends: refused before any handler.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::Setup;

/// What the server says to these bytes, until it closes or says no more.
fn say(port: u16, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("connects");
    socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
    // It may close before it has read all.
    let _ = socket.write_all(bytes);
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

fn request(lines: &str) -> Vec<u8> {
    format!("GET /api/v1/cameras HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused_and_harms_nobody() {
    let setup = Setup::new("");
    let server = setup.serve().await;
    let before = server.resident();
    let port = setup.port();
    let huge = "x".repeat(1 << 20);
    let many: String = (0..2_000).map(|number| format!("x-{number}: y\r\n")).collect();
    let smuggled =
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x";
    let cases = tokio::task::spawn_blocking(move || {
        [
            request("x-request-id: a\rset-cookie: marked=1"),
            request("x-request-id: a\nset-cookie: marked=1"),
            request("x-request-id: a\r\n set-cookie: marked=1"),
            request("x-request-id: a\0marked"),
            request("marked header: 1"),
            request(" marked: 1"),
            request(&format!("x-long: {huge}")),
            request(&many),
            request("Content-Length: 1\r\nContent-Length: 2"),
            request("Content-Length: -1"),
            request("Content-Length: 99999999999999999999"),
            request("Transfer-Encoding: marked"),
            request(smuggled),
            format!("GET /{huge} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
            b"GET /api/v1/cameras\r\nset-cookie:marked HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            b"GET http://marked/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
            b"GET /\x00marked HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmarked".to_vec(),
            b"\x16\x03\x01\x02\x00marked".to_vec(),
            b"\0\0\0\0".to_vec(),
        ]
        .map(|bytes| {
            (String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned(), say(port, &bytes))
        })
    });
    for (sent, said) in cases.await.expect("sent") {
        let statuses = said.matches("HTTP/1.1 ").count();
        assert!(statuses <= 1, "one request, one answer: {sent:?} gave {said}");
        let refused = said.is_empty() || said.starts_with("HTTP/1.1 4") || !said.starts_with("HTTP/1.1");
        // A page is there for paths that are no files: it tells nothing.
        let page = said.starts_with("HTTP/1.1 200") && said.contains("text/html");
        assert!(refused || page, "{sent:?} gave {said}");
        let small = said.to_lowercase();
        assert!(!small.contains("marked") && !small.contains("set-cookie"), "{sent:?} gave {said}");
    }
    assert!(server.text("/health").await.contains("status"), "it goes on");
    assert!(server.resident() < before + (64 << 20), "and remembers nothing of it");
    assert!(!setup.log().contains("panic"), "{}", setup.log());
}
