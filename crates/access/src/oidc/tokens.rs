//! From the code that the browser brought to proven claims: the token endpoint (OpenID Connect Core
//! 1.0 §3.1.3), the ID token, and what the UserInfo endpoint (§5.3) adds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightjar_model::text::is_plain;
use nightjar_model::{Secret, WallTime};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::claims::Claims;
use super::discovery::{ClientAuthentication, Metadata};
use super::http;
use super::id_token::{self, Expected};
use super::provider::Provider;
use super::{OidcError, Result, TokenFault};

const TOKENS: &str = "token endpoint";
const USERINFO: &str = "UserInfo endpoint";
/// Characters of an error's description that are kept.
const MAX_WORDS: usize = 300;

/// What a code is exchanged with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant<'a> {
    pub(super) code: &'a str,
    pub(super) verifier: &'a Secret,
    pub(super) redirect_uri: &'a str,
}

/// What it is exchanged for.
#[derive(Debug, Deserialize)]
pub(super) struct Tokens {
    id_token: Secret,
    access_token: Option<Secret>,
}

#[derive(Deserialize)]
struct Failure {
    error: String,
    error_description: Option<String>,
}

impl Provider {
    /// Exchanges a code.
    pub(super) async fn redeem(&self, metadata: &Metadata, grant: Grant<'_>) -> Result<Tokens> {
        let (id, secret) = (self.settings.client_id.as_str(), self.settings.client_secret.expose());
        let request = self.http.post(metadata.token.clone());
        let (request, credentials) = match metadata.authentication {
            ClientAuthentication::Basic => (request.header(AUTHORIZATION, basic(id, secret)), None),
            ClientAuthentication::Post => (request, Some((id, secret))),
        };
        let request =
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(grant, credentials));
        let (status, body) = http::send(TOKENS, request).await?;
        if status == StatusCode::OK {
            return http::decode(TOKENS, &body);
        }
        let failure: Option<Failure> = serde_json::from_slice(&body).ok();
        let said = failure.map(|failure| words(&failure.error, failure.error_description.as_deref()));
        Err(OidcError::answer(TOKENS, format!("status {status} {}", said.unwrap_or_default())))
    }

    /// What the ID token says, if it can be believed. Keys that are not known yet are asked for once.
    pub(super) async fn prove(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        nonce: &str,
        now: WallTime,
    ) -> Result<Claims> {
        let unproven = id_token::parse(tokens.id_token.expose())?;
        let issuer = self.settings.issuer.as_str();
        let expected = Expected { issuer, client_id: &self.settings.client_id, nonce, now };
        let keys = self.keys(metadata, now, false).await?;
        match unproven.open(&keys, &expected) {
            Err(TokenFault::UnknownKey) => {
                let keys = self.keys(metadata, now, true).await?;
                Ok(unproven.open(&keys, &expected)?)
            }
            opened => Ok(opened?),
        }
    }

    /// Adds what is wanted and not in the ID token: many providers put names and groups only here.
    pub(super) async fn complete(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        mut claims: Claims,
    ) -> Result<Claims> {
        let verified = (!self.settings.allowed_domains.is_empty()).then_some("email_verified");
        let role_claim = self.settings.roles.claim.as_deref();
        let mut wanted = ["email", "name"].into_iter().chain(verified).chain(role_claim);
        let complete = wanted.all(|name| claims.has(name));
        let (Some(address), Some(token), false) = (&metadata.userinfo, &tokens.access_token, complete) else {
            return Ok(claims);
        };
        let request = self.http.get(address.clone()).bearer_auth(token.expose());
        let more: Map<String, Value> = http::fetch(USERINFO, request).await?;
        // §5.3.2: what is said of somebody else must not be used.
        if more.get("sub").and_then(Value::as_str) != Some(claims.subject()) {
            return Err(OidcError::answer(USERINFO, "it speaks of somebody else"));
        }
        claims.add(more);
        Ok(claims)
    }
}

/// What the token endpoint gets, with the credentials where it wants them there.
fn form(grant: Grant<'_>, credentials: Option<(&str, &str)>) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", grant.code)
        .append_pair("redirect_uri", grant.redirect_uri)
        .append_pair("code_verifier", grant.verifier.expose());
    if let Some((id, secret)) = credentials {
        form.append_pair("client_id", id).append_pair("client_secret", secret);
    }
    form.finish()
}

/// RFC 6749 §2.3.1: both parts are encoded as in forms.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}

/// An error in the provider's words, for the log.
pub(super) fn words(error: &str, description: Option<&str>) -> String {
    let text = format!("{error} {}", description.unwrap_or_default());
    let plain = text.chars().map(|c| if is_plain(c) { c } else { ' ' });
    plain.take(MAX_WORDS).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_characters_of_a_secret_do_not_break_the_header() {
        let header = basic("a:b", "c d+é");
        let decoded = STANDARD.decode(header.trim_start_matches("Basic ")).expect("base64");
        assert_eq!(String::from_utf8(decoded).expect("text"), "a%3Ab:c+d%2B%C3%A9");
    }

    #[test]
    fn tokens_are_not_shown() {
        let tokens = r#"{"id_token":"canary","access_token":"canary","token_type":"Bearer"}"#;
        let tokens: Tokens = serde_json::from_str(tokens).expect("tokens");
        assert!(!format!("{tokens:?}").contains("canary"));
    }
}
