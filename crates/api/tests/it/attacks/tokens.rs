//! Forged access tokens, tokens in the place of other tokens, refresh tokens that are used twice.

use std::time::Duration;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nightjar_model::{GroupScope, OrgId, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{HOME, Lab, from, get, post, signed_in, text};
use crate::database::on_both;
use crate::lab::{request, send};

/// What a forger has: a good token, and what its server signs with.
struct Forge {
    pair: Ed25519KeyPair,
    kid: String,
    claims: Value,
    good: String,
    now: i64,
}

impl Forge {
    async fn of(lab: &Lab) -> Self {
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

    fn header(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.kid })
    }

    /// The claims with some of them changed.
    fn claims(&self, changes: &Value) -> String {
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

    fn ours(&self, header: &Value, claims: &str) -> String {
        self.signed(&self.pair, &header.to_string(), claims)
    }

    /// Signatures that prove nothing.
    fn unsigned(&self) -> Vec<(String, String)> {
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
    fn foreign(&self) -> Vec<(String, String)> {
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
    fn wrong_claims(&self) -> Vec<(String, String)> {
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
    fn misshapen(&self) -> Vec<(String, String)> {
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

async fn forged_access_tokens_are_nobodys(lab: &Lab) {
    let forge = Forge::of(lab).await;
    let again = forge.ours(&forge.header(), &forge.claims(&json!({})));
    assert!(get(lab, "/api/v1/auth/me", Some(&again)).await.status.is_success(), "the forge works");
    let forged = [forge.unsigned(), forge.foreign(), forge.wrong_claims(), forge.misshapen()].concat();
    assert!(forged.len() > 90, "{}", forged.len());
    for (told, token) in forged {
        let reply = get(lab, "/api/v1/auth/me", Some(&token)).await;
        assert_eq!(reply.status.as_u16(), 401, "{told}: {token}");
        reply.error(401, "AUTH_TOKEN_INVALID");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{told}");
    }
    assert!(get(lab, "/api/v1/auth/me", Some(&forge.good)).await.status.is_success());
    lab.set_time(lab.state.clock.now() + Duration::from_secs(16 * 60));
    get(lab, "/api/v1/auth/me", Some(&forge.good)).await.error(401, "AUTH_TOKEN_INVALID");
}

/// One good token of each kind, by the name of what it is for.
async fn one_of_each(lab: &Lab) -> Vec<(&'static str, String)> {
    let segment = lab.studio.record(0, 8, 4).await[0].id;
    let session = signed_in(lab, "grace", Role::Admin).await;
    let (access, refresh) = (text(&session["token"]), text(&session["refresh_token"]));
    let draft = json!({ "name": "x", "permissions": ["camera:read", "recording:read", "event:read"] });
    let api = text(&post(lab, "/api/v1/tokens", Some(&access), draft).await.data()["secret"]);
    let ticket = text(&post(lab, "/api/v1/ws/tickets", Some(&access), Value::Null).await.data()["token"]);
    let signed = get(lab, &format!("/api/v1/recordings/{segment}/signed-url"), Some(&access)).await.data();
    let media = text(&signed["url"]).split_once("token=").expect("a token").1.to_owned();
    let setup = "a".repeat(43);
    vec![
        ("access", access),
        ("api", api),
        ("refresh", refresh),
        ("ticket", ticket),
        ("media", media),
        ("setup", setup),
        ("password", super::PASSWORD.to_owned()),
    ]
}

async fn a_token_opens_what_it_is_for_and_nothing_else(lab: &Lab) {
    let tokens = one_of_each(lab).await;
    let segment = lab.studio.record(100, 8, 4).await[0].id;
    for (kind, token) in &tokens {
        if !["access", "api"].contains(kind) {
            let reply = get(lab, "/api/v1/cameras", Some(token)).await;
            assert_eq!(reply.status.as_u16(), 401, "{kind} as an access token");
        }
        let escaped = super::documented::escape(token);
        for name in ["token", "access_token", "api_key", "key"] {
            let reply = get(lab, &format!("/api/v1/cameras?{name}={escaped}"), None).await;
            reply.error(401, "AUTH_TOKEN_MISSING");
        }
        let cookies = format!("nightjar_refresh={token}; token={token}; session={token}");
        let asked = request(Method::GET, "/api/v1/cameras", &[("cookie", &cookies)], Body::empty());
        send(&lab.bare(), from(HOME, asked)).await.error(401, "AUTH_TOKEN_MISSING");
        let basic = format!("Basic {}", STANDARD.encode(format!("grace:{token}")));
        let asked = request(Method::GET, "/api/v1/cameras", &[("authorization", &basic)], Body::empty());
        send(&lab.bare(), from(HOME, asked)).await.error(401, "AUTH_TOKEN_INVALID");

        if *kind != "refresh" {
            let body = json!({ "refresh_token": token });
            post(lab, "/api/v1/auth/refresh", None, body).await.error(401, "AUTH_TOKEN_INVALID");
            let headers = [("content-type", "application/json"), ("cookie", cookies.as_str())];
            let asked = request(Method::POST, "/api/v1/auth/refresh", &headers, Body::from("{}"));
            send(&lab.bare(), from(HOME, asked)).await.error(401, "AUTH_TOKEN_INVALID");
        }
        // The media token is another file's.
        let url = format!("/api/v1/storage/segments/{segment}/download?token={escaped}");
        get(lab, &url, None).await.error(401, "AUTH_TOKEN_INVALID");
        if *kind != "ticket" {
            let url = format!("/api/v1/ws/events?token={escaped}");
            get(lab, &url, None).await.error(401, "AUTH_TOKEN_INVALID");
        }
        let body = json!({ "token": token, "username": "eve", "password": "quiet herons in fog" });
        post(lab, "/api/v1/setup", None, body).await.error(401, "AUTH_TOKEN_INVALID");
        if *kind != "password" {
            let body = json!({ "username": "grace", "password": token });
            let reply = post(lab, "/api/v1/auth/login", None, body).await;
            assert!([401, 429].contains(&reply.status.as_u16()), "{kind} as a password");
        }
    }
    let access = &tokens[0].1;
    assert!(get(lab, "/api/v1/auth/me", Some(access)).await.status.is_success(), "it is still good");
}

async fn a_refresh_token_used_twice_ends_the_sign_in_and_is_told(lab: &Lab) {
    let session = signed_in(lab, "grace", Role::Viewer).await;
    let first = json!({ "refresh_token": session["refresh_token"] });
    let second = post(lab, "/api/v1/auth/refresh", None, first.clone()).await.data();
    let thief = request(
        Method::POST,
        "/api/v1/auth/refresh",
        &[("content-type", "application/json")],
        Body::from(first.to_string()),
    );
    let caught = send(&lab.bare(), from("203.0.113.9", thief)).await;
    caught.error(401, "AUTH_TOKEN_INVALID");
    get(lab, "/api/v1/auth/me", Some(&text(&second["token"]))).await.error(401, "AUTH_TOKEN_INVALID");
    for token in [&second["refresh_token"], &session["refresh_token"]] {
        let body = json!({ "refresh_token": token });
        post(lab, "/api/v1/auth/refresh", None, body).await.error(401, "AUTH_TOKEN_INVALID");
    }

    let entries = lab.data("/api/v1/audit?action=auth.refresh").await;
    let entries = entries["items"].as_array().expect("a list");
    assert_eq!(entries.len(), 1, "once, however often it is tried: {entries:#?}");
    let entry = &entries[0];
    assert_eq!(entry["request_id"], caught.header("x-request-id"));
    assert_eq!(
        (&entry["outcome"], &entry["ip"], &entry["object_id"], &entry["actor"]["name"]),
        (&json!("refused"), &json!("203.0.113.9"), &session["user"]["id"], &json!("grace"))
    );
    let event = loop {
        let events = lab.data("/api/v1/events?type=refresh_token_reused").await;
        if let Some(event) = events["items"].get(0) {
            break event.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(event["severity"], "warning");
    assert_eq!(
        (&event["metadata"]["username"], &event["metadata"]["ip"]),
        (&json!("grace"), &json!("203.0.113.9"))
    );
}

on_both!(
    forged_access_tokens_are_nobodys,
    a_token_opens_what_it_is_for_and_nothing_else,
    a_refresh_token_used_twice_ends_the_sign_in_and_is_told,
);
