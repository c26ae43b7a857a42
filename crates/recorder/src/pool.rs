//! The recorder threads. Each runs the recorders of its share of the cameras on a
//! single-threaded runtime of its own, where a blocking write disturbs nothing but recording.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use futures::FutureExt;
use nightjar_catalog::{Catalog, CatalogError};
use nightjar_hub::{Budget, Hub, QueueLimits, Start, StreamKey, Subscriber};
use nightjar_media::WallTime;
use nightjar_model::{Backoff, Camera, CameraId, GapCause, StatusBoard, StreamName};
use nightjar_storage::LocalTier;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinSet, LocalSet};
use uuid::Uuid;

use crate::camera::CameraRecorder;
use crate::commit::{self, CommitSender};
use crate::context::{Context, RecorderConfig};
use crate::ledger::{Downtime, Ledger, LedgerOf, Left, Reason};
use crate::metrics::RecorderMetrics;

/// Whether there is room for footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// There is.
    Available,
    /// There is none, and nothing may be deleted to make some.
    Full,
}

/// What the recorder needs of the process around it.
pub struct Surroundings {
    /// Where rows go.
    pub catalog: Catalog,
    /// Where footage goes.
    pub tier: LocalTier,
    /// Where fragments come from.
    pub hub: Hub,
    /// Where the state is posted.
    pub status: StatusBoard,
    /// Whether there is room.
    pub room: watch::Receiver<Room>,
    /// The wall clock.
    pub clock: fn() -> WallTime,
    /// Since when nobody was there to record; none at the very first start.
    pub down: Option<Downtime>,
}

/// All recorders of the process.
#[derive(Debug)]
pub struct Recorder {
    workers: Vec<Worker>,
    /// None once stopped.
    threads: Mutex<Option<Threads>>,
}

#[derive(Debug)]
struct Worker {
    orders: mpsc::Sender<Order>,
}

#[derive(Debug)]
struct Threads {
    recording: Vec<JoinHandle<()>>,
    committing: JoinHandle<()>,
    commit: CommitSender,
}

enum Order {
    /// Record this camera, or change how.
    Camera(Arc<Camera>),
    /// The camera is gone.
    Remove(CameraId),
    /// Finish everything; tell when that is done.
    Stop(oneshot::Sender<()>),
}

impl Recorder {
    /// Starts the threads; no camera yet. Recovery must be over: the ledger is taken up where
    /// the catalog says that it ends.
    ///
    /// # Errors
    /// When a thread can't be started or the footage folder can't be opened.
    pub fn start(config: RecorderConfig, around: Surroundings) -> std::io::Result<Self> {
        let runtime = Handle::current();
        let told = commit::Told {
            catalog: around.catalog.clone(),
            runtime: runtime.clone(),
            node: config.node.clone(),
            clock: around.clock,
        };
        let (commit, committing) = commit::start(&around.tier, told, config.flush_interval, config.sync)?;
        let context = Arc::new(Context {
            node: config.node.clone(),
            tier: around.tier,
            commit: commit.clone(),
            status: around.status,
            metrics: RecorderMetrics::default(),
            clock: around.clock,
            config,
        });
        let budget = Budget::new(context.config.queue_bytes);
        let shared = Shared {
            context,
            catalog: around.catalog,
            hub: around.hub,
            room: around.room,
            down: around.down,
            runtime,
            budget,
        };
        let (mut workers, mut recording) = (Vec::new(), Vec::new());
        for number in 0..shared.context.config.threads.max(1) {
            let (worker, thread) = Worker::start(number, shared.clone())?;
            workers.push(worker);
            recording.push(thread);
        }
        Ok(Self { workers, threads: Mutex::new(Some(Threads { recording, committing, commit })) })
    }

    /// Begins with a camera, or takes up its changed settings.
    pub async fn set_camera(&self, camera: Camera) {
        let worker = self.worker(camera.id);
        let _ = worker.orders.send(Order::Camera(Arc::new(camera))).await;
    }

    /// Stops with a camera; its ledger stays with an open `disabled` gap.
    pub async fn remove_camera(&self, id: CameraId) {
        let _ = self.worker(id).orders.send(Order::Remove(id)).await;
    }

