//! The cheapest possible viewer: opens sessions and throws away what comes.
//! `drain CAMERAS PORT SECONDS`: prints bytes received in that time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let [cameras, port, seconds] = arguments[..] else { return Err("drain CAMERAS PORT SECONDS".into()) };
    let received = Arc::new(AtomicU64::new(0));
    let mut viewers = JoinSet::new();
    for camera in 1..=cameras {
        let received = Arc::clone(&received);
        viewers.spawn(async move { view(camera, port, &received).await.map_err(|error| error.to_string()) });
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let before = received.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let bytes = received.load(Ordering::Relaxed) - before;
    println!("{:.1} Mbit/s", bytes as f64 * 8.0 / 1e6 / seconds as f64);
    while let Some(ended) = viewers.try_join_next() {
        println!("a viewer ended: {ended:?}");
    }
    Ok(())
}

async fn view(camera: u64, port: u64, received: &AtomicU64) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).await?;
    let url = format!("rtsp://127.0.0.1:{port}/cam{camera:04}/main");
    let mut buffer = vec![0; 128 << 10];
    let setup = format!("SETUP {url}/trackID=1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n");
    for request in [setup, format!("PLAY {url} RTSP/1.0\r\nCSeq: 2\r\n\r\n")] {
        stream.write_all(request.as_bytes()).await?;
        let len = stream.read(&mut buffer).await?;
        assert!(buffer[..len].starts_with(b"RTSP/1.0 200"), "{}", String::from_utf8_lossy(&buffer[..len]));
    }
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            len => received.fetch_add(len as u64, Ordering::Relaxed),
        };
    }
}
