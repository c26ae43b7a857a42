//! A small RTSP client that sees every byte, to look at faults with.

use std::io;
use std::time::Duration;

use nightjar_protocol::rtp::Header;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything takes that a test waits for.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    url: String,
    cseq: u32,
    /// Packets that came before a response.
    early: Vec<Packet>,
}

#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) channel: u8,
    pub(crate) data: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Packet {
    pub(crate) fn header(&self) -> Header {
        Header::parse(&self.data).expect("RTP")
    }

    /// The type of an H.264 NAL unit, of what is inside for a fragment.
    pub(crate) fn h264_type(&self) -> u8 {
        match self.data[12] & 0x1f {
            28 => self.data[13] & 0x1f,
            other => other,
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

impl Client {
    pub(crate) async fn connect(url: &str) -> io::Result<Self> {
        let host = url.trim_start_matches("rtsp://").split('/').next().unwrap_or_default();
        let stream = BufReader::new(TcpStream::connect(host).await?);
        Ok(Self { stream, url: url.to_owned(), cseq: 0, early: Vec::new() })
    }

    /// Connects, sets all tracks up over TCP and plays.
    pub(crate) async fn play(url: &str) -> io::Result<Self> {
        let mut client = Self::connect(url).await?;
        let tracks = client.request("DESCRIBE", "", "").await?.body.matches("\r\nm=").count();
        for track in 1..=tracks {
            client.request("SETUP", &format!("/trackID={track}"), "Transport: RTP/AVP/TCP\r\n").await?;
        }
        client.request("PLAY", "", "").await?;
        Ok(client)
    }

    pub(crate) async fn request(&mut self, method: &str, path: &str, headers: &str) -> io::Result<Response> {
        self.cseq += 1;
        let text = format!("{method} {}{path} RTSP/1.0\r\nCSeq: {}\r\n{headers}\r\n", self.url, self.cseq);
        self.stream.write_all(text.as_bytes()).await?;
        loop {
            match self.stream.read_u8().await? {
                b'$' => {
                    let packet = self.rest_of_packet().await?;
                    self.early.push(packet);
                }
                b'R' => return self.rest_of_response().await,
                _ => return Err(broken("neither packet nor response")),
            }
        }
    }

    /// The next packet; an error if something else comes.
    pub(crate) async fn packet(&mut self) -> io::Result<Packet> {
        if !self.early.is_empty() {
            return Ok(self.early.remove(0));
        }
        match self.stream.read_u8().await? {
            b'$' => self.rest_of_packet().await,
            _ => Err(broken("no packet")),
        }
    }

    /// The next RTP packet of the video.
    pub(crate) async fn video(&mut self) -> io::Result<Packet> {
        loop {
            let packet = timeout(LONG, self.packet()).await.map_err(|_| broken("no media"))??;
            if packet.channel == 0 {
                return Ok(packet);
            }
        }
    }

    /// Video packets of this many frames.
    pub(crate) async fn frames(&mut self, count: usize) -> io::Result<Vec<Packet>> {
        let mut out = Vec::new();
        let mut ends = 0;
        while ends < count {
            let packet = self.video().await?;
            ends += usize::from(packet.header().marker);
            out.push(packet);
        }
        Ok(out)
    }

    /// Waits until the connection ends, and says how.
    pub(crate) async fn end(&mut self) -> io::Error {
        let end = async {
            loop {
                if let Err(error) = self.packet().await {
                    return error;
                }
            }
        };
        timeout(LONG, end).await.expect("the connection ends")
    }

    /// Reads bytes as they come, framed or not.
    pub(crate) async fn bytes(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer).await
    }

    async fn rest_of_packet(&mut self) -> io::Result<Packet> {
        let channel = self.stream.read_u8().await?;
        let mut data = vec![0; usize::from(self.stream.read_u16().await?)];
        self.stream.read_exact(&mut data).await?;
        Ok(Packet { channel, data })
    }

    async fn rest_of_response(&mut self) -> io::Result<Response> {
        let mut head = b"R".to_vec();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await?);
        }
        let head = String::from_utf8(head).map_err(|_| broken("no text"))?;
        let status = head.get(9..12).and_then(|code| code.parse().ok()).ok_or_else(|| broken("no status"))?;
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("number"))];
        self.stream.read_exact(&mut body).await?;
        Ok(Response { status, head, body: String::from_utf8(body).map_err(|_| broken("no text"))? })
    }
}
