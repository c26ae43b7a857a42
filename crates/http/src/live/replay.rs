//! What a client has missed, out of the store.
//!
//! It has been listening since it connected, so nothing falls between the store and what is told
//! live. What it would get from both is left out the second time: what was sent is remembered for a
//! minute after a replay, and, because a replay is asked for then, after the beginning and after
//! something was missed.

use std::collections::HashMap;
use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogError, EventFilter, Page, PageStart, SortOrder};
use nightjar_model::{Event, EventId};
use tokio::time::Instant;

use super::frame::{Frame, Progress};

/// Events that are sent for one request; then the client is told how many are left.
const MOST: usize = 10_000;
/// Events that are read at once.
const PAGE: u32 = 500;
/// For how long what was sent is remembered: an event is told live within seconds of being stored.
const REMEMBERED: Duration = Duration::from_secs(60);
/// Events told live that are remembered at most.
const MOST_LIVE: usize = 2_000;

/// A request for what was missed.
pub(super) struct Replay {
    last: EventId,
    sent: usize,
}

/// What was sent, until it can't come from elsewhere any more.
#[derive(Debug)]
pub(super) struct Sent {
    events: HashMap<EventId, Progress>,
    until: Instant,
    /// Whether what is told live is remembered too.
    live: bool,
}

/// What comes next.
pub(super) enum Next {
    /// These, and then perhaps more.
    Events(Vec<Event>),
    /// So many are left for the next request.
    Left(u64),
    /// That was all.
    Done,
}

impl Replay {
    pub(super) fn new(last: EventId) -> Self {
        Self { last, sent: 0 }
    }

    /// The next events of `filter`, oldest first.
    pub(super) async fn next(
        &mut self,
        catalog: &Catalog,
        filter: &EventFilter,
    ) -> Result<Next, CatalogError> {
        if self.sent >= MOST {
            let rest = EventFilter { from: Some(self.last.time()), ..filter.clone() };
            let page = Page { start: PageStart::Number(1), limit: 1, order: SortOrder::Ascending };
            let left = catalog.list_events(&rest, &page).await?.total.unwrap_or(0);
            // The last one that was sent is among them.
            return Ok(match left.saturating_sub(1) {
                0 => Next::Done,
                left => Next::Left(left),
            });
        }
        let page = Page { start: PageStart::After(self.last), limit: PAGE, order: SortOrder::Ascending };
        let events = catalog.list_events(filter, &page).await?.items;
        let Some(last) = events.last() else { return Ok(Next::Done) };
        self.last = last.id;
        self.sent += events.len();
        Ok(Next::Events(events))
    }
}

impl Sent {
    /// Remembers what is told live from now on.
    pub(super) fn new(now: Instant) -> Self {
        Self { events: HashMap::new(), until: now + REMEMBERED, live: true }
    }

    /// It was told live.
    pub(super) fn note_live(&mut self, frame: &Frame) {
        if let Some((id, progress)) = frame.event.filter(|_| self.live && self.events.len() < MOST_LIVE) {
            self.events.insert(id, progress);
        }
    }

    /// It came out of the store.
    pub(super) fn note_stored(&mut self, event: &Event, now: Instant) {
        self.events.insert(event.id, Progress::of(event));
        self.until = now + REMEMBERED;
    }

    /// Whether the client has this already.
    pub(super) fn covers(&self, frame: &Frame) -> bool {
        let known = frame.event.and_then(|(id, progress)| Some((progress, self.events.get(&id)?)));
        known.is_some_and(|(progress, known)| progress.is_within(*known))
    }

    /// Forgets what can't come again.
    pub(super) fn tidy(&mut self, now: Instant) {
        if now >= self.until {
            *self = Self { live: false, ..Self::new(now) };
        }
    }
}
