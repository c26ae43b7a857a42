//! How clients reach the server: TLS, its address from outside, pages of other origins.

use std::net::SocketAddr;

use url::Url;

use super::build::folder;
use super::reader::Reader;
use super::types::Tls;

/// `[tls]`; none: plain HTTP.
pub(super) fn tls(reader: &mut Reader<'_>) -> Option<Tls> {
    let redirect = redirect(reader);
    let (certificate, key) = (folder(reader, "certificate"), folder(reader, "key"));
    for (name, other) in [("certificate", "key"), ("key", "certificate")] {
        if reader.has(name) && !reader.has(other) {
            reader.wrong(name, format!("needs `{other}` beside it: TLS takes both"));
        }
    }
    if reader.has("redirect") && !reader.has("certificate") {
        reader.wrong("redirect", "has nowhere to send anybody without `certificate` and `key`");
    }
    Some(Tls { certificate: certificate?, key: key?, redirect })
}

fn redirect(reader: &mut Reader<'_>) -> Option<SocketAddr> {
    let text = reader.text("redirect")?;
    let address = text.parse().ok();
    if address.is_none() {
        reader.wrong("redirect", format!("`{text}` is not an address and port, as 0.0.0.0:80 or [::]:80"));
    }
    address
}

/// `service.public_url`: scheme, host and port, nothing else.
pub(super) fn public_url(reader: &mut Reader<'_>) -> Option<Url> {
    let text = reader.text("public_url")?;
    let url = origin(&text);
    if url.is_none() {
        reader.wrong(
            "public_url",
            format!("`{text}` is not an address without a path, as https://nightjar.example"),
        );
    }
    url
}

/// `service.cors_origins`: exactly these, as browsers send them.
pub(super) fn cors_origins(reader: &mut Reader<'_>) -> Vec<String> {
    let mut origins = Vec::new();
    for text in reader.texts("cors_origins") {
        if text == "*" {
            let problem =
                "`*` would let every page in the world act as whoever is signed in: name the origins";
            reader.wrong("cors_origins", problem);
        } else if let Some(url) = origin(&text) {
            origins.push(url.origin().ascii_serialization());
        } else {
            let problem =
                format!("`{text}` is not an origin, as https://ops.example or http://10.0.0.7:3000");
            reader.wrong("cors_origins", problem);
        }
    }
    origins
}

/// An HTTP address that is nothing but scheme, host and port.
fn origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    (bare && anonymous && !text.contains('*')).then_some(url)
}
