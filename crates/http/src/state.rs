//! What the handlers need.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use crate::camera_cache::CameraCache;
use nightjar_access::Access;
use nightjar_access::oidc::Oidc;
use nightjar_cache::{Cache, Concurrency, Limiter};
use nightjar_catalog::Catalog;
use nightjar_events::Events;
use nightjar_model::{OwnAddresses, Reach, StatusBoard, WallTime};
use nightjar_playback::PlaybackService;
use tokio_util::task::TaskTracker;

use crate::answer::Answer;
use crate::live::Live;
use crate::probe::Prober;
use crate::time::Timestamp;

/// Limits of the API.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Largest request body in bytes.
    pub max_body_bytes: usize,
    /// Time until an answer must begin; the body of a download may take longer.
    pub timeout: Duration,
    /// Requests a minute of one account.
    pub user_rate: u32,
    /// Requests a minute from one address.
    pub ip_rate: u32,
    /// Requests of one account or token at the same time.
    pub concurrent: u32,
    /// WebSockets of one account or token at the same time.
    pub sockets: u32,
    /// Whether the API itself speaks TLS: cookies are then `Secure`.
    pub tls: bool,
    /// Whether people reach it over TLS (`public_url`), whoever ends that: cookies are then `Secure` too.
    pub public_tls: bool,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether the signed addresses of media work only for the client that asked for them.
    pub media_bound_to_ip: bool,
    /// Origins whose pages may use the API.
    pub cors_origins: Vec<String>,
    /// Where else players get media from, as `https://s3.example`.
    pub media_origin: Option<String>,
    /// Where cameras may be that are added or tried over the API.
    pub camera_reach: Reach,
    /// Reads the addresses of this machine.
    pub own_addresses: fn() -> OwnAddresses,
    /// Whether this is the listener of metrics, where whoever connects may read them.
    pub is_metrics_listener: bool,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024,
            timeout: Duration::from_secs(30),
            user_rate: 100,
            ip_rate: 1_000,
            concurrent: 20,
            sockets: 20,
            tls: false,
            public_tls: false,
            trusted_proxies: Vec::new(),
            media_bound_to_ip: false,
            cors_origins: Vec::new(),
            media_origin: None,
            camera_reach: Reach::CAMERA,
            own_addresses: OwnAddresses::default,
            is_metrics_listener: false,
        }
    }
}

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> WallTime + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(|| {
            #[expect(clippy::disallowed_methods, reason = "this is where the API gets its `now`")]
            let now = SystemTime::now();
            WallTime::from(now)
        }))
    }

    /// A clock of the caller's.
    pub fn new(now: impl Fn() -> WallTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> WallTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// What the handlers need. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// Desired state and history.
    pub catalog: Catalog,
    /// Who somebody is.
    pub access: Access,
    /// Who somebody is at an OpenID provider.
    pub oidc: Oidc,
    /// Counts requests.
    pub limiter: Limiter,
    /// Requests that run at the same time.
    pub running: Concurrency,
    /// How the cache is.
    pub cache: Cache,
    /// Cameras in the cache.
    pub camera_cache: CameraCache,
    /// Recorded footage.
    pub playback: PlaybackService,
    /// What happens.
    pub events: Events,
    /// Those who are connected.
    pub live: Live,
    /// What is going on now.
    pub status: StatusBoard,
    /// Tries cameras.
    pub prober: Prober,
    /// Requests that change something: they are finished even if nobody waits for the answer.
    pub changes: TaskTracker,
    /// Renders the Prometheus text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The time.
    pub clock: Clock,
    /// Version of the program.
    pub version: &'static str,
    /// When it was started.
    pub started: WallTime,
    /// Set once the recorders run.
    pub recorders_started: Arc<AtomicBool>,
    /// Limits.
    pub config: ApiConfig,
}

impl ApiState {
    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.now())
    }

    /// A successful answer of now.
    pub fn ok<T>(&self, data: T) -> Answer<T> {
        Answer::ok(data, self.now())
    }

    /// A successful answer of now to a request that made something.
    pub fn created<T>(&self, data: T) -> Answer<T> {
        Answer::created(data, self.now())
    }

    /// An answer of now to a request that is carried out later.
    pub fn accepted<T>(&self, data: T) -> Answer<T> {
        Answer::accepted(data, self.now())
    }

    pub fn recorders_are_started(&self) -> bool {
        self.recorders_started.load(Ordering::Acquire)
    }
}
