//! The simulator: cameras, their sockets and the tasks that serve them.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use nightjar_protocol::rtsp::Access;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::camera::{Camera, Stream};
use crate::clip::{Clip, ClipError, ClipSpec, load};
use crate::clock;
use crate::config::SimulatorConfig;
use crate::fault::Fault;
use crate::listener::{accept_forever, bind, bind_udp, udp_ports};
use crate::log::CameraLog;
use crate::pacer::Pacer;
use crate::session::Session;

/// Running cameras. Dropping it stops everything soon; [`Self::shutdown`] waits until it has.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    clips: ClipStore,
    addresses: HashMap<String, SocketAddr>,
    tasks: TaskTracker,
}

/// Why a simulator can't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// A clip can't be had.
    #[error(transparent)]
    Clip(#[from] ClipError),
    /// It can't listen.
    #[error("can't listen at {address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// No camera has this name, or two have.
    #[error("there is no camera `{0}`, or more than one")]
    Camera(String),
    /// The camera shows a file, which is there in one form only.
    #[error("camera `{0}` shows a file: its codec and resolution can't change")]
    Fixed(String),
}

/// Counts since the start, and what is going on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SimulatorStats {
    /// Open connections.
    pub connections: u64,
    /// Sessions that are being sent media.
    pub sessions: u64,
    /// Video frames sent.
    pub frames: u64,
    /// Video frames that were due but not sent: faults, and clients that are too slow.
    pub withheld: u64,
    /// RTP packets sent.
    pub packets: u64,
    /// Bytes of RTP packets sent.
    pub bytes: u64,
}

impl fmt::Display for SimulatorStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, sessions, frames, withheld, packets, bytes } = self;
        write!(f, "connections {connections}, sessions {sessions}, frames {frames}, withheld {withheld}, ")?;
        write!(f, "packets {packets}, bytes {bytes}")
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) connections: AtomicU64,
    pub(crate) sessions: AtomicU64,
    pub(crate) frames: AtomicU64,
    pub(crate) withheld: AtomicU64,
    pub(crate) packets: AtomicU64,
    pub(crate) bytes: AtomicU64,
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) cameras: HashMap<String, Arc<Camera>>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) udp_ports: Option<(u16, u16)>,
    pub(crate) log_frames: bool,
    pub(crate) max_pending: usize,
    pub(crate) cancel: CancellationToken,
    pacers: Vec<mpsc::Sender<Session>>,
    next_pacer: AtomicUsize,
}

impl Shared {
    /// Gives a session to one of the pacers in turn.
    pub(crate) async fn play(&self, session: Session) {
        let turn = self.next_pacer.fetch_add(1, Ordering::Relaxed);
        if let Some(pacer) = self.pacers.get(turn % self.pacers.len().max(1)) {
            // Fails only when everything stops.
            let _ = pacer.send(session).await;
        }
    }
}

/// Clips in memory, each once.
#[derive(Debug, Clone)]
struct ClipStore {
    folder: PathBuf,
    loaded: Arc<Mutex<HashMap<ClipSpec, Arc<Clip>>>>,
}

impl ClipStore {
    async fn load(&self, spec: &ClipSpec) -> Result<Arc<Clip>, ClipError> {
        if let Some(clip) = self.loaded.lock().get(spec) {
            return Ok(Arc::clone(clip));
        }
        let (folder, wanted) = (self.folder.clone(), spec.clone());
        let made = tokio::task::spawn_blocking(move || load(&folder, &wanted)).await;
        let clip = made.map_err(|error| ClipError::Unusable {
            clip: format!("below {}", self.folder.display()),
            reason: format!("loading it failed: {error}"),
        })??;
        Ok(Arc::clone(self.loaded.lock().entry(spec.clone()).or_insert(Arc::new(clip))))
    }
}

