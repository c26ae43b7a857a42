//! Access tokens: JSON Web Tokens (RFC 7519) in the compact form of RFC 7515 with one algorithm,
//! Ed25519 (RFC 8037). What a token's header asks for is never followed, only compared.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightjar_model::{OrgId, SessionId, UserId, WallTime};
use serde::{Deserialize, Serialize};

const ISSUER: &str = "nightjar";
const AUDIENCE: &str = "nightjar-api";
const ALGORITHM: &str = "EdDSA";
/// By how much the clocks of two nodes may differ.
const SKEW: Duration = Duration::from_secs(30);
/// Ours have about 450 bytes.
const MAX_BYTES: usize = 2_048;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    /// The account.
    pub(crate) sub: UserId,
    /// The sign-in.
    pub(crate) sid: SessionId,
    /// The tenant.
    pub(crate) org: OrgId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JwtFault {
    /// Not a token of ours: form, algorithm, issuer, audience, signature.
    Invalid,
    /// Its time is over.
    Expired,
}

/// A key that signs, or that has signed.
pub(crate) struct JwtKey {
    pub(crate) kid: String,
    pair: Ed25519KeyPair,
}

/// A token that was taken apart, and is not yet proven.
pub(crate) struct Unproven<'a> {
    /// The key that it says it was signed with.
    pub(crate) kid: String,
    message: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

#[derive(Serialize)]
struct HeaderOut<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Deserialize)]
struct HeaderIn {
    alg: String,
    kid: String,
    typ: Option<String>,
    /// Extensions that must be understood (RFC 7515 §4.1.11): we understand none.
    crit: Option<serde_json::Value>,
}

impl Claims {
    /// Claims of a token that begins now.
    pub(crate) fn new(
        (org, user, session): (OrgId, UserId, SessionId),
        now: WallTime,
        lifetime: Duration,
    ) -> Self {
        let iat = seconds(now);
        let exp = iat.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX));
        Self { iss: ISSUER.into(), aud: AUDIENCE.into(), sub: user, sid: session, org, iat, nbf: iat, exp }
    }

    /// When the token ends.
    pub(crate) fn expires_at(&self) -> WallTime {
        WallTime::from_micros(self.exp.saturating_mul(1_000_000))
    }

    /// Whether they are meant for us and for now.
    pub(crate) fn check(&self, now: WallTime) -> Result<(), JwtFault> {
        if self.iss != ISSUER || self.aud != AUDIENCE {
            return Err(JwtFault::Invalid);
        }
        let (now, skew) = (seconds(now), i64::try_from(SKEW.as_secs()).unwrap_or(i64::MAX));
        if self.exp <= now.saturating_sub(skew) {
            return Err(JwtFault::Expired);
        }
        let begun = now.saturating_add(skew);
        if self.nbf > begun || self.iat > begun || self.exp <= self.iat {
            return Err(JwtFault::Invalid);
        }
        Ok(())
    }
}

impl JwtKey {
    /// A key from its PKCS#8 form; none if it is not one.
    pub(crate) fn from_pkcs8(kid: String, pkcs8: &[u8]) -> Option<Self> {
        Some(Self { kid, pair: Ed25519KeyPair::from_pkcs8(pkcs8).ok()? })
    }

