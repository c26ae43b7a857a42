//! An OpenID provider on a port of its own, that misbehaves where it is told to.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair,
};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nightjar_access::oidc::Answer;
use nightjar_model::{Secret, WallTime};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

use crate::make::NOW;

pub(crate) const CLIENT: &str = "nightjar";
pub(crate) const SECRET: &str = "a canary in a coal mine";

/// What the provider does; what is not said is right.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// Claims of the ID token; null takes one away.
    pub(crate) claims: Map<String, Value>,
    /// What the UserInfo endpoint says; none: there is no such endpoint.
    pub(crate) userinfo: Option<Value>,
    /// Laid over the discovery document.
    pub(crate) discovery: Map<String, Value>,
    /// Laid over the header of the ID token.
    pub(crate) header: Map<String, Value>,
    /// Whether the signature is taken away.
    pub(crate) unsigned: bool,
    /// What goes wrong, and where: `discovery`, `jwks`, `token`.
    pub(crate) broken: Option<(&'static str, Broken)>,
    /// The time of tokens.
    pub(crate) now: Option<WallTime>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Broken {
    Hangs,
    Giant,
    Redirects,
    Fails,
    Junk,
}

/// A key of the provider's.
pub(crate) enum Signer {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    /// With PSS padding, or with that of PKCS #1.
    Rsa(RsaKeyPair, bool),
}

struct Shared {
    address: String,
    script: Mutex<Script>,
    /// The key that signs, and those that are published.
    signer: Mutex<(String, Signer)>,
    published: Mutex<Vec<Value>>,
    /// What was asked for with each code: nonce and challenge.
    codes: Mutex<HashMap<String, (String, String)>>,
    key_readings: AtomicUsize,
}

pub(crate) struct TestProvider {
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

impl TestProvider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let signer = Signer::ed25519();
        let published = vec![signer.public("first")];
        let shared = Arc::new(Shared {
            address,
            script: Mutex::default(),
            signer: Mutex::new(("first".to_owned(), signer)),
            published: Mutex::new(published),
            codes: Mutex::default(),
            key_readings: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .route("/me", get(userinfo))
            .with_state(shared.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { shared, _serving: serving }
    }

    pub(crate) fn issuer(&self) -> String {
        self.shared.address.clone()
    }

    pub(crate) fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.shared.script.lock());
    }

    /// Says this in ID tokens.
    pub(crate) fn say(&self, claims: Value) {
        self.script(|script| script.claims = object(claims));
    }

    /// Signs with another key from now on; whether it is published too.
    pub(crate) fn rotate(&self, kid: &str, signer: Signer, publish: bool) {
        if publish {
            *self.shared.published.lock() = vec![signer.public(kid)];
        }
        *self.shared.signer.lock() = (kid.to_owned(), signer);
    }

    /// How often its keys were asked for.
    pub(crate) fn key_readings(&self) -> usize {
        self.shared.key_readings.load(Ordering::SeqCst)
    }

    /// What a browser brings back from the page at this address, when the person agrees.
    pub(crate) fn consent(&self, address: &Url) -> Answer {
        let asked: HashMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["redirect_uri"], "https://nightjar.example.org/api/v1/auth/oidc/test/callback");
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = format!("code-{}", self.shared.codes.lock().len());
        let kept = (asked["nonce"].clone(), asked["code_challenge"].clone());
        self.shared.codes.lock().insert(code.clone(), kept);
        Answer { state: Some(asked["state"].clone()), code: Some(Secret::new(code)), ..Answer::default() }
    }
}

