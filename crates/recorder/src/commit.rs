//! The group commit of a volume: one thread that, every interval, makes everything written so
//! far durable with one sync, and only then tells the catalog.
//!
//! Each camera's entries stay in order; nothing is told before the bytes that it speaks of are
//! safe. When the disk or the catalog does not answer, entries wait here, bounded, and recording
//! goes on as long as the bound allows.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nightjar_catalog::{Catalog, CatalogError, LedgerWrite};
use nightjar_media::WallTime;
use nightjar_model::{CameraId, NodeId};
use nightjar_storage::LocalTier;

use crate::finish::{After, FinishJob};

/// Entries that may wait between the recorders and this thread.
const QUEUE: usize = 16_384;
/// Entries that may wait for the catalog. A day without a database at 500 cameras and 15-minute
/// segments is 150,000.
const BACKLOG: usize = 400_000;
/// Sample tables written in one round, so that a boundary that all cameras share does not become
/// one burst.
const TABLES_A_ROUND: usize = 64;
/// How long the catalog may take for a batch.
const CATALOG_LIMIT: Duration = Duration::from_secs(30);
/// Longest time without a sign of life, in microseconds.
const SIGN_MICROS: i64 = 5_000_000;
/// Writes in one transaction.
const BATCH: usize = 2_000;

/// Something that a recorder wants to be in the catalog.
#[derive(Debug)]
pub(crate) enum Entry {
    /// Goes into the catalog once what was written before it is durable.
    Write(Box<LedgerWrite>),
    /// A segment to be finished first.
    Finish(Box<FinishJob>),
}

/// The recorders' end. Sending blocks while the queue is full, which makes the recorder's own
/// queue fill and, in the end, a gap.
#[derive(Debug, Clone)]
pub(crate) struct CommitSender {
    queue: SyncSender<Message>,
    dirty: Arc<AtomicBool>,
}

enum Message {
    Entry(CameraId, Entry),
    /// Somebody waits until everything before it is in the catalog.
    Flush(SyncSender<()>),
}

impl CommitSender {
    pub(crate) fn send(&self, camera: CameraId, entry: Entry) {
        // The thread ends only when all senders are gone.
        let _ = self.queue.send(Message::Entry(camera, entry));
    }

    /// Bytes were written: the next round has to make them durable.
    pub(crate) fn wrote(&self) {
        self.dirty.store(true, Ordering::Release);
    }

    /// Waits until everything sent before is in the catalog, at most `limit`; says whether it is.
    pub(crate) fn flush(&self, limit: Duration) -> bool {
        let (done, wait) = sync_channel(1);
        self.queue.send(Message::Flush(done)).is_ok() && wait.recv_timeout(limit).is_ok()
    }
}

/// How the bytes of a round are made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncMode {
    /// One `syncfs` of the volume.
    Volume,
    /// Not at all: the page cache decides. For benchmarks.
    Never,
}

/// Who is told.
pub(crate) struct Told {
    pub(crate) catalog: Catalog,
    /// The database's connections belong to it.
    pub(crate) runtime: tokio::runtime::Handle,
    /// Who tells.
    pub(crate) node: NodeId,
    pub(crate) clock: fn() -> WallTime,
}

/// Starts the thread. It ends when all senders are gone and the backlog is written or given up.
pub(crate) fn start(
    tier: &LocalTier,
    told: Told,
    interval: Duration,
    mode: SyncMode,
) -> std::io::Result<(CommitSender, JoinHandle<()>)> {
    let (sender, receiver) = sync_channel(QUEUE);
    let volume = std::fs::File::open(tier.root())?;
    let dirty = Arc::new(AtomicBool::new(false));
    let committer = Committer {
        dirty: dirty.clone(),
        volume,
        mode,
        told,
        last_sign: None,
        lanes: HashMap::new(),
        backlog: VecDeque::new(),
        failing: false,
    };
    let thread = std::thread::Builder::new()
        .name("nightjar-commit".into())
        .spawn(move || committer.run(&receiver, interval))?;
    Ok((CommitSender { queue: sender, dirty }, thread))
}

