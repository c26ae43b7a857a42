//! Cookies of ours: never readable by scripts, and behind TLS pinned to this host.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use crate::guard::client::Client;

/// With this prefix, browsers take a cookie only from this very host, over TLS, for all paths
/// (RFC 6265bis §4.1.3.2): a neighbour on another port or subdomain can't plant one.
const HOST_ONLY: &str = "__Host-";

/// A cookie that the API sets and reads.
#[derive(Debug, Clone, Copy)]
pub struct Cookie {
    /// Its name over plain HTTP.
    pub name: &'static str,
    /// The only paths that it is sent to over plain HTTP.
    pub path: &'static str,
    /// Whether it comes along when another site leads here: `Strict` or `Lax`.
    pub same_site: &'static str,
}

impl Cookie {
    /// Adds it to a response; `max_age` in seconds, 0 deletes it.
    pub fn set(&self, response: &mut Response, value: &str, max_age: i64, client: &Client) {
        let (path, secure) = if client.secure { ("/", "; Secure") } else { (self.path, "") };
        let (name, same_site) = (self.name_for(client), self.same_site);
        let text =
            format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite={same_site}{secure}");
        if let Ok(header) = HeaderValue::from_str(&text) {
            response.headers_mut().append(SET_COOKIE, header);
        }
    }

    /// Deletes it.
    pub fn clear(&self, response: &mut Response, client: &Client) {
        self.set(response, "", 0, client);
    }

    /// Returns its value in a request, unless that is empty.
    pub fn read(&self, headers: &HeaderMap, client: &Client) -> Option<String> {
        let wanted = self.name_for(client);
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|value| value.split(';'));
        let found = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
    }

    fn name_for(&self, client: &Client) -> String {
        if client.secure { format!("{HOST_ONLY}{}", self.name) } else { self.name.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: Cookie = Cookie { name: "test", path: "/api", same_site: "Strict" };

    #[test]
    fn behind_tls_a_cookie_without_the_prefix_is_not_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=1; test=planted; __Host-test=ours; test2=x"));
        let plain = Client::default();
        let secure = Client { secure: true, ..Client::default() };
        assert_eq!(TEST.read(&headers, &secure).as_deref(), Some("ours"));
        assert_eq!(TEST.read(&headers, &plain).as_deref(), Some("planted"));
        headers.insert(COOKIE, HeaderValue::from_static("test=planted"));
        assert_eq!(TEST.read(&headers, &secure), None);
    }

    #[test]
    fn its_attributes_are_those_of_the_prefix() {
        let set = |secure| {
            let mut response = Response::new(axum::body::Body::empty());
            TEST.set(&mut response, "x", 60, &Client { secure, ..Client::default() });
            response.headers()[SET_COOKIE].to_str().expect("text").to_owned()
        };
        assert_eq!(set(true), "__Host-test=x; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(set(false), "test=x; Path=/api; Max-Age=60; HttpOnly; SameSite=Strict");
    }
}