impl Signer {
    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().expect("a key"))
    }

    pub(crate) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    pub(crate) fn rsa(pss: bool) -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"), pss)
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::P256(_) => "ES256",
            Self::Rsa(_, true) => "PS256",
            Self::Rsa(_, false) => "RS256",
        }
    }

    fn public(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut key = match self {
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]) })
            }
            Self::Rsa(pair, _) => {
                // PKCS #1: a sequence of the modulus, of 257 bytes with a zero in front, and 65537.
                let der = pair.public_key().as_ref();
                let (n, e) = (&der[9..265], &der[267..270]);
                json!({ "kty": "RSA", "n": text(n), "e": text(e) })
            }
        };
        key["kid"] = kid.into();
        key["use"] = "sig".into();
        key
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::P256(pair) => pair.sign(&random, message).expect("signs").as_ref().to_vec(),
            Self::Rsa(pair, pss) => {
                let padding: &'static dyn RsaEncoding =
                    if *pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, message, &mut signature).expect("signs");
                signature
            }
        }
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Response {
    if let Some(broken) = breaks(&shared, "discovery").await {
        return broken;
    }
    let at = &shared.address;
    let mut document = object(json!({
        "issuer": at,
        "authorization_endpoint": format!("{at}/auth"),
        "token_endpoint": format!("{at}/token"),
        "jwks_uri": format!("{at}/jwks"),
    }));
    let script = shared.script.lock();
    if script.userinfo.is_some() {
        document.insert("userinfo_endpoint".to_owned(), format!("{at}/me").into());
    }
    document.extend(script.discovery.clone());
    axum::Json(document).into_response()
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    shared.key_readings.fetch_add(1, Ordering::SeqCst);
    if let Some(broken) = breaks(&shared, "jwks").await {
        return broken;
    }
    axum::Json(json!({ "keys": *shared.published.lock() })).into_response()
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    if let Some(broken) = breaks(&shared, "token").await {
        return broken;
    }
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let secret = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}")));
    let by_header = headers.get(AUTHORIZATION).is_some_and(|value| value.as_bytes() == basic.as_bytes());
    let by_body = form.get("client_secret").is_some_and(|secret| secret == SECRET);
    let post_only = shared.script.lock().discovery.contains_key("token_endpoint_auth_methods_supported");
    if post_only != by_body || post_only == by_header {
        return refuse("invalid_client");
    }
    let Some((nonce, challenge)) = shared.codes.lock().remove(&form["code"]) else {
        return refuse("invalid_grant");
    };
    let made = URL_SAFE_NO_PAD.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    if made != challenge || form["grant_type"] != "authorization_code" {
        return refuse("invalid_grant");
    }
    let answer = json!({ "id_token": shared.id_token(&nonce), "access_token": "at", "token_type": "Bearer" });
    axum::Json(answer).into_response()
}

async fn userinfo(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if headers.get(AUTHORIZATION).is_none_or(|value| value != "Bearer at") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    axum::Json(shared.script.lock().userinfo.clone()).into_response()
}

fn refuse(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": error }))).into_response()
}

impl Shared {
    fn id_token(&self, nonce: &str) -> String {
        let script = self.script.lock();
        let (kid, signer) = &*self.signer.lock();
        let mut header = object(json!({ "alg": signer.algorithm(), "kid": kid, "typ": "JWT" }));
        lay_over(&mut header, &script.header);
        let now = script.now.unwrap_or(NOW).micros() / 1_000_000;
        let mut claims = object(json!({
            "iss": self.address, "aud": CLIENT, "sub": "ada-at-the-provider", "nonce": nonce,
            "iat": now, "exp": now + 300, "email": "ada@example.org", "email_verified": true,
            "name": "Ada Lovelace", "preferred_username": "ada",
        }));
        lay_over(&mut claims, &script.claims);
        let part =
            |part: &Map<String, Value>| URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).expect("JSON"));
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = if script.unsigned { Vec::new() } else { signer.sign(message.as_bytes()) };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The answer of something that is broken.
async fn breaks(shared: &Shared, place: &str) -> Option<Response> {
    let (at, how) = shared.script.lock().broken?;
    if at != place {
        return None;
    }
    Some(match how {
        Broken::Hangs => std::future::pending().await,
        Broken::Giant => {
            let chunk = || Ok::<_, std::convert::Infallible>(" ".repeat(64 * 1024));
            Body::from_stream(futures::stream::repeat_with(chunk)).into_response()
        }
        Broken::Redirects => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "http://127.0.0.1:9/elsewhere")]).into_response()
        }
        Broken::Fails => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Broken::Junk => "<html>".into_response(),
    })
}

fn lay_over(below: &mut Map<String, Value>, above: &Map<String, Value>) {
    for (name, value) in above {
        match value {
            Value::Null => drop(below.remove(name)),
            value => drop(below.insert(name.clone(), value.clone())),
        }
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}
