//! The floor of the benchmark: the least that recording over RTSP can cost.
//!
//! ```text
//! floor FOLDER URL…
//! ```
//!
//! It says DESCRIBE, SETUP and PLAY over TCP, then only reads the socket and writes the bytes as
//! they come into one file a camera: no depacketizing, no container, no rotation, no sync, no
//! reconnection. What Nightjar costs beyond this is what its work costs. Stop it with a signal.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::Url;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Bytes gathered before they are written: about four frames of a 4 Mbit/s camera.
const BUFFER: usize = 64 * 1024;
/// Half of the usual session time-out (RFC 2326 §12.37).
const KEEP_ALIVE: Duration = Duration::from_secs(25);

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: floor FOLDER URL…")?);
    std::fs::create_dir_all(&folder)?;
    let mut cameras = JoinSet::new();
    for (number, url) in arguments.enumerate() {
        let path = folder.join(format!("{number}.rtp"));
        let url = Url::parse(&url)?;
        cameras.spawn(async move {
            if let Err(error) = record(&url, &path).await {
                eprintln!("floor: {url}: {error}");
            }
        });
    }
    while cameras.join_next().await.is_some() {}
    Ok(())
}

async fn record(url: &Url, path: &Path) -> Result<()> {
    let host = url.host_str().ok_or("no host")?;
    let stream = TcpStream::connect((host, url.port().unwrap_or(554))).await?;
    stream.set_nodelay(true)?;
    let mut rtsp = Rtsp { stream, cseq: 0, session: None };
    let described = rtsp.ask("DESCRIBE", url.as_str(), "Accept: application/sdp\r\n").await?;
    for (track, control) in described.controls(url).iter().enumerate() {
        let channel = 2 * track;
        let transport = format!("Transport: RTP/AVP/TCP;unicast;interleaved={channel}-{}\r\n", channel + 1);
        let reply = rtsp.ask("SETUP", control, &transport).await?;
        rtsp.session = reply.header("session").map(|id| id.split(';').next().unwrap_or(id).to_owned());
    }
    let playing = rtsp.ask("PLAY", url.as_str(), "Range: npt=0.000-\r\n").await?;
    let mut file = File::create(path)?;
    file.write_all(&playing.rest)?;
    copy(&mut rtsp, url, &mut file).await
}

async fn copy(rtsp: &mut Rtsp, url: &Url, file: &mut File) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut filled = 0;
    let mut kept_alive = now();
    loop {
        let read = rtsp.stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Err("the camera ended the connection".into());
        }
        filled += read;
        if filled == BUFFER {
            file.write_all(&buffer)?;
            filled = 0;
            if now().duration_since(kept_alive) > KEEP_ALIVE {
                // The reply comes interleaved and lands in the file, as everything does.
                rtsp.send("GET_PARAMETER", url.as_str(), "").await?;
                kept_alive = now();
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "an example is all edge")]
fn now() -> Instant {
    Instant::now()
}

struct Rtsp {
    stream: TcpStream,
    cseq: u32,
    session: Option<String>,
}

struct Reply {
    head: String,
    body: String,
    /// What was read beyond the reply.
    rest: Vec<u8>,
}

impl Rtsp {
    async fn send(&mut self, method: &str, url: &str, headers: &str) -> Result<()> {
        self.cseq += 1;
        let session = self.session.as_ref().map_or(String::new(), |id| format!("Session: {id}\r\n"));
        let cseq = self.cseq;
        let request = format!("{method} {url} RTSP/1.0\r\nCSeq: {cseq}\r\n{session}{headers}\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        Ok(())
    }

    async fn ask(&mut self, method: &str, url: &str, headers: &str) -> Result<Reply> {
        self.send(method, url, headers).await?;
        let mut data = Vec::new();
        loop {
            if let Some(reply) = Reply::parse(&data) {
                let status = reply.head.lines().next().unwrap_or_default().to_owned();
                return if status.contains(" 200 ") {
                    Ok(reply)
                } else {
                    Err(format!("{method}: {status}").into())
                };
            }
            if self.stream.read_buf(&mut data).await? == 0 {
                return Err(format!("{method}: the camera ended the connection").into());
            }
        }
    }
}

impl Reply {
    fn parse(data: &[u8]) -> Option<Self> {
        let end = data.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&data[..end]).into_owned();
        let mut reply = Self { head, body: String::new(), rest: Vec::new() };
        let length: usize = reply.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
        reply.body = String::from_utf8_lossy(data.get(end..end + length)?).into_owned();
        reply.rest = data[end + length..].to_vec();
        Some(reply)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The addresses to set up: each media description's `a=control`, made absolute.
    fn controls(&self, url: &Url) -> Vec<String> {
        let base = self.header("content-base").unwrap_or(url.as_str());
        let media = self.body.split("\nm=").skip(1);
        media
            .filter_map(|media| media.lines().find_map(|line| line.trim().strip_prefix("a=control:")))
            .map(|control| {
                if control.starts_with("rtsp://") {
                    control.to_owned()
                } else {
                    format!("{}/{control}", base.trim_end_matches('/'))
                }
            })
            .collect()
    }
}