    /// Finishes all segments, opens a `server_stopped` gap for each camera and writes the ledger,
    /// within `limit`. What does not fit is found again at the next start. Says whether all did.
    /// Orders that come later are ignored.
    pub async fn stop(&self, limit: Duration) -> bool {
        let stopped = tokio::time::timeout(limit, async {
            for worker in &self.workers {
                let (done, wait) = oneshot::channel();
                if worker.orders.send(Order::Stop(done)).await.is_ok() {
                    let _ = wait.await;
                }
            }
        });
        let stopped = stopped.await.is_ok();
        let threads = std::mem::take(&mut *self.threads.lock());
        let Some(threads) = threads else { return true };
        let flushed = tokio::task::spawn_blocking(move || {
            let flushed = threads.commit.flush(limit);
            drop(threads.commit);
            if stopped {
                threads.recording.into_iter().for_each(|thread| drop(thread.join()));
            }
            if stopped && flushed {
                drop(threads.committing.join());
            }
            flushed
        });
        flushed.await.unwrap_or(false) && stopped
    }

    fn worker(&self, id: CameraId) -> &Worker {
        let bytes = id.0.as_bytes();
        let number = usize::from(bytes[14]) << 8 | usize::from(bytes[15]);
        &self.workers[number % self.workers.len()]
    }
}

#[derive(Clone)]
struct Shared {
    context: Arc<Context>,
    catalog: Catalog,
    hub: Hub,
    room: watch::Receiver<Room>,
    down: Option<Downtime>,
    runtime: Handle,
    budget: Budget,
}

impl Worker {
    fn start(number: usize, shared: Shared) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (orders, incoming) = mpsc::channel(64);
        let thread =
            std::thread::Builder::new().name(format!("nightjar-record-{number}")).spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                match runtime {
                    Ok(runtime) => runtime.block_on(LocalSet::new().run_until(work(shared, incoming))),
                    Err(error) => tracing::error!(%error, "can't start a recorder thread"),
                }
            })?;
        Ok((Self { orders }, thread))
    }
}

/// A worker's life: one task a camera, until told to stop.
async fn work(shared: Shared, mut orders: mpsc::Receiver<Order>) {
    let mut cameras: HashMap<CameraId, watch::Sender<Arc<Camera>>> = HashMap::new();
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    while let Some(order) = orders.recv().await {
        match order {
            Order::Camera(camera) => match cameras.get(&camera.id) {
                Some(settings) => drop(settings.send(camera)),
                None => {
                    let id = camera.id;
                    let (settings, changes) = watch::channel(camera);
                    tasks.spawn_local(record(shared.clone(), changes, stopping.clone()));
                    cameras.insert(id, settings);
                }
            },
            // The task sees its settings end.
            Order::Remove(id) => drop(cameras.remove(&id)),
            Order::Stop(done) => {
                let _ = stop.send(true);
                while let Some(ended) = tasks.join_next().await {
                    log_panic(ended);
                }
                let _ = done.send(());
                return;
            }
        }
        while let Some(ended) = tasks.try_join_next() {
            log_panic(ended);
        }
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        metrics::counter!("nightjar_recorder_panics_total").increment(1);
        tracing::error!(%error, "a camera's recorder died");
    }
}

/// A camera's recorder for as long as the camera is there: a panic ends one life of it, is
/// counted, and the next one begins after a pause.
async fn record(
    shared: Shared,
    mut settings: watch::Receiver<Arc<Camera>>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut pause = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
    loop {
        let key = settings.borrow().key.clone();
        let life = AssertUnwindSafe(one_life(&shared, &mut settings, &mut stopping)).catch_unwind();
        match life.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => {
                tracing::error!(camera = %key, %error, "can't take up the ledger; trying again")
            }
            Err(_) => {
                metrics::counter!("nightjar_recorder_panics_total").increment(1);
                tracing::error!(camera = %key, "the camera's recorder panicked; it starts anew");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause.next_delay(0.5)) => {}
            _ = stopping.changed() => return,
        }
    }
}

/// Subscribed while recording is wanted and there is room.
async fn one_life(
    shared: &Shared,
    settings: &mut watch::Receiver<Arc<Camera>>,
    stopping: &mut watch::Receiver<bool>,
) -> Result<(), CatalogError> {
    let clock = shared.context.clock;
    if !until_wanted(settings, stopping).await {
        return Ok(());
    }
    let camera = settings.borrow_and_update().clone();
    let ledger = resume_ledger(shared, &camera).await?;
    let mut room = shared.room.clone();
    let mut recorder = CameraRecorder::new(shared.context.clone(), camera, StreamName::Main, ledger, clock());
    let mut subscriber: Option<Subscriber> = None;
    loop {
        let camera = settings.borrow_and_update().clone();
        recorder.set_camera(camera.clone());
        match obstacle(&camera, *room.borrow_and_update()) {
            Some(reason) => {
                if reason.cause != GapCause::DiskFull {
                    drain(&mut recorder, subscriber.as_mut(), clock);
                }
                subscriber = None;
                recorder.stop(reason, clock());
            }
            None if subscriber.is_none() => subscriber = Some(subscribe(shared, &camera)),
            None => {}
        }
        tokio::select! {
            biased;
            _ = stopping.changed() => {
                drain(&mut recorder, subscriber.as_mut(), clock);
                recorder.stop(Reason::new(GapCause::ServerStopped, "Nightjar was stopped"), clock());
                return Ok(());
            }
            changed = settings.changed() => if changed.is_err() {
                recorder.stop(Reason::new(GapCause::Disabled, "the camera was removed"), clock());
                shared.context.status.remove_camera(camera.id);
                return Ok(());
            },
            Ok(()) = room.changed() => {}
            () = deliver(&mut recorder, subscriber.as_mut(), clock) => subscriber = None,
        }
    }
}

