//! What waits to be written, and what lasts: plain code. Ids are given out here, one after the other.

use std::collections::{HashMap, VecDeque};

use nightjar_catalog::EventWrite;
use nightjar_model::{EventId, NewEvent, NodeId, WallTime};
use serde_json::{Map, Value};

/// What lasts at the same time; more are stored as if they did not last.
const MOST_OPEN: usize = 10_000;
/// Bytes of an event's metadata as JSON.
const MOST_METADATA: usize = 16 * 1024;
/// An event that is this much older than the newest one was reported late. One that is only a little
/// older has lost a race between two who report, and is put behind the other: so the order of ids is
/// that in which they are stored, and a listener that comes back knows what it has missed.
const LATE_MICROS: i64 = 1_000_000;

/// What is asked of the pipeline.
#[derive(Debug)]
pub(crate) enum Order {
    Publish(NewEvent),
    Begin(String, NewEvent),
    End(String, WallTime),
}

/// A change that waits to be written.
#[derive(Debug, Clone)]
pub(crate) struct Waiting<T> {
    pub(crate) write: EventWrite,
    /// When it came.
    pub(crate) since: T,
}

/// What waits, in the order in which it came. `T` tells when.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    node: NodeId,
    waiting: VecDeque<Waiting<T>>,
    most: usize,
    /// What lasts: which event, and when it began.
    open: HashMap<String, (EventId, WallTime)>,
    last: EventId,
}

impl<T: Copy> Batch<T> {
    /// Nothing yet; at most `most` events wait.
    pub(crate) fn new(node: NodeId, most: usize) -> Self {
        let last = EventId::floor(WallTime::from_micros(0));
        Self { node, waiting: VecDeque::new(), most, open: HashMap::new(), last }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The first that wait.
    pub(crate) fn first(&self, count: usize) -> Vec<EventWrite> {
        self.waiting.iter().take(count).map(|waiting| waiting.write.clone()).collect()
    }

    /// Takes the first one out: it is written, or never will be.
    pub(crate) fn pop(&mut self) -> Option<Waiting<T>> {
        self.waiting.pop_front()
    }

    /// Takes an order; false if there is no room for its event. `random` makes ids of the same
    /// microsecond differ.
    pub(crate) fn accept(&mut self, order: Order, now: T, random: u64) -> bool {
        match order {
            Order::Publish(new) => self.begin(None, new, now, random),
            Order::Begin(key, new) => {
                self.end(&key, new.start, now);
                self.begin(Some(key), new, now, random)
            }
            Order::End(key, at) => {
                self.end(&key, at, now);
                true
            }
        }
    }

    /// Ends all that lasts.
    pub(crate) fn end_all(&mut self, at: WallTime, now: T) {
        let keys: Vec<String> = self.open.keys().cloned().collect();
        keys.iter().for_each(|key| self.end(key, at, now));
    }

    fn begin(&mut self, key: Option<String>, new: NewEvent, now: T, random: u64) -> bool {
        if self.waiting.len() >= self.most {
            return false;
        }
        let id = self.id(new.start, random);
        let event = NewEvent { metadata: bounded(new.metadata), ..new }.with_id(id);
        let write = match key.filter(|_| self.open.len() < MOST_OPEN) {
            Some(key) => {
                self.open.insert(key, (id, event.start));
                EventWrite::Began(event, self.node.clone())
            }
            None => EventWrite::Happened(event),
        };
        self.waiting.push_back(Waiting { write, since: now });
        true
    }

    /// Ends are never refused: there are no more of them than of what lasts.
    fn end(&mut self, key: &str, at: WallTime, now: T) {
        let Some((id, start)) = self.open.remove(key) else { return };
        self.waiting.push_back(Waiting { write: EventWrite::Ended(id, at.max(start)), since: now });
    }

    fn id(&mut self, start: WallTime, random: u64) -> EventId {
        let id = EventId::at(start, random);
        let is_late = self.last.time().micros_since(start) >= LATE_MICROS;
        let id = if id > self.last || is_late { id } else { self.last.next() };
        self.last = self.last.max(id);
        id
    }
}

/// Metadata that is too large says only so.
fn bounded(metadata: Map<String, Value>) -> Map<String, Value> {
    let bytes = Value::Object(metadata.clone()).to_string().len();
    if bytes <= MOST_METADATA {
        return metadata;
    }
    [("omitted_bytes".to_owned(), Value::from(bytes))].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightjar_model::{Event, EventType, OrgId, Severity};

    fn at(millis: i64) -> WallTime {
        WallTime::from_millis(1_763_000_000_000 + millis)
    }

    fn new(start: WallTime) -> NewEvent {
        NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, start)
    }

