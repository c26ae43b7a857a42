//! What a client has missed, out of the store.
//!
//! It has been listening since it connected, so nothing falls between the store and what is told
//! live. What it would get from both is left out the second time: what was sent is remembered for a
//! minute after a replay, and, because a replay is asked for then, after the beginning and after
//! something was missed.

use std::collections::BTreeMap;
use std::time::Duration;

use nightjar_catalog::{
    Catalog, CatalogError, EventChange, EventChanged, EventFilter, Page, PageStart, SortOrder,
};
use nightjar_model::{Event, EventId, WallTime};
use tokio::time::Instant;

use super::frame::{Frame, Progress};

/// Events that are sent for one request; then the client is told how many are left.
const MOST: usize = 10_000;
/// Events that are read at once.
const PAGE: u32 = 500;
/// For how long what was sent is remembered: an event is told live within seconds of being stored.
const REMEMBERED: Duration = Duration::from_secs(60);
/// Events that are remembered at most: two feeds of 4,096 are before a socket, so what was stored
/// before those is not told live any more.
const MOST_REMEMBERED: usize = 8_192;
/// Pages of what became of earlier events that are looked at, of each kind.
const MOST_PAGES: usize = 100;

/// A request for what was missed.
pub(super) struct Replay {
    /// From when on something was missed.
    from: WallTime,
    stage: Stage,
    sent: usize,
}

/// How far it is.
enum Stage {
    /// At what became of events that began before: the last change that was looked at, and so many
    /// pages.
    Changes(EventChange, EventChanged, usize),
    /// At what began since: the last of these.
    Events(EventId),
}

/// Where a request ended because there was too much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unfinished {
    from: WallTime,
    last: EventId,
}

/// What was sent, until it can't come from elsewhere any more.
#[derive(Debug)]
pub(super) struct Sent {
    events: BTreeMap<EventId, Progress>,
    until: Instant,
    /// Whether what is told live is remembered too.
    live: bool,
}

/// What comes next.
pub(super) enum Next {
    /// These, and then perhaps more.
    Events(Vec<Event>),
    /// So many are left for the next request, which begins here.
    Left(u64, Unfinished),
    /// That was all.
    Done,
}

impl Replay {
    /// All from a time on. What an unfinished request has sent does not come again: else a client that
    /// goes on from the last event would for ever get those that may have been late.
    pub(super) fn new(from: WallTime, unfinished: Option<Unfinished>) -> Self {
        let goes_on = |it: &Unfinished| it.from <= from && from <= it.last.time();
        let (from, stage) = match unfinished.filter(goes_on) {
            Some(Unfinished { from, last }) => (from, Stage::Events(last)),
            None => (from, Stage::Changes(EventChange::Ended, (from, EventId::floor(from)), 0)),
        };
        Self { from, stage, sent: 0 }
    }

    /// The next events of `filter`: what began before and has gone on since, then what began since,
    /// oldest first.
    pub(super) async fn next(
        &mut self,
        catalog: &Catalog,
        filter: &EventFilter,
    ) -> Result<Next, CatalogError> {
        match self.stage {
            Stage::Changes(change, after, pages) => {
                let (events, last) = catalog.events_changed(filter.org, change, after, self.from).await?;
                self.stage = match (change, last.filter(|_| pages < MOST_PAGES)) {
                    (_, Some(last)) => Stage::Changes(change, last, pages + 1),
                    (EventChange::Ended, None) => {
                        Stage::Changes(EventChange::Acknowledged, (self.from, EventId::floor(self.from)), 0)
                    }
                    (EventChange::Acknowledged, None) => Stage::Events(EventId::floor(self.from)),
                };
                Ok(Next::Events(events))
            }
            Stage::Events(last) if self.sent < MOST => self.next_after(last, catalog, filter).await,
            Stage::Events(last) => self.left_after(last, catalog, filter).await,
        }
    }

    async fn next_after(
        &mut self,
        last: EventId,
        catalog: &Catalog,
        filter: &EventFilter,
    ) -> Result<Next, CatalogError> {
        let page = Page { start: PageStart::After(last), limit: PAGE, order: SortOrder::Ascending };
        let events = catalog.list_events(filter, &page).await?.items;
        let Some(last) = events.last() else { return Ok(Next::Done) };
        self.stage = Stage::Events(last.id);
        self.sent += events.len();
        Ok(Next::Events(events))
    }

    async fn left_after(
        &self,
        last: EventId,
        catalog: &Catalog,
        filter: &EventFilter,
    ) -> Result<Next, CatalogError> {
        let rest = EventFilter { from: Some(last.time()), ..filter.clone() };
        let page = Page { start: PageStart::Number(1), limit: 1, order: SortOrder::Ascending };
        let left = catalog.list_events(&rest, &page).await?.total.unwrap_or(0);
        // The last one that was sent is among them.
        Ok(match left.saturating_sub(1) {
            0 => Next::Done,
            left => Next::Left(left, Unfinished { from: self.from, last }),
        })
    }
}

impl Sent {
    /// Remembers what is told live from now on.
    pub(super) fn new(now: Instant) -> Self {
        Self { events: BTreeMap::new(), until: now + REMEMBERED, live: true }
    }

    /// It was told live.
    pub(super) fn note_live(&mut self, frame: &Frame) {
        if let Some((id, progress)) = frame.event.filter(|_| self.live) {
            self.note(id, progress);
        }
    }

    /// It came out of the store.
    pub(super) fn note_stored(&mut self, event: &Event, now: Instant) {
        self.note(event.id, Progress::of(event));
        self.until = now + REMEMBERED;
    }

    fn note(&mut self, id: EventId, progress: Progress) {
        self.events.insert(id, progress);
        if self.events.len() > MOST_REMEMBERED {
            // The oldest one is the least likely to come again.
            self.events.pop_first();
        }
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

#[cfg(test)]
mod tests {
    use nightjar_model::{EventType, NewEvent, OrgId, Severity};

    use super::*;
    use crate::live::directory::Cameras;

    fn event(number: i64) -> Event {
        let start = WallTime::from_millis(1_763_000_000_000 + number);
        let new = NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, start);
        new.with_id(EventId::at(start, 1))
    }

    #[tokio::test]
    async fn what_was_sent_is_remembered_up_to_a_bound_and_the_oldest_goes_first() {
        #[expect(clippy::disallowed_methods, reason = "some instant")]
        let now = Instant::now();
        let mut sent = Sent::new(now);
        let frame = |number| Frame::event(&event(number), &Cameras::default());
        let live = 200_000;
        sent.note_live(&frame(live));
        // Ten requests of a client that is far behind.
        for number in 0..100_000 {
            sent.note_stored(&event(number), now);
        }
        assert_eq!(sent.events.len(), MOST_REMEMBERED);
        assert!(sent.covers(&frame(live)) && sent.covers(&frame(99_999)) && !sent.covers(&frame(0)));
        sent.tidy(now + REMEMBERED);
        assert!(sent.events.is_empty());
    }
}