/// Waits until the camera has a ledger to keep: from the first time that it is to be recorded.
/// False when it is stopped or removed before that.
async fn until_wanted(
    settings: &mut watch::Receiver<Arc<Camera>>,
    stopping: &mut watch::Receiver<bool>,
) -> bool {
    loop {
        {
            let camera = settings.borrow_and_update();
            if camera.wants_recording() || camera.recording_since.is_some() {
                return true;
            }
        }
        tokio::select! {
            _ = stopping.changed() => return false,
            changed = settings.changed() => if changed.is_err() { return false },
        }
    }
}

/// Hands over what waits: it was published before we were told to stop.
fn drain(recorder: &mut CameraRecorder, subscriber: Option<&mut Subscriber>, clock: fn() -> WallTime) {
    let Some(subscriber) = subscriber else { return };
    while let Some(delivery) = subscriber.try_next() {
        recorder.handle(&delivery, clock());
    }
}

/// Hands deliveries over until the stream is gone; pending without a subscription.
async fn deliver(
    recorder: &mut CameraRecorder,
    subscriber: Option<&mut Subscriber>,
    clock: fn() -> WallTime,
) {
    let Some(subscriber) = subscriber else { return std::future::pending().await };
    while let Some(delivery) = subscriber.next().await {
        recorder.handle(&delivery, clock());
    }
}

/// Why the camera is not to be recorded now.
fn obstacle(camera: &Camera, room: Room) -> Option<Reason> {
    if !camera.wants_recording() {
        let details = match (camera.enabled, camera.manual) {
            (false, _) => "the camera is disabled",
            (true, Some(false)) => "stopped by hand",
            (true, _) => "mode is off",
        };
        return Some(Reason::new(GapCause::Disabled, details));
    }
    (room == Room::Full).then(|| Reason::new(GapCause::DiskFull, "the footage volume is full"))
}

fn subscribe(shared: &Shared, camera: &Camera) -> Subscriber {
    let key = StreamKey { camera: camera.id.0.into_bytes(), stream: StreamName::Main.as_str() };
    let limits = QueueLimits {
        fragments: 256,
        assured_bytes: 1 << 20,
        bytes: 16 << 20,
        budget: shared.budget.clone(),
    };
    shared.hub.stream(key).subscribe(Start::Gop, limits)
}

/// Takes the ledger up where it was left: from there on, time is put down to the process being
/// down. A camera that is recorded for the first time begins its ledger now, and durably: from
/// `recording_since` on nothing may be unknown, even if the process dies within the next second.
async fn resume_ledger(shared: &Shared, camera: &Arc<Camera>) -> Result<Ledger, CatalogError> {
    let of = LedgerOf { org_id: camera.org_id, camera_id: camera.id, stream: StreamName::Main };
    let now = (shared.context.clock)();
    let (catalog, id, down) = (shared.catalog.clone(), camera.id, shared.down);
    // The database's connections belong to the main runtime.
    let read = shared.runtime.spawn(async move {
        let open = catalog.open_gap(id, StreamName::Main).await?;
        let covered = catalog.last_covered(id, StreamName::Main).await?;
        let left = Left { covered, open, down };
        let mut writes = Vec::new();
        let ledger = Ledger::resume(of, Uuid::now_v7, &left, now, &mut writes);
        if left.covered.is_none() && left.open.is_none() {
            match catalog.apply(&writes).await {
                Ok(()) => writes.clear(),
                Err(error) if error.is_transient() => return Err(error),
                // With the others it is tried again, and told.
                Err(_) => {}
            }
        }
        catalog.set_recording_since(id, now).await?;
        Ok::<_, CatalogError>((ledger, writes))
    });
    let (ledger, writes) = read.await.unwrap_or_else(|died| std::panic::resume_unwind(died.into_panic()))?;
    for write in writes {
        shared.context.commit.send(camera.id, commit::Entry::Write(Box::new(write)));
    }
    Ok(ledger)
}
