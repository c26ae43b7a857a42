//! A router over a studio, with a clock that stands where the test puts it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::middleware::map_request;
use nightjar_access::oidc::{Oidc, OidcConfig};
use nightjar_access::{Access, AccessConfig};
use nightjar_api::{ApiConfig, ApiState, CameraCache, Clock, Live, ProbeFault, ProbeReason};
use nightjar_cache::{Cache, CacheConfig, Concurrency};
use nightjar_events::{Events, EventsConfig};
use nightjar_model::{GroupScope, NodeId, OrgId, Role, Secret, StatusBoard, WallTime};
use nightjar_playback::{PlaybackConfig, PlaybackService};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;
use uuid::Uuid;

use crate::people::People;
use crate::stores;
use crate::studio::{Studio, at};

/// A studio and its API.
pub(crate) struct Lab {
    pub(crate) studio: Studio,
    pub(crate) state: ApiState,
    pub(crate) people: People,
    clock: Arc<AtomicI64>,
    router: Router,
    bare: Router,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Lab {
    /// It is 1,000 s after the studio's beginning.
    pub(crate) async fn new() -> Self {
        Self::with(ApiConfig::default(), PlaybackConfig::default()).await
    }

    pub(crate) async fn with(config: ApiConfig, playback: PlaybackConfig) -> Self {
        let studio = Studio::new().await;
        let clock = Arc::new(AtomicI64::new(at(1_000).micros()));
        let hands = Arc::clone(&clock);
        let cache = cache().await;
        let access = Access::new(studio.catalog.clone(), cache.clone(), AccessConfig::default());
        let access = access.expect("accounts");
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        let events = EventsConfig::new(NodeId("node-1".to_owned()), || at(1_000));
        let (events, written) = Events::new(studio.catalog.clone(), events, stop.clone());
        let live = Live::new(studio.catalog.clone());
        tasks.spawn(written);
        tasks.spawn(live.run(&events, &access, stop.clone()));
        let state = ApiState {
            catalog: studio.catalog.clone(),
            limiter: cache.limiter(),
            running: Concurrency::new(1_000),
            oidc: Oidc::new(access.clone(), OidcConfig::default()).expect("without providers"),
            access,
            camera_cache: CameraCache::new(cache.clone(), &studio.catalog, "node-1"),
            cache,
            playback: PlaybackService::new(
                studio.catalog.clone(),
                studio.local.clone(),
                None,
                [7; 32],
                playback,
            ),
            events,
            live,
            status: StatusBoard::default(),
            prober: Arc::new(|_| Box::pin(async { Err(nobody()) })),
            changes: TaskTracker::new(),
            metrics: Arc::new(|| "nightjar_test 1\n".to_owned()),
            clock: Clock::new(move || WallTime::from_micros(hands.load(Ordering::Relaxed))),
            version: "1.2.3",
            started: at(900),
            recorders_started: Arc::new(AtomicBool::new(true)),
            config,
        };
        let bare = nightjar_api::router(state.clone());
        let people = People::new(&state).await;
        let bearer = people.token(Role::Admin).await;
        let router = bare.clone().layer(map_request(move |request| signed(request, bearer.clone())));
        Self { studio, router, bare, people, state, clock, tasks, stop }
    }

    /// Requests that say nothing of who sends them are the administrator's.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// The router that answers requests exactly as they are.
    pub(crate) fn bare(&self) -> Router {
        self.bare.clone()
    }

    /// Stops the pipeline and closes all sockets.
    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }

    /// Sends a request exactly as it is.
    pub(crate) async fn send_bare(&self, request: Request<Body>) -> Reply {
        send(&self.bare, request).await
    }

    pub(crate) fn set_time(&self, now: WallTime) {
        self.clock.store(now.micros(), Ordering::Relaxed);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(request(Method::GET, path, &[], Body::empty())).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(request(Method::GET, path, headers, Body::empty())).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        let body = Body::from(body.to_string());
        self.send(request(Method::POST, path, &[("content-type", "application/json")], body)).await
    }

