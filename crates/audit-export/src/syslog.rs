//! Syslog: RFC 5424 messages over UDP (RFC 5426), TCP (RFC 6587, counted octets) or a Unix datagram
//! socket.
//!
//! Syslog confirms nothing. UDP may lose messages. With TCP, what was written counts as taken only when
//! the connection is still open later; when it breaks, everything since then is sent again.

use std::fmt;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use nightjar_model::{AuditEntry, Outcome, to_rfc3339};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket, UnixDatagram};
use tokio::time::timeout;

use crate::{ExportError, Result, line};

/// How long connecting or sending one batch may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a datagram; UDP over IPv4 carries 65,507.
const MAX_DATAGRAM: usize = 60_000;
/// Facility "log audit" (13), RFC 5424 §6.2.1.
const FACILITY: u8 = 13;
const NOTICE: u8 = 5;
const INFORMATIONAL: u8 = 6;

/// Where a receiver listens: `udp://host:514`, `tcp://host:601` or `unix:///dev/log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyslogAddress {
    /// Host and port.
    Udp(String),
    /// Host and port.
    Tcp(String),
    /// Path of a datagram socket.
    Unix(PathBuf),
}

impl fmt::Display for SyslogAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(at) => write!(f, "udp://{at}"),
            Self::Tcp(at) => write!(f, "tcp://{at}"),
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

impl FromStr for SyslogAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        const WANTED: &str = "must be udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH";
        let (scheme, rest) = text.split_once("://").ok_or(WANTED)?;
        if scheme == "unix" {
            return if rest.starts_with('/') { Ok(Self::Unix(rest.into())) } else { Err(WANTED) };
        }
        let (host, port) = rest.rsplit_once(':').ok_or(WANTED)?;
        let is_good = !host.is_empty() && !host.contains(['/', '@', '?']) && port.parse::<u16>().is_ok();
        match scheme {
            "udp" if is_good => Ok(Self::Udp(rest.to_owned())),
            "tcp" if is_good => Ok(Self::Tcp(rest.to_owned())),
            _ => Err(WANTED),
        }
    }
}

/// Sends to one receiver.
#[derive(Debug)]
pub struct SyslogTarget {
    address: SyslogAddress,
    /// The HOSTNAME of messages.
    node: String,
    connection: Option<Connection>,
}

#[derive(Debug)]
enum Connection {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Unix(UnixDatagram),
}

impl SyslogTarget {
    /// Prepares; connects with the first batch. `node` is the name that receivers show.
    pub fn new(address: SyslogAddress, node: &str) -> Self {
        let node: String = node.chars().filter(char::is_ascii_graphic).take(255).collect();
        let node = if node.is_empty() { "-".to_owned() } else { node };
        Self { address, node, connection: None }
    }

    pub(crate) fn name(&self) -> String {
        self.address.to_string()
    }

    /// Whether a message counts as taken as soon as it is sent.
    pub(crate) fn confirms_at_once(&self) -> bool {
        !matches!(self.address, SyslogAddress::Tcp(_))
    }

    /// Fails if the receiver has closed the connection since the last batch.
    pub(crate) fn check(&mut self) -> Result<()> {
        let Some(Connection::Tcp(stream)) = &self.connection else { return Ok(()) };
        let mut ignored = [0; 256];
        match stream.try_read(&mut ignored) {
            Ok(0) => Err(self.broken(ErrorKind::ConnectionAborted.into())),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(self.broken(error)),
        }
    }

    pub(crate) async fn send(&mut self, entries: &[AuditEntry]) -> Result<()> {
        let messages: Vec<Vec<u8>> = entries.iter().map(|entry| self.message(entry)).collect();
        let sent = timeout(PATIENCE, self.send_messages(&messages)).await;
        match sent.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
            Ok(()) => Ok(()),
            Err(cause) => Err(self.broken(cause)),
        }
    }

    async fn send_messages(&mut self, messages: &[Vec<u8>]) -> std::io::Result<()> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.address).await?,
        };
        match self.connection.insert(connection) {
            Connection::Udp(socket) => {
                for message in messages {
                    socket.send(message).await?;
                }
            }
            Connection::Unix(socket) => {
                for message in messages {
                    socket.send(message).await?;
                }
            }
            Connection::Tcp(stream) => {
                let mut framed = Vec::new();
                for message in messages {
                    framed.extend_from_slice(format!("{} ", message.len()).as_bytes());
                    framed.extend_from_slice(message);
                }
                stream.write_all(&framed).await?;
                stream.flush().await?;
            }
        }
        Ok(())
    }

    /// RFC 5424 §6: no PROCID, no structured data; the message is the entry's line.
    fn message(&self, entry: &AuditEntry) -> Vec<u8> {
        let severity = if entry.record.outcome == Outcome::Refused { NOTICE } else { INFORMATIONAL };
        let head = format!(
            "<{}>1 {} {} nightjar - audit - ",
            FACILITY * 8 + severity,
            to_rfc3339(entry.record.at),
            self.node
        );
        let mut line = line::json(entry);
        let mut text = line.to_string();
        if self.confirms_at_once() && head.len() + text.len() > MAX_DATAGRAM {
            line["details"] = serde_json::json!({ "left_out": "longer than a datagram" });
            text = line.to_string();
        }
        (head + &text).into_bytes()
    }

    fn broken(&mut self, cause: Error) -> ExportError {
        self.connection = None;
        ExportError::Syslog { address: self.address.to_string(), cause }
    }
}

async fn connect(address: &SyslogAddress) -> std::io::Result<Connection> {
    match address {
        SyslogAddress::Tcp(at) => Ok(Connection::Tcp(TcpStream::connect(at).await?)),
        SyslogAddress::Unix(path) => {
            let socket = UnixDatagram::unbound()?;
            socket.connect(path)?;
            Ok(Connection::Unix(socket))
        }
        SyslogAddress::Udp(at) => {
            let to = tokio::net::lookup_host(at).await?.next().ok_or(ErrorKind::NotFound)?;
            let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(any).await?;
            socket.connect(to).await?;
            Ok(Connection::Udp(socket))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back_and_wrong_ones_are_refused() {
        for good in ["udp://log.example.org:514", "tcp://[::1]:601", "unix:///dev/log"] {
            assert_eq!(good.parse::<SyslogAddress>().map(|at| at.to_string()), Ok(good.to_owned()));
        }
        for wrong in
            ["", "udp://", "udp://host", "tcp://:601", "tls://host:6514", "unix://log", "udp://a@b:1"]
        {
            assert!(wrong.parse::<SyslogAddress>().is_err(), "{wrong}");
        }
    }
}