impl Simulator {
    /// Makes the clips that are not in the cache (some seconds each), listens and serves.
    pub async fn start(config: SimulatorConfig) -> Result<Self, SimulatorError> {
        let clips = ClipStore { folder: config.clip_dir.clone(), loaded: Arc::default() };
        let cameras = build_cameras(&config, &clips).await?;
        let counters = Arc::new(Counters::default());
        let (cancel, tasks) = (CancellationToken::new(), TaskTracker::new());
        let udp = bind_udp(config.listen)
            .await
            .map_err(|error| SimulatorError::Listen { address: config.listen, error })?;
        let udp_ports = udp_ports(&udp);
        let mut pacers = Vec::new();
        for _ in 0..config.pacers.max(1) {
            let (sender, receiver) = mpsc::channel(1024);
            let pacer = Pacer::new(Some(Arc::clone(&udp)), Arc::clone(&counters));
            tasks.spawn(pacer.run(receiver, cancel.child_token()));
            pacers.push(sender);
        }
        let shared = Arc::new(Shared {
            cameras,
            counters,
            udp_ports,
            log_frames: config.log_frames,
            max_pending: config.max_pending,
            cancel,
            pacers,
            next_pacer: AtomicUsize::new(0),
        });
        let mut simulator = Self { shared, clips, addresses: HashMap::new(), tasks };
        simulator.listen(&config)?;
        Ok(simulator)
    }

    fn listen(&mut self, config: &SimulatorConfig) -> Result<(), SimulatorError> {
        let common = self.listen_at(config.listen, None)?;
        for camera in &config.cameras {
            let address = if camera.own_port {
                let running = self.camera(&camera.name)?;
                self.listen_at(SocketAddr::new(config.listen.ip(), 0), Some(running))?
            } else {
                common
            };
            self.addresses.insert(camera.name.clone(), address);
        }
        Ok(())
    }

    fn listen_at(
        &self,
        address: SocketAddr,
        camera: Option<Arc<Camera>>,
    ) -> Result<SocketAddr, SimulatorError> {
        let failed = |error| SimulatorError::Listen { address, error };
        let listener = bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (shared, tasks) = (Arc::clone(&self.shared), self.tasks.clone());
        self.tasks.spawn(async move {
            let cancel = shared.cancel.clone();
            tokio::select! {
                () = cancel.cancelled() => {}
                () = accept_forever(listener, address, camera, shared, tasks) => {}
            }
        });
        Ok(address)
    }

    /// The address of a camera's stream (`main` or `sub`), without credentials.
    pub fn url(&self, camera: &str, stream: &str) -> Result<String, SimulatorError> {
        let address = self.address(camera)?;
        Ok(format!("rtsp://{address}/{camera}/{stream}"))
    }

    /// The same with the credentials that it asks for.
    pub fn url_with_credentials(&self, camera: &str, stream: &str) -> Result<String, SimulatorError> {
        let address = self.address(camera)?;
        Ok(match &self.camera(camera)?.access {
            Access::Open => format!("rtsp://{address}/{camera}/{stream}"),
            Access::Basic { user, password } | Access::Digest { user, password } => {
                format!("rtsp://{user}:{password}@{address}/{camera}/{stream}")
            }
        })
    }

    /// Where a camera listens.
    pub fn address(&self, camera: &str) -> Result<SocketAddr, SimulatorError> {
        self.addresses.get(camera).copied().ok_or_else(|| SimulatorError::Camera(camera.to_owned()))
    }

    /// The names of the cameras, in order.
    pub fn cameras(&self) -> Vec<String> {
        let mut names: Vec<String> = self.shared.cameras.keys().cloned().collect();
        names.sort();
        names
    }

    /// The clip that a camera's stream shows now.
    pub fn clip(&self, camera: &str, stream: &str) -> Result<Arc<Clip>, SimulatorError> {
        let running = self.camera(camera)?;
        let stream =
            running.stream(stream).ok_or_else(|| SimulatorError::Camera(format!("{camera}/{stream}")))?;
        Ok(stream.clip())
    }

    /// Begins a fault. It ends after `duration`, or with [`Self::clear`]; [`Fault::Drop`] and
    /// [`Fault::Reset`] without a duration are over at once. A change of codec or resolution makes
    /// its clip first, if it was never used before.
    pub async fn inject(
        &self,
        camera: &str,
        fault: Fault,
        duration: Option<Duration>,
    ) -> Result<(), SimulatorError> {
        let camera = self.camera(camera)?;
        if let Some(id) = begin(&camera, fault, duration.is_some(), &self.clips).await?
            && let Some(duration) = duration
        {
            let (clips, cancel) = (self.clips.clone(), self.shared.cancel.clone());
            self.tasks.spawn(async move {
                tokio::select! {
                    () = cancel.cancelled() => {}
                    () = tokio::time::sleep(duration) => end(&camera, id, &clips).await,
                }
            });
        }
        Ok(())
    }