    /// Sends a request as an administrator who has just signed in: for what no API token may do.
    pub(crate) async fn send_in_person(&self, mut request: Request<Body>) -> Reply {
        let admin = self.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
        let bearer = format!("Bearer {}", self.people.sign_in(&admin).await);
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_str(&bearer).expect("a plain token"));
        self.send_bare(request).await
    }

    pub(crate) async fn post_in_person(&self, path: &str, body: Value) -> Reply {
        let headers = [("content-type", "application/json")];
        self.send_in_person(request(Method::POST, path, &headers, Body::from(body.to_string()))).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(request(Method::DELETE, path, &[], Body::empty())).await
    }

    /// The data of a successful answer.
    pub(crate) async fn data(&self, path: &str) -> Value {
        self.get(path).await.data()
    }
}

/// A cache of its own, where the test's stores are.
pub(crate) async fn cache() -> Cache {
    if !stores::are_shared() {
        return Cache::embedded(CacheConfig::default());
    }
    let url = std::env::var("NIGHTJAR_TEST_REDIS").expect("run it through scripts/with-services");
    let prefix = format!("test-{}:", Uuid::now_v7().simple());
    let config = CacheConfig { prefix, ..CacheConfig::default() };
    Cache::redis(&Secret::new(url), config).await.expect("an address")
}

/// A request with a token, if it has none.
async fn signed(mut request: Request<Body>, bearer: String) -> Request<Body> {
    let headers = request.headers_mut();
    if !headers.contains_key(AUTHORIZATION) {
        let value = HeaderValue::from_str(&format!("Bearer {bearer}")).expect("a plain token");
        headers.insert(AUTHORIZATION, value);
    }
    request
}

/// Nobody is here who could talk to cameras; that is tested with the whole server.
fn nobody() -> ProbeFault {
    ProbeFault { reason: ProbeReason::ConnectionRefused, cause: "there is no camera".to_owned() }
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().call(request).await.expect("a router never fails");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a body that is read to its end");
    Reply { status: parts.status, headers: parts.headers, body }
}

pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).expect("a valid request")
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The data of a successful answer, whose envelope is as it must be.
    pub(crate) fn data(&self) -> Value {
        let mut json = self.json();
        assert!(self.status.is_success(), "{json:#}");
        assert_eq!((&json["success"], &json["error"]), (&Value::Bool(true), &Value::Null), "{json:#}");
        assert!(
            json["timestamp"].as_str().is_some_and(|time| time.ends_with('Z') && time.len() == 24),
            "{json:#}"
        );
        assert!(!self.header("x-request-id").is_empty());
        json["data"].take()
    }

    /// The error of a failed answer, whose envelope is as it must be.
    pub(crate) fn error(&self, status: u16, code: &str) -> Value {
        let mut json = self.json();
        assert_eq!(self.status.as_u16(), status, "{json:#}");
        assert_eq!((&json["success"], &json["data"]), (&Value::Bool(false), &Value::Null), "{json:#}");
        assert_eq!(json["error"]["code"], code, "{json:#}");
        assert!(json["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{json:#}");
        assert!(json["error"]["details"].is_object(), "{json:#}");
        assert_eq!(json["request_id"], self.header("x-request-id"), "{json:#}");
        assert!(self.header("content-type").starts_with("application/json"));
        json["error"].take()
    }

    /// The error of a wrong parameter or field: it names it.
    pub(crate) fn wrong(&self, field: &str, reason: &str) -> Value {
        let code = self.json()["error"]["code"].as_str().map(str::to_owned).unwrap_or_default();
        assert!(
            ["VALIDATION_FAILED", "INVALID_TIME_RANGE", "INVALID_CURSOR"].contains(&code.as_str()),
            "{self:?}"
        );
        let error = self.error(400, &code);
        let said =
            error["details"][field].as_str().unwrap_or_else(|| panic!("`{field}` is not named: {error:#}"));
        assert!(said.contains(reason), "{said:?} does not say {reason:?}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(field)), "{error:#}");
        error
    }
}
