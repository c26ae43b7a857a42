//! Access tokens that a forger makes: with no key, a wrong one, a borrowed one, and with our own.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nightjar_model::{GroupScope, OrgId, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Lab;

/// What a forger has: a good token, and what its server signs with.
pub(super) struct Forge {
    pair: Ed25519KeyPair,
    kid: String,
    claims: Value,
    /// The good token.
    pub(super) good: String,
    now: i64,
}

impl Forge {
    pub(super) async fn of(lab: &Lab) -> Self {
        let user = lab.people.user(OrgId::DEFAULT, Role::Viewer, GroupScope::All).await;
        let good = lab.people.sign_in(&user).await;
        let payload = good.split('.').nth(1).expect("a payload");
        let claims =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("claims");
        let key = lab.state.catalog.signing_keys().await.expect("are read").remove(0);
        let pkcs8 = STANDARD.decode(key.private.expose()).expect("base64");
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).expect("a key");
        Self { pair, kid: key.kid, claims, good, now: lab.state.clock.now().micros() / 1_000_000 }
    }

    pub(super) fn header(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.kid })
    }

    /// The claims with some of them changed.
    pub(super) fn claims(&self, changes: &Value) -> String {
        let mut claims = self.claims.clone();
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.to_string()
    }

    fn signed(&self, pair: &Ed25519KeyPair, header: &str, claims: &str) -> String {
        let message = message(header, claims);
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
    }

    pub(super) fn ours(&self, header: &Value, claims: &str) -> String {
        self.signed(&self.pair, &header.to_string(), claims)
    }

    /// Signatures that prove nothing.
    pub(super) fn unsigned(&self) -> Vec<(String, String)> {
        let claims = self.claims(&json!({}));
        let mut forged = Vec::new();
        for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "RS256", "ES256", "Ed448", "eddsa"] {
            let header = json!({ "alg": algorithm, "typ": "JWT", "kid": self.kid }).to_string();
            let genuine = self.good.rsplit('.').next().expect("a signature");
            for signature in ["", "AA", genuine] {
                forged.push((
                    format!("alg {algorithm:?}"),
                    format!("{}.{signature}", message(&header, &claims)),
                ));
            }
            forged.push((format!("alg {algorithm:?}, our key"), self.signed(&self.pair, &header, &claims)));
        }
        // The public key is public: whoever took it for the key of an HMAC would let everybody in.
        let public = self.pair.public_key().as_ref().to_vec();
        let keys = [
            public.clone(),
            STANDARD.encode(&public).into_bytes(),
            self.kid.clone().into_bytes(),
            vec![0; 32],
        ];
        for key in keys {
            for header in [json!({ "alg": "HS256", "kid": self.kid }), self.header()] {
                let message = message(&header.to_string(), &claims);
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), message.as_bytes());
                forged.push((format!("HMAC {header}"), format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))));
            }
        }
        forged
    }

    /// Keys that are not ours, named and brought along in all ways.
    pub(super) fn foreign(&self) -> Vec<(String, String)> {
        let mine = Ed25519KeyPair::generate().expect("a key");
        let x = URL_SAFE_NO_PAD.encode(mine.public_key().as_ref());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid });
        let long = "k".repeat(1_000);
        let mut headers = vec![
            self.header(),
            json!({ "alg": "EdDSA", "kid": self.kid, "jwk": jwk }),
            json!({ "alg": "EdDSA", "kid": self.kid, "jku": "http://127.0.0.1:1/keys" }),
            json!({ "alg": "EdDSA", "kid": self.kid, "x5u": "http://127.0.0.1:1/cert" }),
            json!({ "alg": "EdDSA", "kid": null }),
            json!({ "alg": "EdDSA", "kid": [self.kid] }),
            json!({ "alg": "EdDSA" }),
        ];
        for kid in [
            "unknown",
            "",
            "../../../../dev/null",
            "/etc/passwd",
            "' OR '1'='1",
            "x' UNION SELECT 'MC4CAQAwBQYDK2VwBCIEIA' --",
            "'; DROP TABLE signing_keys; --",
            "\u{0}",
            "| id",
            &long,
        ] {
            headers.push(json!({ "alg": "EdDSA", "kid": kid }));
        }
        let claims = self.claims(&json!({}));
        let forge =
            |header: &Value| (format!("foreign {header}"), self.signed(&mine, &header.to_string(), &claims));
        headers.iter().map(forge).collect()
    }

    /// What only whoever has our key could sign, and would never.
    pub(super) fn wrong_claims(&self) -> Vec<(String, String)> {
        let (now, other) = (self.now, Uuid::now_v7().to_string());
        let changes = [
            json!({ "aud": "nightjar-media" }),
            json!({ "aud": ["nightjar-api", "other"] }),
            json!({ "aud": null }),
            json!({ "iss": "nightjar2" }),
            json!({ "iss": "" }),
            json!({ "iat": now - 2_000, "nbf": now - 2_000, "exp": now - 31 }),
            json!({ "exp": 0 }),
            json!({ "exp": -1 }),
            json!({ "exp": "9999999999" }),
            json!({ "exp": 1e300 }),
            json!({ "exp": null }),
            json!({ "nbf": now + 60 }),
            json!({ "iat": now + 60 }),
            json!({ "sub": other }),
            json!({ "sid": other }),
            json!({ "org": other }),
            json!({ "sub": "' OR '1'='1" }),
            json!({ "sid": "../../x" }),
        ];
        let header = self.header();
        let mut forged: Vec<_> =
            changes.iter().map(|it| (format!("claims {it}"), self.ours(&header, &self.claims(it)))).collect();
        let twice = self.claims(&json!({})).replacen('{', &format!("{{\"sub\":\"{other}\","), 1);
        forged.push(("a claim twice".to_owned(), self.ours(&header, &twice)));
        for extra in [json!({ "crit": ["exp"] }), json!({ "typ": "JWE" }), json!({ "alg": "EdDSA " })] {
            let mut header = self.header();
            let (name, value) = extra.as_object().and_then(|extra| extra.iter().next()).expect("one");
            header[name] = value.clone();
            forged.push((format!("header {extra}"), self.ours(&header, &self.claims(&json!({})))));
        }
        forged
    }

    /// The good one, spoilt.
    pub(super) fn misshapen(&self) -> Vec<(String, String)> {
        let [header, payload, signature]: [&str; 3] =
            self.good.split('.').collect::<Vec<_>>().try_into().expect("three parts");
        let standard = STANDARD.encode(URL_SAFE_NO_PAD.decode(payload).expect("base64"));
        let tokens = [
            format!("{header}.{payload}"),
            format!("{header}.{payload}.{signature}."),
            format!("{header}.{payload}.{signature}.x.y"),
            format!("{header}..{signature}"),
            format!("{header}.{payload}.{signature}="),
            format!("{header}.{payload}={signature}"),
            format!("{header}.{standard}==.{signature}"),
            format!("{header}.{payload}.{}", signature.to_uppercase()),
            format!("{}.{payload}.{signature}", header.to_lowercase()),
            self.good.replacen('.', " .", 1),
            "null".to_owned(),
            "x".repeat(8_000),
            ".".repeat(1_000),
        ];
        tokens.into_iter().map(|token| (format!("spoilt {token:.40}"), token)).collect()
    }
}

fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}
