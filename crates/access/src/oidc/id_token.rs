//! ID tokens: JSON Web Signatures in the compact form (RFC 7515), checked as OpenID Connect Core 1.0
//! §3.1.3.7 wants it. What a token's header asks for is only ever compared with what is believed.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightjar_model::WallTime;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::claims::Claims;
use super::jwks::Key;

/// By how much a provider's clock may differ from ours.
const SKEW: Duration = Duration::from_secs(60);
/// Tokens with hundreds of groups have some ten thousand bytes.
const MAX_BYTES: usize = 64 * 1024;
/// The longest name of a person at a provider (§2).
const MAX_SUBJECT: usize = 255;

/// Why an ID token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is no signed token.
    #[error("it is not a signed token")]
    Form,
    /// It is signed in a way that is not believed, or not at all.
    #[error("its algorithm is not one of RS256, PS256, ES256 and EdDSA")]
    Algorithm,
    /// The provider has no such key.
    #[error("it names a key that the provider does not have")]
    UnknownKey,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// Somebody else has made it.
    #[error("it is of another issuer")]
    Issuer,
    /// It is meant for somebody else.
    #[error("it is meant for another client")]
    Audience,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not begun.
    #[error("it is from the future")]
    NotYet,
    /// It belongs to another sign-in.
    #[error("its nonce is of another sign-in")]
    Nonce,
    /// It names nobody.
    #[error("it names nobody")]
    Subject,
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: WallTime,
}

/// A token that was taken apart, and is not yet proven.
#[derive(Debug)]
pub(super) struct Unproven<'a> {
    algorithm: Algorithm,
    kid: Option<String>,
    message: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// Extensions that must be understood (RFC 7515 §4.1.11): we understand none.
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Registered {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Takes a token apart.
pub(super) fn parse(token: &str) -> Result<Unproven<'_>, TokenFault> {
    if token.len() > MAX_BYTES {
        return Err(TokenFault::Form);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(TokenFault::Form)?;
    let (header, payload) = message.split_once('.').ok_or(TokenFault::Form)?;
    let header: Header = decode(header)?;
    let typ_fits = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if header.crit.is_some() || !typ_fits {
        return Err(TokenFault::Form);
    }
    let algorithm = Algorithm::named(&header.alg).ok_or(TokenFault::Algorithm)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenFault::Form)?;
    Ok(Unproven { algorithm, kid: header.kid, message, payload, signature })
}

impl Unproven<'_> {
    /// What it says, if it is signed with one of these keys and meant for us and for now.
    pub(super) fn open(&self, keys: &[Key], expected: &Expected<'_>) -> Result<Claims, TokenFault> {
        let fitting: Vec<&Key> =
            keys.iter().filter(|key| key.fits(self.algorithm, self.kid.as_deref())).collect();
        let signed = |key: &&Key| key.verify(self.algorithm, self.message.as_bytes(), &self.signature);
        if !fitting.iter().any(signed) {
            // A token that names no key may be signed with one that is new.
            let known = self.kid.is_some() && !fitting.is_empty();
            return Err(if known { TokenFault::Signature } else { TokenFault::UnknownKey });
        }
        let registered: Registered = decode(self.payload)?;
        registered.check(expected)?;
        let all: Map<String, Value> = decode(self.payload)?;
        Ok(Claims::new(registered.sub, all))
    }
}

impl Registered {
    fn check(&self, expected: &Expected<'_>) -> Result<(), TokenFault> {
        if self.iss != expected.issuer {
            return Err(TokenFault::Issuer);
        }
        let (meant, alone) = match &self.aud {
            Audience::One(one) => (one == expected.client_id, true),
            Audience::Several(all) => (all.iter().any(|one| one == expected.client_id), all.len() == 1),
        };
        let party_fits = match self.azp.as_deref() {
            Some(party) => party == expected.client_id,
            None => alone,
        };
        if !meant || !party_fits {
            return Err(TokenFault::Audience);
        }
        let now = expected.now.micros() as f64 / 1e6;
        let skew = SKEW.as_secs_f64();
        // Written so that what is no number fails.
        if self.exp.is_nan() || self.exp <= now - skew {
            return Err(TokenFault::Expired);
        }
        if !(self.iat <= now + skew && self.nbf.is_none_or(|begin| begin <= now + skew)) {
            return Err(TokenFault::NotYet);
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(TokenFault::Nonce);
        }
        if self.sub.is_empty() || self.sub.len() > MAX_SUBJECT || self.sub.chars().any(char::is_control) {
            return Err(TokenFault::Subject);
        }
        Ok(())
    }
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, TokenFault> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Form)?;
    serde_json::from_slice(&json).map_err(|_| TokenFault::Form)
}
