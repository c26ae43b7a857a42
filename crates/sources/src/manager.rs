//! The sources of all cameras: one supervised task a stream.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use nightjar_hub::{Hub, StreamKey};
use nightjar_model::{AudioPolicy, Camera, CameraId, ManagedBy, Reach, StatusBoard, StreamName};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::rtsp::RtspTarget;
use crate::stream::{StreamOf, StreamSource};
use crate::threads::Threads;

/// Patience with cameras.
#[derive(Debug, Clone, Copy)]
pub struct SourcesConfig {
    /// Delay after a first failure; doubles.
    pub retry_first: Duration,
    /// Longest delay.
    pub retry_limit: Duration,
    /// Delay after the camera refused our credentials; doubles. Long, because cameras lock out
    /// who tries too often.
    pub auth_retry_first: Duration,
    /// Longest such delay.
    pub auth_retry_limit: Duration,
    /// A connection without a picture for this long is given up.
    pub stall_limit: Duration,
    /// Where cameras may be that were added over the API.
    pub api_cameras: Reach,
    /// Whether cameras that take the password only in the clear (Basic) don't get it.
    pub refuse_basic: bool,
}

impl Default for SourcesConfig {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_secs(1),
            retry_limit: Duration::from_secs(30),
            auth_retry_first: Duration::from_secs(30),
            auth_retry_limit: Duration::from_secs(300),
            stall_limit: Duration::from_secs(10),
            api_cameras: Reach::CAMERA,
            refuse_basic: false,
        }
    }
}

/// All sources of the process.
#[derive(Debug)]
pub struct Sources {
    hub: Hub,
    status: StatusBoard,
    config: SourcesConfig,
    cancel: CancellationToken,
    tasks: TaskTracker,
    threads: Threads,
    /// Streams spawned so far.
    spawned: AtomicUsize,
    cameras: Mutex<HashMap<CameraId, Running>>,
}

#[derive(Debug)]
struct Running {
    targets: Vec<(StreamName, RtspTarget)>,
    cancel: CancellationToken,
}

impl Sources {
    /// Starts the threads that read cameras; there is no camera yet.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(hub: Hub, status: StatusBoard, config: SourcesConfig) -> std::io::Result<Self> {
        Ok(Self {
            hub,
            status,
            config,
            cancel: CancellationToken::new(),
            tasks: TaskTracker::new(),
            threads: Threads::start()?,
            spawned: AtomicUsize::new(0),
            cameras: Mutex::default(),
        })
    }

    /// Begins with a camera, or takes up its changed address; a change of anything else leaves
    /// the connection alone.
    pub fn set_camera(&self, camera: &Camera) {
        let targets = if camera.enabled { targets(camera, &self.config) } else { Vec::new() };
        let mut cameras = self.cameras.lock();
        if cameras.get(&camera.id).is_some_and(|running| running.targets == targets) {
            return;
        }
        let cancel = self.cancel.child_token();
        for (name, target) in &targets {
            self.spawn(camera, *name, target.clone(), cancel.clone());
        }
        if let Some(old) = cameras.insert(camera.id, Running { targets, cancel }) {
            old.cancel.cancel();
        }
    }

    /// Disconnects a camera.
    pub fn remove_camera(&self, id: CameraId) {
        if let Some(running) = self.cameras.lock().remove(&id) {
            running.cancel.cancel();
        }
        for stream in [StreamName::Main, StreamName::Sub] {
            self.hub.remove(key(id, stream));
        }
    }

    /// Disconnects all cameras, and waits until their last frames are published.
    pub async fn stop(&self) {
        self.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.threads.end();
    }

    fn spawn(&self, camera: &Camera, name: StreamName, target: RtspTarget, cancel: CancellationToken) {
        let of = StreamOf { camera: camera.id, key: camera.key.clone(), label: camera.metrics_label(), name };
        let stream = self.hub.stream(key(camera.id, name));
        let (status, config) = (self.status.clone(), self.config);
        let thread = self.threads.share(self.spawned.fetch_add(1, Ordering::Relaxed));
        let life = async move {
            loop {
                let source = StreamSource {
                    of: of.clone(),
                    target: target.clone(),
                    stream: stream.clone(),
                    status: status.clone(),
                    config,
                };
                let life = AssertUnwindSafe(source.run(cancel.clone())).catch_unwind();
                if life.await.is_ok() {
                    return;
                }
                metrics::counter!("nightjar_source_panics_total").increment(1);
                tracing::error!(camera = %of.key, stream = %of.name, "the camera's source panicked; it starts anew");
                tokio::select! {
                    () = cancel.cancelled() => return,
                    () = tokio::time::sleep(config.retry_limit) => {}
                }
            }
        };
        self.tasks.spawn_on(life, thread);
    }
}

fn key(camera: CameraId, stream: StreamName) -> StreamKey {
    StreamKey { camera: camera.0.into_bytes(), stream: stream.as_str() }
}

fn targets(camera: &Camera, config: &SourcesConfig) -> Vec<(StreamName, RtspTarget)> {
    let reach = match camera.managed_by {
        ManagedBy::File => Reach::Operator,
        ManagedBy::Api => config.api_cameras,
    };
    let target = |url: &Url| RtspTarget {
        url: url.clone(),
        username: camera.source.username.clone(),
        password: camera.source.password.clone(),
        transport: camera.source.transport,
        audio: camera.audio != AudioPolicy::None,
        reach,
        refuse_basic: config.refuse_basic,
    };
    let main = (StreamName::Main, target(&camera.source.main_url));
    let sub = camera.source.sub_url.as_ref().map(|url| (StreamName::Sub, target(url)));
    std::iter::once(main).chain(sub).collect()
}
