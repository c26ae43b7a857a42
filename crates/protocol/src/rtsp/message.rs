//! Requests as they were read and responses as they are written (RFC 2326 §6, §7).

use bytes::Bytes;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// What can be asked for?
    Options,
    /// What is there?
    Describe,
    /// Prepare a track.
    Setup,
    /// Send media.
    Play,
    /// Stop sending, keep everything prepared.
    Pause,
    /// End the session.
    Teardown,
    /// Read parameters; without body a sign of life.
    GetParameter,
    /// Write parameters.
    SetParameter,
    /// Anything else.
    Other,
}

impl Method {
    pub(super) fn parse(token: &str) -> Self {
        match token {
            "OPTIONS" => Self::Options,
            "DESCRIBE" => Self::Describe,
            "SETUP" => Self::Setup,
            "PLAY" => Self::Play,
            "PAUSE" => Self::Pause,
            "TEARDOWN" => Self::Teardown,
            "GET_PARAMETER" => Self::GetParameter,
            "SET_PARAMETER" => Self::SetParameter,
            _ => Self::Other,
        }
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The method as it was written; the digest of RFC 2617 is made over it.
    pub method_token: String,
    /// The address as it was written: absolute, or `*`.
    pub uri: String,
    pub(super) headers: Vec<(String, String)>,
    /// The body, empty if there is none.
    pub body: Bytes,
}

impl Request {
    /// The value of the first header with this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The path of the stream: that of the address, without query, without a closing `/` and
    /// without the control of one of its tracks. Empty for `*`.
    pub fn stream_path(&self) -> &str {
        split_control(self.full_path()).0
    }

    /// The track (from 0) that the address names by its control.
    pub fn track(&self) -> Option<usize> {
        split_control(self.full_path()).1
    }

    fn full_path(&self) -> &str {
        let after_scheme = self.uri.split_once("://").map_or("", |(_, rest)| rest);
        let path = after_scheme.find('/').map_or("", |slash| &after_scheme[slash..]);
        let path = path.split('?').next().unwrap_or(path);
        path.trim_end_matches('/')
    }
}

fn split_control(path: &str) -> (&str, Option<usize>) {
    let Some((stream, last)) = path.rsplit_once('/') else { return (path, None) };
    let Some(number) = last.strip_prefix("trackID=") else { return (path, None) };
    match number.parse::<usize>() {
        Ok(number) if number > 0 => (stream.trim_end_matches('/'), Some(number - 1)),
        _ => (path, None),
    }
}

/// The status of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub u16, pub &'static str);

impl Status {
    /// Done.
    pub const OK: Self = Self(200, "OK");
    /// The request makes no sense.
    pub const BAD_REQUEST: Self = Self(400, "Bad Request");
    /// Credentials are missing or wrong.
    pub const UNAUTHORIZED: Self = Self(401, "Unauthorized");
    /// No such stream or track.
    pub const NOT_FOUND: Self = Self(404, "Not Found");
    /// Parameters are not known.
    pub const PARAMETER_NOT_UNDERSTOOD: Self = Self(451, "Parameter Not Understood");
    /// The `Session` is not this one.
    pub const SESSION_NOT_FOUND: Self = Self(454, "Session Not Found");
    /// Not now.
    pub const NOT_VALID_IN_THIS_STATE: Self = Self(455, "Method Not Valid in This State");
    /// None of the offered transports can be had.
    pub const UNSUPPORTED_TRANSPORT: Self = Self(461, "Unsupported Transport");
    /// The method is not known.
    pub const NOT_IMPLEMENTED: Self = Self(501, "Not Implemented");
    /// There is no room for another viewer.
    pub const UNAVAILABLE: Self = Self(503, "Service Unavailable");
}

/// A response under construction.
pub(super) struct Response {
    text: String,
}

impl Response {
    pub(super) fn new(status: Status, request: &Request, server: &str) -> Self {
        let mut response = Self { text: format!("RTSP/1.0 {} {}\r\n", status.0, status.1) };
        if let Some(cseq) = request.header("CSeq") {
            response.put("CSeq", cseq);
        }
        response.put("Server", server);
        response
    }

    pub(super) fn put(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        self.text.push_str(": ");
        self.text.push_str(value);
        self.text.push_str("\r\n");
    }

    pub(super) fn finish(mut self, body: &str) -> Vec<u8> {
        if !body.is_empty() {
            self.put("Content-Length", &body.len().to_string());
        }
        self.text.push_str("\r\n");
        self.text.push_str(body);
        self.text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str) -> Request {
        Request {
            method: Method::Setup,
            method_token: "SETUP".to_owned(),
            uri: uri.to_owned(),
            headers: vec![("CSEQ".to_owned(), "4".to_owned())],
            body: Bytes::new(),
        }
    }

    #[test]
    fn an_address_is_taken_apart() {
        let split = |uri: &str| {
            let request = request(uri);
            (request.stream_path().to_owned(), request.track())
        };
        assert_eq!(split("rtsp://a:554/cam/main/trackID=2"), ("/cam/main".to_owned(), Some(1)));
        assert_eq!(split("rtsp://a/cam/main//trackID=1/"), ("/cam/main".to_owned(), Some(0)));
        assert_eq!(split("rtsp://a/cam/main/"), ("/cam/main".to_owned(), None));
        assert_eq!(split("rtsp://a/cam?x=1/trackID=1"), ("/cam".to_owned(), None));
        assert_eq!(split("rtsp://a/cam/trackID=0"), ("/cam/trackID=0".to_owned(), None));
        assert_eq!(split("*"), (String::new(), None));
        assert_eq!(split("rtsp://a"), (String::new(), None));
    }

    #[test]
    fn header_names_have_no_case() {
        assert_eq!(request("*").header("CSeq"), Some("4"));
    }
}
