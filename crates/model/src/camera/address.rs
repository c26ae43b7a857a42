//! Addresses of cameras: credentials taken out of them, and one form to compare them in.

use url::Url;

use super::CameraSource;
use crate::Secret;

impl CameraSource {
    /// Moves credentials out of the addresses. Those given apart win over those of the main
    /// address, and these over those of the sub address.
    #[must_use]
    pub fn with_credentials_apart(mut self) -> Self {
        let main = take_credentials(&mut self.main_url);
        let sub = self.sub_url.as_mut().map(take_credentials).unwrap_or_default();
        self.username = self.username.or(main.0).or(sub.0);
        self.password = self.password.or(main.1).or(sub.1);
        self
    }
}

/// Takes the user information out of an address and undoes its escapes.
fn take_credentials(url: &mut Url) -> (Option<String>, Option<Secret>) {
    let username = Some(percent_decode(url.username())).filter(|name| !name.is_empty());
    let password = url.password().map(|password| Secret::new(percent_decode(password)));
    // Both fail only for addresses without a host, which have no user information either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    (username, password)
}

/// Undoes `%XX`; what is no valid escape stays as it is.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Query parameters that choose a stream of a device, in lower case.
const STREAM_PARAMETERS: [&str; 18] = [
    "cam",
    "camera",
    "cameraid",
    "ch",
    "channel",
    "channelid",
    "channelno",
    "inst",
    "line",
    "profile",
    "source",
    "stream",
    "streamid",
    "streamprofile",
    "streamtype",
    "subtype",
    "track",
    "video",
];
/// Longer values are not numbers or names of streams, but may be secrets.
const MAX_STREAM_VALUE: usize = 16;

/// An address in the form in which cameras are compared: scheme, host in lower case, port (even the
/// default one), path, and the query parameters that choose a stream. Two cameras with the same one
/// are the same stream of the same device. It holds no secret: credentials are left out, and so is
/// the rest of the query, where many cameras take their password. Otherwise somebody could try
/// passwords out by adding cameras.
pub fn main_address(url: &Url) -> String {
    // The host of a scheme that browsers don't know, as `rtsp`, is kept as it was typed.
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_lowercase();
    let port = url.port().or_else(|| usual_port(url)).map(|port| format!(":{port}")).unwrap_or_default();
    let path = if url.path().is_empty() { "/" } else { url.path() };
    format!("{}://{host}{port}{path}{}", url.scheme(), stream_query(url))
}

/// The part of the query that chooses a stream, in a fixed order, with its question mark.
fn stream_query(url: &Url) -> String {
    let mut chosen: Vec<String> = url
        .query_pairs()
        .map(|(name, value)| (name.to_lowercase(), value))
        .filter(|(name, value)| STREAM_PARAMETERS.contains(&name.as_str()) && is_stream_value(value))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    chosen.sort_unstable();
    if chosen.is_empty() { String::new() } else { format!("?{}", chosen.join("&")) }
}

fn is_stream_value(value: &str) -> bool {
    value.len() <= MAX_STREAM_VALUE && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn usual_port(url: &Url) -> Option<u16> {
    match url.scheme() {
        "rtsp" => Some(554),
        "rtsps" => Some(322),
        "rtmp" => Some(1935),
        "rtmps" => Some(443),
        _ => url.port_or_known_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn one_stream_has_one_address_however_it_is_typed() {
        let same = [
            "rtsp://cam.example/Main?channel=1",
            "RTSP://CAM.example:554/Main?channel=1",
            "rtsp://admin:hunter2@Cam.Example./Main?channel=1#top",
        ];
        for text in same {
            assert_eq!(main_address(&url(text)), "rtsp://cam.example:554/Main?channel=1", "{text}");
        }
        assert_eq!(main_address(&url("rtsp://cam")), main_address(&url("rtsp://cam/")));
        assert_eq!(main_address(&url("rtsp://[FE80::1]/a")), "rtsp://[fe80::1]:554/a");
        assert_eq!(main_address(&url("http://cam/a")), "http://cam:80/a");
    }

    #[test]
    fn what_tells_streams_apart_stays() {
        let addresses = ["rtsp://cam/a", "rtsp://cam/A", "rtsp://cam:8554/a", "rtsp://cam/a?channel=2"];
        let distinct: std::collections::BTreeSet<String> =
            addresses.iter().map(|text| main_address(&url(text))).collect();
        assert_eq!(distinct.len(), addresses.len());
    }

    #[test]
    fn secrets_in_a_query_are_not_compared() {
        let same = [
            "rtsp://cam/live?channel=1&subtype=0",
            "rtsp://cam/live?subtype=0&channel=1",
            "rtsp://cam/live?Channel=1&subtype=0&user=admin&password=hunter2",
            "rtsp://cam/live?channel=1&subtype=0&token=abc&stream=a-secret-of-more-than-sixteen",
        ];
        for text in same {
            assert_eq!(main_address(&url(text)), "rtsp://cam:554/live?channel=1&subtype=0", "{text}");
        }
        assert_eq!(main_address(&url("rtsp://cam/live?password=hunter2")), "rtsp://cam:554/live");
    }

    #[test]
    fn credentials_are_moved_out_of_addresses() {
        let typed = CameraSource {
            sub_url: Some(url("rtsp://other:pass@cam/sub")),
            ..CameraSource::new(url("rtsp://ad%40min:hunter%232@cam/main"))
        };
        let source = typed.clone().with_credentials_apart();
        assert_eq!(source.main_url.as_str(), "rtsp://cam/main");
        assert_eq!(source.sub_url.map(String::from).as_deref(), Some("rtsp://cam/sub"));
        assert_eq!(source.username.as_deref(), Some("ad@min"));
        assert_eq!(source.password, Some(Secret::new("hunter#2")));
        let apart = CameraSource { password: Some(Secret::new("given")), ..typed };
        assert_eq!(apart.with_credentials_apart().password, Some(Secret::new("given")));
    }
}