    fn batch(most: usize) -> Batch<u32> {
        Batch::new(NodeId("node-1".to_owned()), most)
    }

    fn event(waiting: &Waiting<u32>) -> Option<&Event> {
        match &waiting.write {
            EventWrite::Happened(event) | EventWrite::Began(event, _) => Some(event),
            EventWrite::Ended(..) => None,
        }
    }

    /// Of what happened or began.
    fn ids(batch: &Batch<u32>) -> Vec<EventId> {
        batch.waiting.iter().filter_map(event).map(|event| event.id).collect()
    }

    #[test]
    fn ids_are_in_the_order_of_storing_unless_an_event_is_late() {
        let mut batch = batch(10);
        for start in [at(0), at(5), at(3), at(3), at(4), at(900)] {
            assert!(batch.accept(Order::Publish(new(start)), 0, u64::MAX));
        }
        assert!(ids(&batch).is_sorted());
        assert_eq!(
            event(&batch.waiting[2]).map(|event| event.start),
            Some(at(3)),
            "what happened when stays as it was"
        );
        batch.accept(Order::Publish(new(at(-200))), 0, 7);
        assert_eq!(ids(&batch)[6], EventId::at(at(-200), 7), "late");
    }

    #[test]
    fn what_lasts_ends_once_and_not_before_it_began() {
        let mut batch = batch(10);
        batch.accept(Order::Begin("motion".to_owned(), new(at(5))), 0, 1);
        batch.accept(Order::End("other".to_owned(), at(6)), 0, 1);
        batch.accept(Order::End("motion".to_owned(), at(4)), 0, 1);
        batch.accept(Order::End("motion".to_owned(), at(8)), 0, 1);
        let writes = batch.first(10);
        assert_eq!(writes.len(), 2);
        assert_eq!(writes[1], EventWrite::Ended(ids(&batch)[0], at(5)));
    }

    #[test]
    fn beginning_again_ends_what_went_before() {
        let mut batch = batch(10);
        batch.accept(Order::Begin("motion".to_owned(), new(at(5))), 0, 1);
        batch.accept(Order::Begin("motion".to_owned(), new(at(9))), 0, 1);
        batch.end_all(at(20), 0);
        batch.end_all(at(30), 0);
        let ids = ids(&batch);
        let ends = [EventWrite::Ended(ids[0], at(9)), EventWrite::Ended(ids[1], at(20))];
        let writes = batch.first(10);
        assert_eq!([&writes[1], &writes[3]], [&ends[0], &ends[1]]);
        assert_eq!(writes.len(), 4);
    }

    #[test]
    fn there_is_room_for_so_many_but_ends_are_never_lost() {
        let mut batch = batch(2);
        assert!(batch.accept(Order::Begin("motion".to_owned(), new(at(1))), 0, 1));
        assert!(batch.accept(Order::Publish(new(at(2))), 0, 1));
        assert!(!batch.accept(Order::Publish(new(at(3))), 0, 1));
        assert!(!batch.accept(Order::Begin("door".to_owned(), new(at(3))), 0, 1));
        assert!(batch.accept(Order::End("motion".to_owned(), at(4)), 0, 1));
        assert!(batch.accept(Order::End("door".to_owned(), at(4)), 0, 1));
        assert_eq!(batch.len(), 3);
    }

    #[test]
    fn metadata_has_a_bound() {
        let mut batch = batch(2);
        batch.accept(Order::Publish(new(at(1)).with("text", "x".repeat(20_000))), 0, 1);
        let metadata = &event(&batch.waiting[0]).expect("is one").metadata;
        assert_eq!(metadata.keys().collect::<Vec<_>>(), ["omitted_bytes"]);
    }
}
