//! Who a provider is, and which addresses may be asked in its name.

use std::fmt;

use url::{Host, Url};

/// An issuer's identifier: compared letter by letter, never as an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    local: bool,
}

impl Issuer {
    /// Reads an identifier; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|error| format!("is not a valid address: {error}"))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must not have a `?` or `#`; give the issuer exactly as the provider names it".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold credentials; give `client_id` and `client_secret`".into());
        }
        if text.ends_with("/.well-known/openid-configuration") {
            return Err("is the address of the discovery document; leave `/.well-known/…` away".into());
        }
        let local = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            _ => return Err("must begin with https:// (http:// only for this machine)".into()),
        }
        Ok(Self { text: text.to_owned(), local })
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the provider runs on this machine, as in tests: then it needs no TLS.
    pub(super) fn is_local(&self) -> bool {
        self.local
    }

    /// Where it describes itself (OpenID Connect Discovery 1.0 §4).
    pub(super) fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.text.trim_end_matches('/'))
    }

    /// An address that the provider names; the error says why it can't be used.
    pub(super) fn endpoint(&self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text).map_err(|error| format!("`{text}` is not a valid address: {error}"))?;
        let plain = url.scheme() == "http" && self.local && is_loopback(&url);
        if url.fragment().is_some() || !(plain || url.scheme() == "https") {
            return Err(format!("`{text}` is not an https:// address"));
        }
        Ok(url)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_kept_letter_by_letter() {
        let issuer = Issuer::parse("https://login.example.org/tenant/").expect("valid");
        assert_eq!(issuer.as_str(), "https://login.example.org/tenant/");
        assert_eq!(issuer.discovery(), "https://login.example.org/tenant/.well-known/openid-configuration");
        assert!(!issuer.is_local());
        assert!(Issuer::parse("http://127.0.0.1:4000").is_ok_and(|issuer| issuer.is_local()));
    }

    #[test]
    fn an_issuer_without_tls_or_with_more_than_an_address_is_none() {
        for wrong in [
            "accounts.example.org",
            "http://accounts.example.org",
            "ftp://accounts.example.org",
            "https://accounts.example.org/?tenant=1",
            "https://accounts.example.org/#x",
            "https://user:hunter2@accounts.example.org",
            "https://accounts.example.org/.well-known/openid-configuration",
        ] {
            let reason = Issuer::parse(wrong).expect_err(wrong);
            assert!(!reason.contains("hunter2"), "{reason}");
        }
    }

    #[test]
    fn endpoints_need_tls_too() {
        let issuer = Issuer::parse("https://login.example.org").expect("valid");
        assert!(issuer.endpoint("https://other.example.org/token").is_ok());
        for wrong in
            ["http://login.example.org/token", "http://127.0.0.1/token", "javascript:alert(1)", "/token"]
        {
            assert!(issuer.endpoint(wrong).is_err(), "{wrong}");
        }
        let local = Issuer::parse("http://localhost:1").expect("valid");
        assert!(local.endpoint("http://127.0.0.1:2/token").is_ok());
        assert!(local.endpoint("http://192.0.2.1/token").is_err());
    }
}
