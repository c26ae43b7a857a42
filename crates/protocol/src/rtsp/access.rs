//! Who may see a stream: Basic and Digest authentication (RFC 2617), as cameras do it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::message::Request;

/// What a client must prove.
#[derive(Clone, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Open,
    /// That it knows the password, by saying it.
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: String,
    },
    /// That it knows the password, by a digest (MD5) over a number of ours.
    Digest {
        /// User name.
        user: String,
        /// Password.
        password: String,
    },
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Basic { .. } => "Basic(…)",
            Self::Digest { .. } => "Digest(…)",
        })
    }
}

impl Access {
    /// The `WWW-Authenticate` header that asks for the proof; none if nothing is asked for.
    pub(super) fn challenge(&self, realm: &str, nonce: &str) -> Option<String> {
        match self {
            Self::Open => None,
            Self::Basic { .. } => Some(format!("Basic realm=\"{realm}\"")),
            Self::Digest { .. } => {
                Some(format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm=MD5"))
            }
        }
    }

    /// Whether the request carries the proof.
    pub(super) fn allows(&self, request: &Request, realm: &str, nonce: &str) -> bool {
        let header = request.header("Authorization").unwrap_or_default();
        let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
        match self {
            Self::Open => true,
            Self::Basic { user, password } => {
                let expected = STANDARD.encode(format!("{user}:{password}"));
                scheme.eq_ignore_ascii_case("Basic") && same(rest.trim(), &expected)
            }
            Self::Digest { user, password } => {
                scheme.eq_ignore_ascii_case("Digest")
                    && digest_is_right(request, rest, [user, realm, password], nonce)
            }
        }
    }
}

fn digest_is_right(request: &Request, header: &str, [user, realm, password]: [&str; 3], nonce: &str) -> bool {
    let value = |name| parameter(header, name).unwrap_or_default();
    if value("username") != user || value("realm") != realm || value("nonce") != nonce {
        return false;
    }
    if value("uri") != request.uri {
        return false;
    }
    let ha1 = hex_md5(&format!("{user}:{realm}:{password}"));
    let ha2 = hex_md5(&format!("{}:{}", request.method_token, request.uri));
    // §3.2.2.1. We offer no qop, but a client that computes with one is understood.
    let expected = match parameter(header, "qop") {
        Some("auth") => {
            let (count, cnonce) = (value("nc"), value("cnonce"));
            hex_md5(&format!("{ha1}:{nonce}:{count}:{cnonce}:auth:{ha2}"))
        }
        Some(_) => return false,
        None => hex_md5(&format!("{ha1}:{nonce}:{ha2}")),
    };
    same(&value("response").to_ascii_lowercase(), &expected)
}

/// The value of `name` in `a=b, c="d"`.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = header;
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim_start_matches([',', ' ', '\t']).trim_end();
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
}

fn hex_md5(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Equality that takes as long for a nearly right answer as for a wrong one.
fn same(given: &str, expected: &str) -> bool {
    given.len() == expected.len()
        && given.bytes().zip(expected.bytes()).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::super::message::Method;
    use super::*;
    use bytes::Bytes;

    fn request(authorization: &str) -> Request {
        Request {
            method: Method::Describe,
            method_token: "DESCRIBE".to_owned(),
            uri: "rtsp://h/cam".to_owned(),
            headers: vec![("Authorization".to_owned(), authorization.to_owned())],
            body: Bytes::new(),
        }
    }

    #[test]
    fn basic_wants_user_and_password() {
        let access = Access::Basic { user: "Aladdin".to_owned(), password: "open sesame".to_owned() };
        assert!(access.allows(&request("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "r", "n"));
        assert!(!access.allows(&request("Basic QWxhZGRpbjpvcGVuIHNlc2FtZR=="), "r", "n"));
        assert!(!access.allows(&request(""), "r", "n"));
    }

    #[test]
    fn digest_is_bound_to_nonce_method_and_address() {
        let access = Access::Digest { user: "u".to_owned(), password: "p".to_owned() };
        let ha1 = hex_md5("u:r:p");
        let response = hex_md5(&format!("{ha1}:n:{}", hex_md5("DESCRIBE:rtsp://h/cam")));
        let header = |nonce: &str, uri: &str| {
            format!(
                "Digest username=\"u\", realm=\"r\",nonce=\"{nonce}\", uri=\"{uri}\", response={response}"
            )
        };
        assert!(access.allows(&request(&header("n", "rtsp://h/cam")), "r", "n"));
        assert!(!access.allows(&request(&header("n", "rtsp://h/cam")), "r", "m"));
        assert!(!access.allows(&request(&header("n", "rtsp://h/other")), "r", "n"));
        assert!(!access.allows(&request("Digest"), "r", "n"));
    }

    #[test]
    fn quality_of_protection_is_understood() {
        let access = Access::Digest { user: "u".to_owned(), password: "p".to_owned() };
        let (ha1, ha2) = (hex_md5("u:r:p"), hex_md5("DESCRIBE:rtsp://h/cam"));
        let response = hex_md5(&format!("{ha1}:n:00000001:c:auth:{ha2}"));
        let header = format!(
            "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"rtsp://h/cam\", qop=auth, nc=00000001, \
             cnonce=\"c\", response=\"{response}\""
        );
        assert!(access.allows(&request(&header), "r", "n"));
    }
}
