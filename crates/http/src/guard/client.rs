//! From where a request comes.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use nightjar_access::ClientInfo;
use uuid::Uuid;

use crate::state::ApiConfig;

/// What proxies add: the addresses that a request came through, the client's first.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Over what the request came to the proxy.
const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// Characters of a client's name that are kept.
const MAX_AGENT: usize = 200;

/// Who is at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address; none in tests without a socket.
    pub ip: Option<IpAddr>,
    /// What it calls itself.
    pub agent: String,
    /// The request's id.
    pub request_id: Option<Uuid>,
    /// Whether its cookies are only for TLS: it came over TLS, to us or to a trusted proxy, or people reach
    /// the API that way.
    pub secure: bool,
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl Client {
    /// What `access` wants to know of it.
    pub fn for_access(&self) -> ClientInfo {
        ClientInfo { ip: self.ip, user_agent: self.agent.clone() }
    }

    /// Whether a request came over TLS, to us or to a trusted proxy.
    pub fn is_secure(extensions: &Extensions, headers: &HeaderMap, config: &ApiConfig) -> bool {
        let trusted = peer(extensions).is_some_and(|peer| config.trusted_proxies.contains(&peer));
        config.tls || (trusted && headers.get(FORWARDED_PROTO).is_some_and(|value| value == "https"))
    }

    /// The client of a request. A proxy's word on it counts only if the proxy is trusted.
    pub fn of(extensions: &Extensions, headers: &HeaderMap, config: &ApiConfig, id: Uuid) -> Self {
        let peer = peer(extensions);
        let trusted = &config.trusted_proxies;
        let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            ip: peer.map(|peer| behind(peer, headers, trusted)),
            agent: agent.chars().take(MAX_AGENT).collect(),
            request_id: Some(id),
            secure: config.public_tls || Self::is_secure(extensions, headers, config),
        }
    }
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical())
}

/// The last address in the chain that is no trusted proxy: what stands before it, anybody may have
/// written.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let mut client = peer;
    let chain: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for text in chain.into_iter().rev() {
        let Ok(address) = text.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !trusted.contains(&client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, HeaderValue::from_static("6.6.6.6, 192.0.2.9, 10.0.0.2"));
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        assert_eq!(behind(ip("10.0.0.1"), &headers, &proxies), ip("192.0.2.9"));
        assert_eq!(behind(ip("203.0.113.5"), &headers, &proxies), ip("203.0.113.5"));
        headers.insert(FORWARDED_FOR, HeaderValue::from_static("nonsense"));
        assert_eq!(behind(ip("10.0.0.1"), &headers, &proxies), ip("10.0.0.1"));
    }
}
