//! How a camera wants a password: asked before it gets one.
//!
//! The RTSP library answers whatever challenge comes and doesn't tell which. A camera that takes nothing but
//! Basic (RFC 7617) gets the password as it is, readable by everybody on the way, at each connection. So it is
//! asked first, without credentials. That keeps the password from those who listen; somebody on the way who
//! also changes what is sent can still ask for Basic afterwards.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// The port of RTSP (RFC 7826 §22.14).
const PORT: u16 = 554;
/// Bytes of an answer's head at most.
const MOST_BYTES: usize = 16 * 1024;
/// How long the camera may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns whether the camera wants a password and takes it only as Basic; none if it did not say.
pub(super) async fn wants_only_basic(url: &Url) -> Option<bool> {
    let head = tokio::time::timeout(PATIENCE, ask(url)).await.ok()?.ok()?;
    Some(is_only_basic(&head))
}

async fn ask(url: &Url) -> std::io::Result<String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let mut stream = TcpStream::connect((host, url.port().unwrap_or(PORT))).await?;
    let request = format!(
        "DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\nUser-Agent: Nightjar/{}\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while head.len() < MOST_BYTES && !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn is_only_basic(head: &str) -> bool {
    let mut lines = head.lines();
    let is_refusal = lines.next().and_then(|line| line.split(' ').nth(1)) == Some("401");
    let challenges: Vec<String> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("www-authenticate"))
        .map(|(_, value)| value.trim().to_ascii_lowercase())
        .collect();
    // Several challenges may stand in one header (RFC 9110 §11.6.1).
    let offers = |scheme: &str| {
        let other = format!(", {scheme} ");
        challenges.iter().any(|value| value.starts_with(scheme) || value.contains(&other))
    };
    is_refusal && offers("basic") && !offers("digest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_that_also_takes_digest_is_none_of_those() {
        let head = |challenges: &str| format!("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n{challenges}\r\n\r\n");
        for only in ["WWW-Authenticate: Basic realm=\"x\"", "www-authenticate:basic realm=\"Digest\""] {
            assert!(is_only_basic(&head(only)), "{only}");
        }
        for other in [
            "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"",
            "WWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"y\"",
            "WWW-Authenticate: Basic realm=\"x\", Digest realm=\"x\", nonce=\"y\"",
            "",
        ] {
            assert!(!is_only_basic(&head(other)), "{other}");
        }
        assert!(!is_only_basic("RTSP/1.0 200 OK\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"));
        assert!(!is_only_basic(""));
    }
}