    /// Ends all faults of a camera.
    pub async fn clear(&self, camera: &str) -> Result<(), SimulatorError> {
        let camera = self.camera(camera)?;
        let ended = camera.faults.lock().end_all();
        after_end(&camera, &ended, &self.clips).await;
        Ok(())
    }

    /// What a camera has sent so far; empty unless [`SimulatorConfig::log_frames`] is set.
    pub fn log(&self, camera: &str) -> Result<CameraLog, SimulatorError> {
        Ok(self.camera(camera)?.log())
    }

    /// Counts since the start.
    pub fn stats(&self) -> SimulatorStats {
        let counters = &self.shared.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SimulatorStats {
            connections: read(&counters.connections),
            sessions: read(&counters.sessions),
            frames: read(&counters.frames),
            withheld: read(&counters.withheld),
            packets: read(&counters.packets),
            bytes: read(&counters.bytes),
        }
    }

    /// Closes all connections and waits until every task has ended.
    pub async fn shutdown(self) {
        self.shared.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn camera(&self, name: &str) -> Result<Arc<Camera>, SimulatorError> {
        self.shared.cameras.get(name).cloned().ok_or_else(|| SimulatorError::Camera(name.to_owned()))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shared.cancel.cancel();
    }
}

async fn build_cameras(
    config: &SimulatorConfig,
    clips: &ClipStore,
) -> Result<HashMap<String, Arc<Camera>>, SimulatorError> {
    let mut cameras = HashMap::new();
    for camera in &config.cameras {
        let main = Stream::new("main", camera.main.clone(), clips.load(&camera.main).await?);
        let sub = match &camera.sub {
            Some(spec) => Some(Stream::new("sub", spec.clone(), clips.load(spec).await?)),
            None => None,
        };
        let running = Arc::new(Camera::new(camera, main, sub, clock::now()));
        if cameras.insert(camera.name.clone(), running).is_some() {
            return Err(SimulatorError::Camera(camera.name.clone()));
        }
    }
    Ok(cameras)
}

/// Begins a fault; none if it is over already.
async fn begin(
    camera: &Arc<Camera>,
    fault: Fault,
    lasts: bool,
    clips: &ClipStore,
) -> Result<Option<u64>, SimulatorError> {
    let at_once = matches!(fault, Fault::Drop | Fault::Reset) && !lasts;
    let id = (!at_once).then(|| camera.faults.lock().begin(fault));
    camera.publish_effects();
    match fault {
        Fault::Drop | Fault::Wrap { .. } => camera.close_connections(false),
        Fault::Reset => camera.close_connections(true),
        Fault::HalfOpen => camera.connections.lock().iter().for_each(|connection| connection.kill()),
        Fault::Codec | Fault::Resolution => {
            if let Err(error) = change_clip(camera, clips).await {
                id.map(|id| camera.faults.lock().end(id));
                return Err(error);
            }
            if fault == Fault::Codec {
                camera.close_connections(false);
            }
        }
        _ => {}
    }
    Ok(id)
}

async fn end(camera: &Arc<Camera>, id: u64, clips: &ClipStore) {
    let ended = camera.faults.lock().end(id);
    after_end(camera, ended.as_slice(), clips).await;
}

async fn after_end(camera: &Arc<Camera>, ended: &[Fault], clips: &ClipStore) {
    camera.publish_effects();
    if ended.iter().any(|fault| matches!(fault, Fault::Codec | Fault::Resolution))
        && let Err(error) = change_clip(camera, clips).await
    {
        warn!(camera = camera.name, %error, "can't go back to the former clip");
    }
    if ended.contains(&Fault::Codec) {
        camera.close_connections(false);
    }
    if ended.contains(&Fault::HalfOpen) {
        let connections = camera.connections.lock();
        connections
            .iter()
            .filter(|connection| connection.is_dead())
            .for_each(|connection| connection.close(true));
    }
}

/// Shows what the active faults make of the camera's main stream.
async fn change_clip(camera: &Camera, clips: &ClipStore) -> Result<(), SimulatorError> {
    let mut spec = Some(camera.main.spec.clone());
    let (codec, resolution) = camera.faults.lock().changes();
    if codec {
        spec = spec.and_then(|spec| spec.other_codec());
    }
    if resolution {
        spec = spec.and_then(|spec| spec.other_resolution());
    }
    let spec = spec.ok_or_else(|| SimulatorError::Fixed(camera.name.clone()))?;
    camera.main.set_clip(clips.load(&spec).await?);
    Ok(())
}
