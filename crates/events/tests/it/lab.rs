//! A pipeline that runs.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogOptions, EventFilter, Page, PageStart, SortOrder};
use nightjar_events::{Events, EventsConfig, Notice, Notices};
use nightjar_model::{Event, EventType, NewEvent, NodeId, OrgId, Severity, WallTime};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Seconds of the tests' clock.
pub(crate) static CLOCK: AtomicI64 = AtomicI64::new(100);

pub(crate) fn clock() -> WallTime {
    at(CLOCK.load(Ordering::Relaxed))
}

pub(crate) fn at(seconds: i64) -> WallTime {
    WallTime::from_millis((1_763_000_000 + seconds) * 1_000)
}

pub(crate) fn config() -> EventsConfig {
    EventsConfig {
        interval: Duration::from_millis(50),
        ..EventsConfig::new(NodeId("node-1".to_owned()), clock)
    }
}

pub(crate) struct Lab {
    pub(crate) events: Events,
    pub(crate) catalog: Catalog,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    _folder: Option<TempDir>,
}

impl Lab {
    pub(crate) async fn new(config: EventsConfig) -> Self {
        Self::with(config, "").await
    }

    /// With a parameter of the database.
    pub(crate) async fn with(config: EventsConfig, parameter: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}/catalog.db{parameter}", folder.path().display());
        Self { _folder: Some(folder), ..Self::on(config, &url).await }
    }

    /// On this database.
    pub(crate) async fn on(config: EventsConfig, url: &str) -> Self {
        let catalog = Catalog::connect(url, &CatalogOptions::default()).await.expect("opens");
        let stop = CancellationToken::new();
        let (events, run) = Events::new(catalog.clone(), config, stop.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(run);
        Self { events, catalog, tasks, stop, _folder: None }
    }

    /// All events that are stored, oldest first.
    pub(crate) async fn stored(&self) -> Vec<Event> {
        let (mut found, mut start) = (Vec::new(), PageStart::Number(1));
        loop {
            let page = Page { start, limit: 500, order: SortOrder::Ascending };
            let page = self.catalog.list_events(&EventFilter::all(OrgId::DEFAULT), &page).await;
            let page = page.expect("is read");
            found.extend(page.items);
            let Some(next) = page.next_cursor else { return found };
            start = PageStart::After(next);
        }
    }

    /// Stops the pipeline and waits for it.
    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("ends well");
        }
    }
}

pub(crate) fn doorbell(seconds: i64) -> NewEvent {
    NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, at(seconds))
}

/// The next events that are told.
pub(crate) async fn told(notices: &mut Notices, count: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while events.len() < count {
        let next = tokio::time::timeout(Duration::from_secs(30), notices.next()).await;
        match next.expect("in time").expect("goes on") {
            Notice::Event(event) => events.push((*event).clone()),
            Notice::Status(_) => {}
            Notice::Missed(missed) => panic!("{missed} were missed"),
        }
    }
    events
}
