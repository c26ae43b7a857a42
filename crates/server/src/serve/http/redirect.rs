//! Plain HTTP beside TLS: the address to go to instead, and nothing else.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONNECTION, HOST, LOCATION};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::config::Service;

/// 308 to the same path of `public_url`, or of the host that was asked, on the port of TLS.
pub(super) fn router(service: &Service) -> Router {
    let (public, port) = (service.public_url.clone(), service.listen.port());
    Router::new().fallback(move |request: Request| {
        let target = target(&request, public.as_ref(), port);
        async move { answer(target) }
    })
}

fn answer(target: Option<String>) -> Response {
    match target.and_then(|target| HeaderValue::from_str(&target).ok()) {
        // Who follows does so on another connection.
        Some(target) => {
            let headers = [(LOCATION, target), (CONNECTION, HeaderValue::from_static("close"))];
            (StatusCode::PERMANENT_REDIRECT, headers).into_response()
        }
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn target(request: &Request, public: Option<&Url>, port: u16) -> Option<String> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if !path.starts_with('/') {
        return None;
    }
    if let Some(public) = public {
        return Some(format!("{}{path}", public.origin().ascii_serialization()));
    }
    let host = request.headers().get(HOST)?.to_str().ok()?.parse::<Authority>().ok()?;
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    // Without user information, which an authority may have.
    Some(format!("https://{}{port}{path}", host.host()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn to(host: Option<&str>, path: &str, public: Option<&str>, port: u16) -> Option<String> {
        let mut request = Request::builder().uri(path);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let request = request.body(Body::empty()).expect("a request");
        target(&request, public.map(|url| url.parse().expect("a URL")).as_ref(), port)
    }

    #[test]
    fn the_path_stays_and_the_port_changes() {
        let cases = [
            ("cam.example", "/a?b=c", 443, "https://cam.example/a?b=c"),
            ("cam.example:80", "/", 8443, "https://cam.example:8443/"),
            ("[::1]:8080", "/x", 8443, "https://[::1]:8443/x"),
            ("user@evil.example", "/", 443, "https://evil.example/"),
        ];
        for (host, path, port, expected) in cases {
            assert_eq!(to(Some(host), path, None, port).as_deref(), Some(expected));
        }
    }

    #[test]
    fn the_public_address_wins_and_without_any_there_is_none() {
        let public = Some("https://nightjar.example");
        assert_eq!(to(Some("other"), "/a", public, 8443).as_deref(), Some("https://nightjar.example/a"));
        assert_eq!(to(None, "/a", public, 8443).as_deref(), Some("https://nightjar.example/a"));
        assert_eq!(to(None, "/a", None, 8443), None);
        assert_eq!(to(Some("a b"), "/a", None, 8443), None);
    }
}