    /// The token that says this.
    pub(crate) fn sign(&self, claims: &Claims) -> String {
        let header = HeaderOut { alg: ALGORITHM, typ: "JWT", kid: &self.kid };
        let message = format!("{}.{}", encode(&header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// What a token says that was signed with this key. Its time is still to be checked.
    pub(crate) fn open(&self, token: &Unproven<'_>) -> Result<Claims, JwtFault> {
        let public = UnparsedPublicKey::new(&ED25519, self.pair.public_key().as_ref());
        public.verify(token.message.as_bytes(), &token.signature).map_err(|_| JwtFault::Invalid)?;
        decode(token.payload)
    }
}

impl fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Takes a token apart; refuses what does not say that it is signed as ours are.
pub(crate) fn parse(token: &str) -> Result<Unproven<'_>, JwtFault> {
    if token.len() > MAX_BYTES {
        return Err(JwtFault::Invalid);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(JwtFault::Invalid)?;
    let (header, payload) = message.split_once('.').ok_or(JwtFault::Invalid)?;
    let header: HeaderIn = decode(header)?;
    let typ_fits = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if header.alg != ALGORITHM || header.crit.is_some() || !typ_fits {
        return Err(JwtFault::Invalid);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwtFault::Invalid)?;
    Ok(Unproven { kid: header.kid, message, payload, signature })
}

fn encode(part: &impl Serialize) -> String {
    // These are two plain structures of texts and numbers.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).expect("plain fields become JSON"))
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, JwtFault> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtFault::Invalid)?;
    serde_json::from_slice(&json).map_err(|_| JwtFault::Invalid)
}

fn seconds(time: WallTime) -> i64 {
    time.micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: WallTime = WallTime::from_millis(1_763_645_921_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn key(kid: &str) -> JwtKey {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let pkcs8 = pair.to_pkcs8v1().expect("a document");
        JwtKey::from_pkcs8(kid.into(), pkcs8.as_ref()).expect("reads back")
    }

    fn claims() -> Claims {
        let (user, session) = (UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        Claims::new((OrgId::DEFAULT, user, session), NOW, 15 * MINUTE)
    }

    fn verify(key: &JwtKey, token: &str, now: WallTime) -> Result<Claims, JwtFault> {
        let claims = key.open(&parse(token)?)?;
        claims.check(now).map(|()| claims)
    }

    /// A token with any header and claims, signed with the key.
    fn forge(key: &JwtKey, header: &str, claims: &serde_json::Value) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), encode(claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(key.pair.sign(message.as_bytes())))
    }

    #[test]
    fn a_token_proves_its_claims_until_it_ends() {
        let key = key("a");
        let token = key.sign(&claims());
        assert_eq!(parse(&token).expect("ours").kid, "a");
        assert_eq!(verify(&key, &token, NOW), Ok(claims()));
        assert_eq!(verify(&key, &token, NOW + 15 * MINUTE), Ok(claims()), "within the skew");
        assert_eq!(verify(&key, &token, NOW + 16 * MINUTE), Err(JwtFault::Expired));
        assert_eq!(verify(&key, &token, NOW - MINUTE), Err(JwtFault::Invalid), "not begun");
        assert_eq!(claims().expires_at(), NOW + 15 * MINUTE);
    }

    #[test]
    fn only_our_algorithm_and_our_keys_prove_anything() {
        let (ours, other) = (key("a"), key("a"));
        assert_eq!(verify(&ours, &other.sign(&claims()), NOW), Err(JwtFault::Invalid));
        let claims = serde_json::to_value(claims()).expect("JSON");
        let good = r#"{"alg":"EdDSA","kid":"a"}"#;
        assert!(verify(&ours, &forge(&ours, good, &claims), NOW).is_ok());
        for header in [
            r#"{"alg":"none","kid":"a"}"#,
            r#"{"alg":"None","kid":"a"}"#,
            r#"{"alg":"HS256","kid":"a"}"#,
            r#"{"alg":"RS256","kid":"a"}"#,
            r#"{"alg":"EdDSA"}"#,
            r#"{"kid":"a"}"#,
            r#"{"alg":"EdDSA","kid":"a","crit":["exp"]}"#,
            r#"{"alg":"EdDSA","kid":"a","typ":"other"}"#,
            r#"{"alg":"EdDSA","alg":"none","kid":"a"}"#,
            "[]",
            "",
        ] {
            let token = forge(&ours, header, &claims);
            assert_eq!(verify(&ours, &token, NOW), Err(JwtFault::Invalid), "{header}");
        }
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(good), encode(&claims));
        assert_eq!(verify(&ours, &unsigned, NOW), Err(JwtFault::Invalid));
    }

    #[test]
    fn claims_for_somebody_else_are_refused() {
        let key = key("a");
        let good = serde_json::to_value(claims()).expect("JSON");
        for (name, value) in [
            ("aud", "other".into()),
            ("iss", "other".into()),
            ("iat", serde_json::json!(seconds(NOW) + 120)),
            ("nbf", serde_json::json!(seconds(NOW) + 120)),
            ("exp", serde_json::json!(i64::MIN)),
            ("exp", serde_json::json!("never")),
            ("sid", serde_json::Value::Null),
        ] {
            let mut wrong = good.clone();
            wrong[name] = value;
            let token = forge(&key, r#"{"alg":"EdDSA","kid":"a"}"#, &wrong);
            assert!(verify(&key, &token, NOW).is_err(), "{name}");
        }
        for name in ["aud", "iss", "iat", "nbf", "exp", "sub", "sid", "org"] {
            let mut wrong = good.clone();
            wrong.as_object_mut().expect("an object").remove(name);
            let token = forge(&key, r#"{"alg":"EdDSA","kid":"a"}"#, &wrong);
            assert_eq!(verify(&key, &token, NOW), Err(JwtFault::Invalid), "{name}");
        }
    }

    #[test]
    fn no_changed_or_missing_character_goes_unnoticed() {
        let key = key("a");
        let token = key.sign(&claims());
        for at in 0..token.len() {
            assert!(verify(&key, &token[..at], NOW).is_err(), "cut at {at}");
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(verify(&key, &changed, NOW).is_err(), "changed at {at}");
        }
        for junk in ["", ".", "..", "...", "a.b.c", "ä.ä.ä", &format!("{token}.{token}"), &"x.".repeat(5_000)]
        {
            assert!(verify(&key, junk, NOW).is_err(), "{junk}");
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", key("a")), r#"JwtKey { kid: "a", .. }"#);
    }
}
