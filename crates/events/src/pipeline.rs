//! The handle that everybody publishes through.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::counter;
use nightjar_catalog::Catalog;
use nightjar_model::{Event, EventId, NewEvent, NodeId, WallTime};
use parking_lot::Mutex;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::batch::Order;
use crate::feed::{Notice, Notices, StatusChange};
use crate::stored::Stored;
use crate::writer::Writer;

/// Bounds of the pipeline.
#[derive(Debug, Clone)]
pub struct EventsConfig {
    /// The node's name: what lasts on it ends with it.
    pub node: NodeId,
    /// Events that wait to be looked at; more are dropped and counted.
    pub queue: usize,
    /// Events that wait to be written while the database is away; more are dropped and counted.
    pub waiting: usize,
    /// A batch is written when it has so many, …
    pub batch: usize,
    /// … or when this long has passed since the one before.
    pub interval: Duration,
    /// How long a stop may take to write what waits.
    pub drain: Duration,
    /// What is kept for listeners that are slow.
    pub feed: usize,
    /// The time.
    pub clock: fn() -> WallTime,
}

impl EventsConfig {
    /// The usual bounds.
    pub fn new(node: NodeId, clock: fn() -> WallTime) -> Self {
        Self {
            node,
            queue: 4_096,
            waiting: 10_000,
            batch: 100,
            interval: Duration::from_secs(1),
            drain: Duration::from_secs(5),
            feed: 4_096,
            clock,
        }
    }
}

/// The pipeline. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Events {
    inner: Arc<Inner>,
}

struct Inner {
    orders: mpsc::Sender<Order>,
    feed: broadcast::Sender<Notice>,
    stored: Mutex<Stored>,
    dropped: AtomicU64,
}

impl Events {
    /// Makes the pipeline, and what writes: it must be run, or nothing is ever stored. Once `stop` is
    /// cancelled, what waits is written and what lasts is ended.
    pub fn new(
        catalog: Catalog,
        config: EventsConfig,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (orders, queue) = mpsc::channel(config.queue);
        let feed = broadcast::Sender::new(config.feed);
        let inner = Inner { orders, feed, stored: Mutex::new(Stored::new()), dropped: AtomicU64::new(0) };
        let events = Self { inner: Arc::new(inner) };
        let writer = Writer::new(catalog, config, events.clone());
        (events, writer.run(queue, stop))
    }

    /// Something happened. Never waits; false if there was no room for it.
    pub fn publish(&self, event: NewEvent) -> bool {
        self.order(Order::Publish(event))
    }

    /// Something began that lasts until [`Self::end`] is called with the same key. What began under
    /// that key before ends here. Never waits; false if there was no room for it.
    pub fn begin(&self, key: impl Into<String>, event: NewEvent) -> bool {
        self.order(Order::Begin(key.into(), event))
    }

    /// What began under this key has ended; if nothing did, nothing happens. Never waits; false if
    /// there was no room for it: then it ends with the next of its key, or with the process.
    pub fn end(&self, key: impl Into<String>, at: WallTime) -> bool {
        self.order(Order::End(key.into(), at))
    }

    /// What is stored, and the states of cameras, from now on.
    pub fn subscribe(&self) -> Notices {
        Notices::new(self.inner.feed.subscribe())
    }

    /// How many events were dropped because there was no room for them.
    pub fn dropped(&self) -> u64 {
        self.inner.dropped.load(Ordering::Relaxed)
    }

    /// From when on a listener that knows this event may have missed some: those that began then, and
    /// those that ended or were acknowledged then. Among them are some that it may know.
    pub fn missed_from(&self, last: EventId, now: WallTime) -> WallTime {
        self.inner.stored.lock().missed_from(last, now)
    }

    /// Tells listeners that a stored event is not as it was: somebody has acknowledged it.
    pub fn tell_event(&self, event: Event) {
        self.tell(Notice::Event(Arc::new(event)));
    }

    /// Tells listeners a camera's state.
    pub fn tell_status(&self, change: StatusChange) {
        self.tell(Notice::Status(Arc::new(change)));
    }

    pub(crate) fn tell(&self, notice: Notice) {
        // Nobody may be listening.
        let _ = self.inner.feed.send(notice);
    }

    /// An event was stored.
    pub(crate) fn note_stored(&self, id: EventId) {
        self.inner.stored.lock().note(id);
    }

    pub(crate) fn count_dropped(&self, events: u64) {
        self.inner.dropped.fetch_add(events, Ordering::Relaxed);
        counter!("nightjar_events_dropped_total").increment(events);
    }

    fn order(&self, order: Order) -> bool {
        let taken = self.inner.orders.try_send(order).is_ok();
        if !taken {
            self.count_dropped(1);
        }
        taken
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("dropped", &self.dropped()).finish_non_exhaustive()
    }
}
