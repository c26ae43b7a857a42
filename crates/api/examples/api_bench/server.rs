//! The API with its pipeline of events, on a port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nightjar_access::oidc::{Oidc, OidcConfig};
use nightjar_access::{Access, AccessConfig, TokenDraft};
use nightjar_api::{ApiConfig, ApiState, CameraCache, Clock, Live, ProbeFault, ProbeReason};
use nightjar_cache::{Cache, CacheConfig, Concurrency};
use nightjar_catalog::{Catalog, CatalogOptions, NewUser, Sealer};
use nightjar_events::{Events, EventsConfig};
use nightjar_model::{
    Caller, Camera, CameraId, CameraSource, CameraStatus, GroupScope, NodeId, OrgId, RecordingState, Role,
    SegmentId, SessionId, StatusBoard, User, UserId, Via,
};
use nightjar_playback::{PlaybackConfig, PlaybackService};
use nightjar_storage::LocalTier;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::{Result, wall};

/// A server that runs.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) token: String,
    pub(crate) events: Events,
    pub(crate) status: StatusBoard,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    _folder: TempDir,
}

/// One of its cameras.
pub(crate) fn camera(number: usize) -> CameraId {
    CameraId(Uuid::from_u128(number as u128 + 1))
}

impl Server {
    pub(crate) async fn start(cameras: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite://{}/catalog.db", folder.path().display());
        let sealer = Some(Sealer::new([7; 32], Vec::new()));
        let catalog = Catalog::connect(&url, &CatalogOptions { sealer, ..CatalogOptions::default() }).await?;
        let status = StatusBoard::default();
        for number in 0..cameras {
            catalog.upsert_camera(&some_camera(number)?).await?;
            status.update_camera(camera(number), wall(), show_recording);
        }
        let (cache, stop, mut tasks) =
            (Cache::embedded(CacheConfig::default()), CancellationToken::new(), JoinSet::new());
        let access = Access::new(catalog.clone(), cache.clone(), AccessConfig::default())?;
        let node = NodeId("bench".to_owned());
        let (events, written) =
            Events::new(catalog.clone(), EventsConfig::new(node.clone(), wall), stop.clone());
        let live = Live::new(catalog.clone());
        tasks.spawn(written);
        tasks.spawn(live.run(&events, &access, stop.clone()));
        let token = token(&catalog, &access).await?;
        let local = LocalTier::open(&folder.path().join("footage"), &node, wall())?;
        let config =
            ApiConfig { sockets: 100_000, ip_rate: 10_000_000, concurrent: 100_000, ..ApiConfig::default() };
        let state = ApiState {
            limiter: cache.limiter(),
            running: Concurrency::new(1_000),
            oidc: Oidc::new(access.clone(), OidcConfig::default())?,
            access,
            playback: PlaybackService::new(catalog.clone(), local, None, [7; 32], PlaybackConfig::default()),
            camera_cache: CameraCache::new(cache.clone(), &catalog, "bench"),
            cache,
            events: events.clone(),
            live,
            status: status.clone(),
            prober: Arc::new(|_| {
                let cause = "nothing is probed here".to_owned();
                Box::pin(async { Err(ProbeFault { reason: ProbeReason::ConnectionRefused, cause }) })
            }),
            changes: TaskTracker::new(),
            metrics: Arc::new(String::new),
            clock: Clock::system(),
            version: "bench",
            started: wall(),
            recorders_started: Arc::new(AtomicBool::new(true)),
            config,
            catalog,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let router = nightjar_api::router(state).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tasks.spawn(async move { served.await.expect("serves") });
        Ok(Self { address, token, events, status, tasks, stop, _folder: folder })
    }

    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// A camera with all that the list tells of one.
fn some_camera(number: usize) -> Result<Camera> {
    let address =
        |stream: &str| format!("rtsp://192.0.2.{}:{}/{stream}", number % 250, 8_000 + number).parse();
    let mut source = CameraSource::new(address("main")?);
    source.sub_url = Some(address("sub")?);
    source.username = Some("viewer".to_owned());
    let key = format!("camera-{number:03}").parse()?;
    let camera = Camera::new(camera(number), OrgId::DEFAULT, key, source, wall());
    Ok(Camera {
        name: format!("Camera {number} at the loading dock"),
        tags: vec!["outside".to_owned(), "west".to_owned()],
        company: "Example".to_owned(),
        model: "Dome 4".to_owned(),
        serial_number: Some(format!("EX-{number:06}")),
        location: "Warehouse 2".to_owned(),
        place: "Door 7".to_owned(),
        recording_since: Some(wall()),
        ..camera
    })
}

/// As it is while all is well.
fn show_recording(status: &mut CameraStatus) {
    status.connected = true;
    status.state = RecordingState::Recording;
    status.last_frame = Some(wall());
    (status.fps, status.bitrate) = (25.0, 4_012_345);
    status.dimensions = Some((2_560, 1_440));
    status.codecs = vec!["h264", "aac"];
    status.open_segment = Some(SegmentId(Uuid::now_v7()));
}

/// An API token of a new administrator.
async fn token(catalog: &Catalog, access: &Access) -> Result<String> {
    let user = User {
        id: UserId(Uuid::now_v7()),
        org_id: OrgId::DEFAULT,
        username: "bench".to_owned(),
        display_name: String::new(),
        email: None,
        role: Role::Admin,
        system_admin: false,
        groups: GroupScope::All,
        active: true,
        has_password: false,
        totp: false,
        version: 1,
        created_at: wall(),
        updated_at: wall(),
        last_login_at: None,
    };
    catalog.create_user(&NewUser { user: user.clone(), password_hash: None }).await?;
    let by = Caller {
        org: user.org_id,
        user: user.id,
        username: "bench".into(),
        role: user.role,
        permissions: user.permissions(),
        groups: GroupScope::All,
        via: Via::Session(SessionId(Uuid::now_v7())),
    };
    let draft = TokenDraft {
        name: "bench".to_owned(),
        remark: String::new(),
        permissions: user.permissions(),
        groups: GroupScope::All,
        rate_limit: 1_000_000,
        expires_at: None,
        allowed_ips: Vec::new(),
    };
    Ok(access.create_token(&by, Some(user.id), draft, wall()).await?.secret.expose().to_owned())
}
