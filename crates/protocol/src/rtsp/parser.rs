//! Bytes of an RTSP connection to requests and interleaved packets.

use bytes::{Buf, Bytes, BytesMut};

use super::message::{Method, Request};

/// The longest request line with headers that is read.
pub const MAX_HEADER: usize = 16 * 1024;

/// The longest body that is read.
pub const MAX_BODY: usize = 64 * 1024;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A request.
    Request(Request),
    /// A packet that is interleaved in the connection (RFC 7826 §14).
    Interleaved {
        /// Its channel.
        channel: u8,
        /// The packet.
        data: Bytes,
    },
}

/// Why the bytes are no RTSP. The connection can't be read any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than [`MAX_HEADER`] bytes without the end of the headers.
    #[error("the request's headers are longer than {MAX_HEADER} bytes")]
    HeaderTooLong,
    /// `Content-Length` is no number or more than [`MAX_BODY`].
    #[error("the request's Content-Length `{0}` is no number up to {MAX_BODY}")]
    BadLength(String),
    /// The first line is not `METHOD uri RTSP/1.x`.
    #[error("`{0}` is no RTSP request line")]
    BadRequestLine(String),
    /// A header line has no colon or is not text.
    #[error("`{0}` is no header")]
    BadHeader(String),
}

/// Collects bytes until they are whole. Holds at most one incomplete request or packet.
#[derive(Debug, Default)]
pub struct Parser {
    buffer: BytesMut,
    /// How far the end of the headers was already looked for.
    searched: usize,
}

impl Parser {
    /// Adds bytes as they were received. Take everything out with [`Self::next_message`] before adding
    /// more, so that no more than one message is held.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, if there is one.
    pub fn next_message(&mut self) -> Result<Option<Incoming>, ParseError> {
        // Some clients end a body with an extra line break.
        while matches!(self.buffer.first(), Some(b'\r' | b'\n')) && self.searched == 0 {
            self.buffer.advance(1);
        }
        match self.buffer.first() {
            None => Ok(None),
            Some(b'$') => Ok(self.take_interleaved()),
            Some(_) => self.take_request(),
        }
    }

    fn take_interleaved(&mut self) -> Option<Incoming> {
        let &[_, channel, high, low] = self.buffer.first_chunk()?;
        let len = usize::from(u16::from_be_bytes([high, low]));
        if self.buffer.len() < 4 + len {
            return None;
        }
        self.buffer.advance(4);
        Some(Incoming::Interleaved { channel, data: self.buffer.split_to(len).freeze() })
    }

    fn take_request(&mut self) -> Result<Option<Incoming>, ParseError> {
        let from = self.searched.saturating_sub(3);
        let end = self.buffer[from..].windows(4).position(|window| window == b"\r\n\r\n");
        let Some(end) = end.map(|at| from + at) else {
            self.searched = self.buffer.len();
            return if self.searched > MAX_HEADER { Err(ParseError::HeaderTooLong) } else { Ok(None) };
        };
        if end > MAX_HEADER {
            return Err(ParseError::HeaderTooLong);
        }
        let mut request = parse_head(&self.buffer[..end])?;
        let body = content_length(&request)?;
        if self.buffer.len() < end + 4 + body {
            // The end of the headers is found at once next time.
            self.searched = end;
            return Ok(None);
        }
        self.searched = 0;
        self.buffer.advance(end + 4);
        request.body = self.buffer.split_to(body).freeze();
        Ok(Some(Incoming::Request(request)))
    }
}

fn parse_head(head: &[u8]) -> Result<Request, ParseError> {
    let mut lines = head.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let bad_line = || ParseError::BadRequestLine(shown(first));
    let line = str::from_utf8(first).map_err(|_| bad_line())?;
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(uri), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(bad_line());
    };
    if !version.starts_with("RTSP/") {
        return Err(bad_line());
    }
    let headers = lines.map(parse_header).collect::<Result<_, _>>()?;
    Ok(Request {
        method: Method::parse(method),
        method_token: method.to_owned(),
        uri: uri.to_owned(),
        headers,
        body: Bytes::new(),
    })
}

fn parse_header(line: &[u8]) -> Result<(String, String), ParseError> {
    let text = str::from_utf8(line).map_err(|_| ParseError::BadHeader(shown(line)))?;
    let (name, value) = text.split_once(':').ok_or_else(|| ParseError::BadHeader(shown(line)))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn content_length(request: &Request) -> Result<usize, ParseError> {
    let Some(text) = request.header("Content-Length") else { return Ok(0) };
    match text.parse() {
        Ok(len) if len <= MAX_BODY => Ok(len),
        _ => Err(ParseError::BadLength(shown(text.as_bytes()))),
    }
}

/// The beginning of bytes from outside, fit for a log.
fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(80)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: &[u8] = b"SETUP rtsp://h/cam/trackID=1 RTSP/1.0\r\nCSeq: 3\r\ncontent-length: 2\r\n\r\nok";

    fn all(bytes: &[u8], step: usize) -> Result<Vec<Incoming>, ParseError> {
        let mut parser = Parser::default();
        let mut out = Vec::new();
        for chunk in bytes.chunks(step) {
            parser.push(chunk);
            while let Some(message) = parser.next_message()? {
                out.push(message);
            }
        }
        Ok(out)
    }

    #[test]
    fn messages_are_the_same_however_the_bytes_arrive() {
        let bytes = [SETUP, b"\r\n$\x01\x00\x03abc", SETUP].concat();
        let whole = all(&bytes, usize::MAX).expect("valid");
        assert_eq!(whole.len(), 3);
        let Incoming::Request(request) = &whole[0] else { panic!("{whole:?}") };
        assert_eq!(
            (request.method, request.header("cseq"), &request.body[..]),
            (Method::Setup, Some("3"), &b"ok"[..])
        );
        assert_eq!(whole[1], Incoming::Interleaved { channel: 1, data: Bytes::from_static(b"abc") });
        for step in 1..20 {
            assert_eq!(all(&bytes, step).expect("valid"), whole);
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let endless = vec![b'A'; MAX_HEADER + 2];
        assert_eq!(all(&endless, 1000), Err(ParseError::HeaderTooLong));
        let body = b"PLAY rtsp://h/ RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n";
        assert!(matches!(all(body, 10), Err(ParseError::BadLength(_))));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        assert!(matches!(all(b"GET / HTTP/1.1\r\n\r\n", 5), Err(ParseError::BadRequestLine(_))));
        assert!(matches!(all(b"PLAY\r\n\r\n", 5), Err(ParseError::BadRequestLine(_))));
        assert!(matches!(all(b"PLAY * RTSP/1.0\r\nnonsense\r\n\r\n", 5), Err(ParseError::BadHeader(_))));
    }
}
