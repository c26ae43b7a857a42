//! What a provider says of itself (OpenID Connect Discovery 1.0 §3, §4).

use serde::Deserialize;
use url::Url;

use super::http::{self, Http};
use super::{Issuer, OidcError, Result};

const WHAT: &str = "discovery document";

/// Where a provider is asked for what.
#[derive(Debug)]
pub(super) struct Metadata {
    /// Where the browser is sent.
    pub(super) authorization: Url,
    /// Where a code becomes tokens.
    pub(super) token: Url,
    /// Its keys.
    pub(super) jwks: Url,
    /// Claims that are not in the ID token.
    pub(super) userinfo: Option<Url>,
    /// How it wants to know that it is us.
    pub(super) authentication: ClientAuthentication,
    /// Whether it names itself in what the browser brings back (RFC 9207).
    pub(super) names_itself: bool,
}

/// How a client proves who it is (OpenID Connect Core 1.0 §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuthentication {
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
}

#[derive(Deserialize)]
pub(super) struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Reads the document of an issuer.
pub(super) async fn discover(http: &Http, issuer: &Issuer) -> Result<Metadata> {
    let document: Document = http::fetch(WHAT, http.get(issuer.discovery())).await?;
    read(document, issuer)
}

pub(super) fn read(document: Document, issuer: &Issuer) -> Result<Metadata> {
    if document.issuer != issuer.as_str() {
        let cause = format!("it is of the issuer `{}`, not of `{issuer}`", document.issuer);
        return Err(OidcError::answer(WHAT, cause));
    }
    let endpoint = |text: &str| issuer.endpoint(text).map_err(|cause| OidcError::answer(WHAT, cause));
    Ok(Metadata {
        authorization: endpoint(&document.authorization_endpoint)?,
        token: endpoint(&document.token_endpoint)?,
        jwks: endpoint(&document.jwks_uri)?,
        userinfo: document.userinfo_endpoint.as_deref().map(endpoint).transpose()?,
        authentication: authentication(document.token_endpoint_auth_methods_supported.as_deref())?,
        names_itself: document.authorization_response_iss_parameter_supported.unwrap_or(false),
    })
}

/// A provider that names none takes `client_secret_basic`.
fn authentication(supported: Option<&[String]>) -> Result<ClientAuthentication> {
    let Some(supported) = supported else { return Ok(ClientAuthentication::Basic) };
    let has = |name: &str| supported.iter().any(|method| method == name);
    if has("client_secret_basic") {
        Ok(ClientAuthentication::Basic)
    } else if has("client_secret_post") {
        Ok(ClientAuthentication::Post)
    } else {
        Err(OidcError::answer(WHAT, "it takes neither client_secret_basic nor client_secret_post"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document() -> Value {
        json!({
            "issuer": "https://id.example.org",
            "authorization_endpoint": "https://id.example.org/auth?tenant=1",
            "token_endpoint": "https://id.example.org/token",
            "jwks_uri": "https://keys.example.org/jwks",
        })
    }

    fn of(document: Value) -> Result<Metadata> {
        let issuer = Issuer::parse("https://id.example.org").expect("valid");
        read(serde_json::from_value(document).expect("a document"), &issuer)
    }

    #[test]
    fn a_plain_document_is_enough() {
        let metadata = of(document()).expect("good");
        assert_eq!(metadata.authentication, ClientAuthentication::Basic);
        assert!(metadata.userinfo.is_none() && !metadata.names_itself);
    }

    #[test]
    fn another_issuer_or_an_address_without_tls_is_refused() {
        for (key, value) in [
            ("issuer", "https://id.example.org/"),
            ("issuer", "https://evil.example.org"),
            ("authorization_endpoint", "javascript:alert(1)"),
            ("token_endpoint", "http://id.example.org/token"),
            ("jwks_uri", "http://127.0.0.1/jwks"),
            ("userinfo_endpoint", "file:///etc/passwd"),
        ] {
            let mut wrong = document();
            wrong[key] = value.into();
            assert!(matches!(of(wrong), Err(OidcError::Answer { .. })), "{key} {value}");
        }
    }

    #[test]
    fn the_secret_is_sent_as_the_provider_wants_it() {
        let with = |methods: Value| {
            let mut some = document();
            some["token_endpoint_auth_methods_supported"] = methods;
            of(some).map(|metadata| metadata.authentication)
        };
        let basic = with(json!(["client_secret_post", "client_secret_basic"]));
        assert_eq!(basic.expect("basic"), ClientAuthentication::Basic);
        let post = with(json!(["private_key_jwt", "client_secret_post"]));
        assert_eq!(post.expect("post"), ClientAuthentication::Post);
        assert!(with(json!(["private_key_jwt"])).is_err());
    }
}
