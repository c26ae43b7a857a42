//! Signing in at a real OpenID provider, which `scripts/with-services` starts: its pages are visited as
//! a browser does it, with its cookies.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method};
use nightjar_access::oidc::{Issuer, Oidc, OidcConfig, OidcProvider, RoleRules};
use nightjar_access::{Access, AccessConfig};
use nightjar_api::{ApiState, Clock};
use nightjar_model::{OrgId, Role, Secret};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use url::Url;

use crate::lab::{Lab, Reply, cache, request, send};

const START: &str = "/api/v1/auth/oidc/test/start";
const CALLBACK: &str = "/api/v1/auth/oidc/test/callback";

/// A server that the provider knows as `http://nightjar.test`, at the present time.
struct Server {
    _lab: Lab,
    state: ApiState,
    router: axum::Router,
}

/// A browser: visits the provider over the network, and the server without one.
struct Browser {
    http: reqwest::Client,
    /// By host.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

async fn server() -> Server {
    let issuer = std::env::var("NIGHTJAR_TEST_OIDC").expect("run it through scripts/with-services");
    let lab = Lab::new().await;
    let cache = cache().await;
    let access = Access::new(lab.state.catalog.clone(), cache.clone(), AccessConfig::default());
    let access = access.expect("accounts");
    let mapping = [("nightjar-admins".to_owned(), Role::Admin), ("guards".to_owned(), Role::Viewer)];
    let provider = OidcProvider {
        name: "test".to_owned(),
        label: "Test provider".to_owned(),
        issuer: Issuer::parse(&issuer).expect("an issuer"),
        client_id: "nightjar".to_owned(),
        client_secret: Secret::new("nightjar test secret"),
        scopes: "openid profile email groups".to_owned(),
        roles: RoleRules { claim: Some("groups".to_owned()), mapping: mapping.into(), default: None },
        organization: None,
        create_users: true,
        allowed_domains: vec!["example.org".to_owned(), "example.com".to_owned()],
    };
    let config = OidcConfig {
        public_url: "http://nightjar.test".to_owned(),
        providers: vec![provider],
        patience: Duration::from_secs(10),
    };
    let oidc = Oidc::new(access.clone(), config).expect("made");
    // The provider's tokens are of now.
    let state = ApiState { access, oidc, cache, clock: Clock::system(), ..lab.state.clone() };
    let router = nightjar_api::router(state.clone());
    Server { _lab: lab, state, router }
}

impl Server {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        send(&self.router, request(Method::GET, path, headers, Body::empty())).await
    }

    /// What the audit trail has of these actions, newest first.
    async fn audit(&self, action: &str) -> Vec<Value> {
        let admin = self._lab.people.token(Role::Admin).await;
        let bearer = format!("Bearer {admin}");
        let path = format!("/api/v1/audit?action={action}");
        let entries = self.get(&path, &[("authorization", &bearer)]).await.data();
        entries["items"].as_array().expect("a list").clone()
    }
}

impl Browser {
    fn new() -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        Self { http, cookies: BTreeMap::new() }
    }

    fn cookie_header(&self, host: &str) -> String {
        let cookies = self.cookies.get(host).into_iter().flatten();
        cookies.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&mut self, host: &str, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().expect("ASCII");
            let pair = text.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            let jar = self.cookies.entry(host.to_owned()).or_default();
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Opens a path of the server's.
    async fn open(&mut self, server: &Server, path: &str) -> Reply {
        let cookies = self.cookie_header("server");
        let reply = server.get(path, &[("cookie", &cookies)]).await;
        self.keep_cookies("server", &reply.headers);
        reply
    }

    /// Goes through the provider's pages as `name`, from the address that the server gave, to the one
    /// that the provider sends it back with.
    async fn log_in(&mut self, address: &str, name: &str) -> String {
        let mut url = Url::parse(address).expect("an address");
        let mut form = None;
        for _ in 0..12 {
            if url.host_str() == Some("nightjar.test") {
                return url[url::Position::BeforePath..].to_owned();
            }
            let (location, page) = self.visit(&url, form.take()).await;
            match location {
                Some(location) => url = url.join(&location).expect("an address"),
                None if page.contains("name=\"password\"") => {
                    let password: String = name.chars().rev().collect();
                    form = Some(format!("name={name}&password={password}"));
                }
                None if page.contains("Allow") => form = Some("allow=1".to_owned()),
                None => panic!("{url}: {page}"),
            }
        }
        panic!("the provider goes round and round at {url}");
    }

    async fn visit(&mut self, url: &Url, form: Option<String>) -> (Option<String>, String) {
        let cookies = self.cookie_header("provider");
        let request = match form {
            None => self.http.get(url.clone()),
            Some(form) => {
                let kind = "application/x-www-form-urlencoded";
                self.http.post(url.clone()).header("content-type", kind).body(form)
            }
        };
        let reply = request.header(COOKIE, cookies).send().await.expect("the provider answers");
        self.keep_cookies("provider", reply.headers());
        let location = reply.headers().get(LOCATION).map(|value| value.to_str().expect("ASCII").to_owned());
        (location, reply.text().await.expect("a page"))
    }

    /// All of it: gives the answer of the callback.
    async fn sign_in(&mut self, server: &Server, name: &str) -> Reply {
        let started = self.open(server, &format!("{START}?return_to=/users%3Fq=ada")).await;
        assert_eq!(started.status.as_u16(), 303, "{started:?}");
        let back = self.log_in(started.header("location"), name).await;
        assert!(back.starts_with(CALLBACK), "{back}");
        self.open(server, &back).await
    }

    /// Gets an access token by the cookie, as the page does.
    async fn token(&mut self, server: &Server) -> String {
        let cookies = self.cookie_header("server");
        let headers = [("content-type", "application/json"), ("cookie", cookies.as_str())];
        let refresh = request(Method::POST, "/api/v1/auth/refresh", &headers, Body::from("{}"));
        let reply = send(&server.router, refresh).await;
        self.keep_cookies("server", &reply.headers);
        reply.data()["token"].as_str().expect("a token").to_owned()
    }

    async fn me(&mut self, server: &Server) -> Value {
        let bearer = format!("Bearer {}", self.token(server).await);
        server.get("/api/v1/auth/me", &[("authorization", &bearer)]).await.data()
    }
}

