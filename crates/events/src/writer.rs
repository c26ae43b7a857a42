//! The driver: takes orders, writes batches, tries again while the database is away, tells listeners.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge, histogram};
use nightjar_catalog::{CameraBook, Catalog, CatalogError, EventWrite};
use nightjar_model::{Backoff, Event, EventId, EventType};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::batch::{Batch, Order, Waiting};
use crate::feed::Notice;
use crate::pipeline::{Events, EventsConfig};

/// After a failure: one second, doubling up to this.
const MOST_BACKOFF: Duration = Duration::from_secs(30);
/// Rows of one transaction: more than a batch has, for when many have waited.
const MOST_ROWS: usize = 1_000;
/// How often dropped events are logged at most.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(10);

/// Writes what is ordered.
pub(crate) struct Writer {
    catalog: Catalog,
    config: EventsConfig,
    events: Events,
    batch: Batch<Instant>,
    backoff: Backoff,
    /// Not before this.
    next: Instant,
    warned: (Instant, u64),
}

impl Writer {
    pub(crate) fn new(catalog: Catalog, config: EventsConfig, events: Events) -> Self {
        let batch = Batch::new(config.node.clone(), config.waiting);
        let backoff = Backoff::new(Duration::from_secs(1), MOST_BACKOFF);
        Self { catalog, config, events, batch, backoff, next: now(), warned: (now(), 0) }
    }

    /// Writes until stopped; then what waits, as long as it may take.
    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Order>, stop: CancellationToken) {
        loop {
            let full = self.batch.len() >= self.config.batch && self.backoff.failures() == 0;
            let due = if full { now() } else { self.next };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = sleep_until(due), if self.batch.len() > 0 => self.write(&mut queue).await,
                order = queue.recv() => match order {
                    Some(order) => self.accept(order),
                    None => break,
                },
            }
        }
        queue.close();
        while let Some(order) = queue.recv().await {
            self.accept(order);
        }
        self.batch.end_all((self.config.clock)(), now());
        let drained = timeout(self.config.drain, async {
            while self.batch.len() > 0 {
                sleep_until(if self.backoff.failures() == 0 { now() } else { self.next }).await;
                self.write(&mut queue).await;
            }
        });
        if drained.await.is_err() {
            tracing::error!(events = self.batch.len(), "events could not be written before the stop");
        }
    }

    fn accept(&mut self, order: Order) {
        if !self.batch.accept(order, now(), rand::random()) {
            self.events.count_dropped(1);
        }
        let (at, told) = self.warned;
        let dropped = self.events.dropped();
        if dropped > told && now().duration_since(at) >= BETWEEN_WARNINGS {
            tracing::warn!(
                events = dropped - told,
                "events were dropped: there are too many, or no database"
            );
            self.warned = (now(), dropped);
        }
    }

    /// Writes what waits; orders are taken meanwhile.
    async fn write(&mut self, queue: &mut mpsc::Receiver<Order>) {
        let writes = self.batch.first(MOST_ROWS);
        let catalog = self.catalog.clone();
        let mut writing = std::pin::pin!(catalog.apply_events(&writes));
        let outcome = loop {
            tokio::select! {
                outcome = &mut writing => break outcome,
                Some(order) = queue.recv() => self.accept(order),
            }
        };
        match outcome {
            Ok(ended) => self.written(writes.len(), ended).await,
            Err(CatalogError::Refused(_)) => self.one_by_one(&writes).await,
            Err(error) => self.failed(&error),
        }
        self.next = self.next.max(now() + self.config.interval);
        gauge!("nightjar_events_waiting").set(self.batch.len() as f64);
    }

    /// One of them is refused: the others shall not suffer for it. Only what the schema refuses is
    /// dropped, because it never will be taken; all else may pass, such as a standby that takes no
    /// writes until it is promoted.
    async fn one_by_one(&mut self, writes: &[EventWrite]) {
        for write in writes {
            match self.catalog.apply_events(std::slice::from_ref(write)).await {
                Ok(ended) => self.written(1, ended).await,
                Err(error @ CatalogError::Refused(_)) => {
                    tracing::error!(%error, "an event can't be written and is dropped");
                    self.batch.pop();
                    self.events.count_dropped(1);
                }
                Err(error) => return self.failed(&error),
            }
        }
    }

    fn failed(&mut self, error: &CatalogError) {
        let delay = self.backoff.next_delay(rand::random());
        let waiting = self.batch.len();
        tracing::warn!(%error, waiting, "events can't be written; trying again");
        self.next = now() + delay;
    }

    /// Tells what is stored; what has ended as it is in the store, where somebody may have acknowledged
    /// it meanwhile. What is not there any more is not told.
    async fn written(&mut self, count: usize, ended: Vec<Event>) {
        self.backoff.reset();
        let at = now();
        let cameras = self.catalog.camera_book((self.config.clock)()).await.ok();
        let mut ended: HashMap<EventId, Event> = ended.into_iter().map(|event| (event.id, event)).collect();
        for Waiting { write, since } in (0..count).map_while(|_| self.batch.pop()).collect::<Vec<_>>() {
            let event = match write {
                EventWrite::Happened(event) | EventWrite::Began(event, _) => {
                    count_event(&event, cameras.as_deref());
                    self.events.note_stored(event.id);
                    Some(event)
                }
                EventWrite::Ended(id, _) => ended.remove(&id),
            };
            let took = at.duration_since(since);
            histogram!("reolink_events_processing_duration_seconds").record(took.as_secs_f64());
            if let Some(event) = event {
                self.events.tell(Notice::Event(Arc::new(event)));
            }
        }
    }
}

/// Counts an event. Cameras and types are bounded sets: the camera is one that exists, and a type that is
/// not known is `other`.
fn count_event(event: &Event, cameras: Option<&CameraBook>) {
    let kind = EventType::KNOWN.iter().find(|known| **known == event.event_type);
    let of = cameras.map_or(&[][..], |cameras| cameras.of(event.org_id));
    let camera = of.iter().find(|camera| Some(camera.id) == event.camera_id);
    let camera = camera.map(|camera| camera.metrics_label()).unwrap_or_default();
    let kind = kind.map_or("other", EventType::as_str);
    counter!("reolink_events_total", "camera_id" => camera, "event_type" => kind).increment(1);
}

fn now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the driver of the pipeline")]
    Instant::now()
}
