//! A provider's public keys (RFC 7517, RFC 7518 §6, RFC 8037 §2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::Result;
use super::algorithm::{Algorithm, Material};
use super::http;

const WHAT: &str = "key set";
/// Keys that are looked at.
const MAX_KEYS: usize = 100;

/// A key that ID tokens may be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    kid: Option<String>,
    /// The only algorithm it is for, if it says so.
    only: Option<Algorithm>,
    material: Material,
}

#[derive(Deserialize)]
pub(super) struct KeySet {
    pub(super) keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    /// Whether a signature by this algorithm, said to be of the key `kid`, can be this key's.
    pub(super) fn fits(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        let named = kid.is_none() || self.kid.as_deref() == kid;
        named && self.only.is_none_or(|only| only == algorithm) && algorithm.takes(&self.material)
    }

    /// Whether it has signed the message.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        algorithm.verify(&self.material, message, signature)
    }
}

/// Reads the keys at an address. Those we can't use are left out.
pub(super) async fn fetch(request: reqwest::RequestBuilder) -> Result<Vec<Key>> {
    let set: KeySet = http::fetch(WHAT, request).await?;
    Ok(set.keys.into_iter().take(MAX_KEYS).filter_map(read).collect())
}

pub(super) fn read(value: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let signs = jwk.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
        && jwk.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
    // A key for an algorithm that is not believed is none.
    let only = jwk.alg.as_deref().map(Algorithm::named);
    if !signs || only == Some(None) {
        return None;
    }
    let material = material(&jwk)?;
    Some(Key { kid: jwk.kid, only: only.flatten(), material })
}

fn material(jwk: &Jwk) -> Option<Material> {
    match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => Some(Material::Rsa { n: number(jwk.n.as_deref()?)?, e: number(jwk.e.as_deref()?)? }),
        ("EC", Some("P-256")) => {
            let (x, y) = (point(jwk.x.as_deref()?)?, point(jwk.y.as_deref()?)?);
            Some(Material::P256([&[4][..], &x, &y].concat()))
        }
        ("OKP", Some("Ed25519")) => Some(Material::Ed25519(point(jwk.x.as_deref()?)?)),
        _ => None,
    }
}

/// A number without zeros in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

/// A coordinate of 256 bits.
fn point(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn okp() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": URL_SAFE_NO_PAD.encode([7; 32]) })
    }

    #[test]
    fn a_key_is_used_only_for_what_it_is_for() {
        let key = read(okp()).expect("a key");
        assert!(key.fits(Algorithm::EdDsa, Some("a")) && key.fits(Algorithm::EdDsa, None));
        assert!(!key.fits(Algorithm::EdDsa, Some("b")));
        for other in [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256] {
            assert!(!key.fits(other, Some("a")), "{other:?}");
        }
        let rsa = json!({ "kty": "RSA", "alg": "PS256", "n": "AMX_", "e": "AQAB" });
        let rsa = read(rsa).expect("a key");
        assert!(rsa.fits(Algorithm::Ps256, None) && !rsa.fits(Algorithm::Rs256, None));
        assert_eq!(rsa.material, Material::Rsa { n: vec![0xc5, 0xff], e: vec![1, 0, 1] });
    }

    #[test]
    fn keys_for_something_else_are_left_out() {
        for (name, value) in [
            ("use", json!("enc")),
            ("key_ops", json!(["encrypt"])),
            ("alg", json!("HS256")),
            ("alg", json!("none")),
            ("kty", json!("oct")),
            ("crv", json!("X25519")),
            ("x", json!("AAAA")),
            ("x", json!(7)),
        ] {
            let mut other = okp();
            other[name] = value.clone();
            assert_eq!(read(other), None, "{name} {value}");
        }
        for junk in [json!(null), json!("key"), json!({}), json!({ "kty": "RSA", "n": "", "e": "AQAB" })] {
            assert_eq!(read(junk.clone()), None, "{junk}");
        }
    }
}