#[tokio::test]
async fn somebody_signs_in_at_a_real_provider() {
    let server = server().await;
    let providers = server.get("/api/v1/auth/providers", &[]).await.data();
    assert_eq!(providers, json!({ "items": [{ "name": "test", "label": "Test provider" }] }));

    let mut browser = Browser::new();
    let back = browser.sign_in(&server, "ada").await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/users?q=ada"), "{back:?}");
    assert_eq!(back.header("cache-control"), "no-store");
    let cookie = back.header("set-cookie");
    for part in ["nightjar_refresh=", "HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let me = browser.me(&server).await;
    assert_eq!((&me["username"], &me["role"]), (&json!("ada"), &json!("admin")));
    assert_eq!((&me["display_name"], &me["email"]), (&json!("Ada Lovelace"), &json!("ada@example.org")));

    // The second time the provider knows the browser, and Nightjar the account.
    let started = browser.open(&server, START).await;
    let back = browser.log_in(started.header("location"), "nobody").await;
    assert_eq!(browser.open(&server, &back).await.header("location"), "/");
    assert_eq!(browser.me(&server).await["id"], me["id"]);

    let made = server.audit("user.create").await;
    assert_eq!(made[0]["details"]["provider"], "test", "{made:?}");
    let logins = server.audit("auth.login").await;
    let by_ada: Vec<_> = logins.iter().filter(|entry| entry["actor"]["name"] == "ada").collect();
    assert_eq!(by_ada.len(), 2, "{logins:?}");
    assert!(by_ada.iter().all(|entry| entry["details"]["provider"] == "test"), "{logins:?}");
    assert_eq!(server.state.catalog.verify_audit(OrgId::DEFAULT).await.expect("read").fault, None);
}

#[tokio::test]
async fn groups_of_the_provider_decide_what_somebody_may() {
    let server = server().await;
    let mut grace = Browser::new();
    grace.sign_in(&server, "grace").await;
    assert_eq!(grace.me(&server).await["role"], "viewer");

    let mut eve = Browser::new();
    let back = eve.sign_in(&server, "eve").await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/login?error=no_role"));
    assert!(back.header("set-cookie").is_empty(), "{back:?}");
    let refused = &server.audit("auth.login").await[0];
    assert_eq!((&refused["outcome"], &refused["details"]["reason"]), (&json!("refused"), &json!("no_role")));
    assert_eq!(refused["actor"]["name"], "eve", "{refused}");
}

#[tokio::test]
async fn an_answer_works_once_and_only_in_the_browser_that_asked() {
    let server = server().await;
    let (mut ada, mut eve) = (Browser::new(), Browser::new());
    let started = ada.open(&server, START).await;
    let cookie = started.header("set-cookie").to_owned();
    for part in ["nightjar_oidc=", "HttpOnly", "SameSite=Lax", "Path=/api/v1/auth/oidc", "Max-Age=600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let back = ada.log_in(started.header("location"), "ada").await;
    // Somebody sends the address to somebody else, who would be signed in as another.
    eve.open(&server, START).await;
    for browser in [&mut eve, &mut Browser::new()] {
        assert_eq!(browser.open(&server, &back).await.header("location"), "/login?error=expired");
    }
    assert_eq!(ada.open(&server, &back).await.header("location"), "/");
    assert_eq!(ada.open(&server, &back).await.header("location"), "/login?error=expired");
}

#[tokio::test]
async fn who_says_no_at_the_provider_is_back_at_the_sign_in_page() {
    let server = server().await;
    let mut browser = Browser::new();
    let started = browser.open(&server, START).await;
    let mut url = Url::parse(started.header("location")).expect("an address");
    let (location, _) = browser.visit(&url, None).await;
    url = url.join(&location.expect("to the page")).expect("an address");
    let (mut location, _) = browser.visit(&url, Some("cancel=1".to_owned())).await;
    while let Some(next) = location {
        url = url.join(&next).expect("an address");
        if url.host_str() == Some("nightjar.test") {
            break;
        }
        (location, _) = browser.visit(&url, None).await;
    }
    let back = browser.open(&server, &url[url::Position::BeforePath..]).await;
    assert_eq!(back.header("location"), "/login?error=denied");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let server = server().await;
    for away in ["https://evil.example.org", "//evil.example.org", "/%5Cevil.example.org", "/api/v1/auth/me"]
    {
        let reply = server.get(&format!("{START}?return_to={away}"), &[]).await;
        reply.wrong("return_to", "must be a path of this server");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_told() {
    let server = server().await;
    for path in ["/api/v1/auth/oidc/other/start", "/api/v1/auth/oidc/other/callback?state=x&code=y"] {
        server.get(path, &[]).await.error(404, "NOT_FOUND");
    }
    let lost = server.get(&format!("{CALLBACK}?session_state=x&code=y&scope=openid"), &[]).await;
    assert_eq!(lost.header("location"), "/login?error=expired");
}