struct Committer {
    volume: std::fs::File,
    mode: SyncMode,
    dirty: Arc<AtomicBool>,
    told: Told,
    /// When the catalog was last told that this process is alive.
    last_sign: Option<WallTime>,
    /// What each camera still has to have made durable, in order.
    lanes: HashMap<CameraId, VecDeque<Entry>>,
    /// What is durable and waits for the catalog.
    backlog: VecDeque<LedgerWrite>,
    failing: bool,
}

impl Committer {
    fn run(mut self, receiver: &Receiver<Message>, interval: Duration) {
        let mut waiting: Vec<SyncSender<()>> = Vec::new();
        loop {
            let open = self.collect(receiver, interval, &mut waiting);
            self.round();
            if self.is_idle() {
                for done in waiting.drain(..) {
                    // Whoever waited may have given up.
                    let _ = done.send(());
                }
            }
            if !open && (self.is_idle() || self.failing) {
                return;
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.lanes.is_empty() && self.backlog.is_empty()
    }

    /// Takes entries in until the interval is over; at once when somebody waits for a flush.
    /// False when all senders are gone.
    fn collect(
        &mut self,
        receiver: &Receiver<Message>,
        interval: Duration,
        waiting: &mut Vec<SyncSender<()>>,
    ) -> bool {
        #[expect(clippy::disallowed_methods, reason = "this thread paces itself by the real clock")]
        let deadline = Instant::now() + interval;
        loop {
            #[expect(clippy::disallowed_methods, reason = "this thread paces itself by the real clock")]
            let left = deadline.saturating_duration_since(Instant::now());
            let limit = if waiting.is_empty() { left } else { Duration::from_millis(5) };
            match receiver.recv_timeout(limit) {
                Ok(Message::Entry(camera, entry)) => self.lanes.entry(camera).or_default().push_back(entry),
                Ok(Message::Flush(done)) => waiting.push(done),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn round(&mut self) {
        let now = (self.told.clock)();
        if self.dirty.swap(false, Ordering::AcqRel) || !self.lanes.is_empty() {
            self.before_sync();
            if let Err(error) = self.sync() {
                tracing::error!(%error, "can't make footage durable; trying again");
                metrics::counter!("nightjar_volume_sync_errors_total").increment(1);
                self.dirty.store(true, Ordering::Release);
                std::thread::sleep(Duration::from_millis(200));
                return;
            }
            self.after_sync();
        }
        self.give_sign(now);
        self.tell_catalog();
    }

    /// Everything until `now` is told with this round. While nothing else is to be told, a sign of
    /// life now and then is enough.
    fn give_sign(&mut self, now: WallTime) {
        let recent = |last: WallTime| (0..SIGN_MICROS).contains(&now.micros_since(last));
        if self.failing || (self.backlog.is_empty() && self.last_sign.is_some_and(recent)) {
            return;
        }
        self.last_sign = Some(now);
        self.backlog.push_back(LedgerWrite::NodeSeen { node: self.told.node.clone(), at: now });
    }

    fn before_sync(&mut self) {
        let mut tables = 0;
        for lane in self.lanes.values_mut() {
            let Some(Entry::Finish(job)) = lane.front_mut() else { continue };
            if tables == TABLES_A_ROUND {
                return;
            }
            tables += 1;
            if let Err(error) = job.before_sync() {
                tracing::warn!(key = job.key(), %error, "can't finish a segment yet; trying again");
            }
        }
    }

    fn sync(&self) -> std::io::Result<()> {
        match self.mode {
            SyncMode::Volume => Ok(rustix::fs::syncfs(&self.volume)?),
            SyncMode::Never => Ok(()),
        }
    }

    fn after_sync(&mut self) {
        for lane in self.lanes.values_mut() {
            while let Some(entry) = lane.pop_front() {
                match entry {
                    Entry::Write(write) => self.backlog.push_back(*write),
                    Entry::Finish(job) => match job.after_sync() {
                        After::Finished(write) => self.backlog.push_back(*write),
                        After::Again(job) => {
                            lane.push_front(Entry::Finish(job));
                            break;
                        }
                    },
                }
            }
        }
        self.lanes.retain(|_, lane| !lane.is_empty());
        self.shed();
    }

    /// A catalog that is gone for days must not take the memory with it. Segments are given up
    /// first: the reconciler adopts their files later, while gaps are known only here.
    fn shed(&mut self) {
        if self.backlog.len() <= BACKLOG {
            return;
        }
        let before = self.backlog.len();
        self.backlog.retain(|write| !matches!(write, LedgerWrite::SegmentProgress { .. }));
        if self.backlog.len() > BACKLOG {
            self.backlog.retain(|write| {
                matches!(
                    write,
                    LedgerWrite::GapOpened(_) | LedgerWrite::GapClosed { .. } | LedgerWrite::GapRecorded(_)
                )
            });
        }
        self.backlog.drain(..self.backlog.len().saturating_sub(BACKLOG));
        let shed = before - self.backlog.len();
        tracing::error!(shed, "the catalog is gone for too long: rows were given up, their files stay");
    }

    fn tell_catalog(&mut self) {
        let mut most = BATCH;
        while !self.backlog.is_empty() {
            let count = self.backlog.len().min(most);
            match self.apply_first(count) {
                Ok(()) => {
                    if std::mem::take(&mut self.failing) {
                        tracing::info!("the catalog takes the ledger again");
                    }
                    self.backlog.drain(..count);
                    most = (most * 2).min(BATCH);
                }
                Err(CatalogError::Refused(_)) if count > 1 => most = count / 2,
                Err(error @ CatalogError::Refused(_)) => self.leave_out_first(&error),
                Err(error) => {
                    metrics::counter!("nightjar_ledger_write_errors_total").increment(1);
                    if !std::mem::replace(&mut self.failing, true) {
                        let waiting = self.backlog.len();
                        tracing::error!(%error, waiting, "the catalog does not take the ledger; recording goes on");
                    }
                    break;
                }
            }
        }
        metrics::gauge!("nightjar_ledger_backlog").set(self.backlog.len() as f64);
    }

    fn apply_first(&mut self, count: usize) -> Result<(), CatalogError> {
        let batch = &self.backlog.make_contiguous()[..count];
        self.told.runtime.block_on(async {
            let answer = tokio::time::timeout(CATALOG_LIMIT, self.told.catalog.apply(batch)).await;
            answer.unwrap_or_else(|_| Err(CatalogError::Unavailable("no answer within 30 s".to_owned())))
        })
    }

    /// A row that the catalog will never take must not hold up those behind it. A segment's file
    /// stays, and the reconciler adopts it later.
    fn leave_out_first(&mut self, error: &CatalogError) {
        let row = self.backlog.pop_front().as_ref().map(describe).unwrap_or_default();
        tracing::error!(%error, row, "the catalog refuses a row of the ledger; it is left out");
        metrics::counter!("nightjar_ledger_rows_refused_total").increment(1);
    }
}

/// A row of the ledger, for the log.
fn describe(row: &LedgerWrite) -> String {
    match row {
        LedgerWrite::SegmentOpened(segment) => format!("segment {} was opened", segment.key),
        LedgerWrite::SegmentProgress { id, .. } => format!("segment {id} grew"),
        LedgerWrite::SegmentFinished { segment, .. } => format!("segment {} was finished", segment.key),
        LedgerWrite::SegmentDropped(id) => format!("segment {id} got no frame"),
        LedgerWrite::GapOpened(gap) => format!("gap {} of camera {} began", gap.id, gap.camera_id),
        LedgerWrite::GapClosed { id, .. } => format!("gap {id} ended"),
        LedgerWrite::GapRecorded(gap) => format!("gap {} of camera {}", gap.id, gap.camera_id),
        LedgerWrite::NodeSeen { node, .. } => format!("node {} is alive", node.0),
    }
}
