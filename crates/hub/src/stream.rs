//! One stream: its publisher, its GOP cache, its subscribers.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use nightjar_media::{Fragment, Interruption};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::queue::Queue;
use crate::{QueueLimits, Subscriber};

/// Bounds of the GOP cache.
#[derive(Debug, Clone, Copy)]
pub struct GopLimits {
    /// Bytes; a GOP beyond this is not cached, and new subscribers wait for the next one.
    pub bytes: usize,
    /// Fragments; likewise.
    pub fragments: usize,
}

impl Default for GopLimits {
    fn default() -> Self {
        Self { bytes: 8 << 20, fragments: 64 }
    }
}

/// Where a subscriber begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the beginning of the current GOP, if it is cached; else at the next one.
    Gop,
    /// At the next random access point.
    Live,
}

/// A stream. Cheap to clone; clones share it.
#[derive(Debug, Clone)]
pub struct Stream {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    wanted: watch::Sender<bool>,
    limits: GopLimits,
}

#[derive(Debug, Default)]
struct State {
    gop: VecDeque<Fragment>,
    gop_bytes: usize,
    interruption: Option<Interruption>,
    subscribers: Vec<Arc<Queue>>,
}

/// The sending end: the camera's source.
#[derive(Debug)]
pub struct Publisher {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Unsubscribe(Weak<Shared>);

impl Stream {
    pub(crate) fn new(limits: GopLimits) -> Self {
        let shared = Shared { state: Mutex::default(), wanted: watch::Sender::new(false), limits };
        Self { shared: Arc::new(shared) }
    }

    /// Subscribes. The subscriber is first told of a current interruption, or gets the GOP so
    /// far if it asked for it.
    pub fn subscribe(&self, start: Start, limits: QueueLimits) -> Subscriber {
        let queue = Queue::new(limits);
        let mut state = self.shared.state.lock();
        if let Some(interruption) = &state.interruption {
            queue.push_interruption(interruption);
        } else if start == Start::Gop {
            state.gop.iter().for_each(|fragment| queue.push_fragment(fragment));
        }
        state.subscribers.push(queue.clone());
        drop(state);
        self.shared.wanted.send_if_modified(|wanted| !std::mem::replace(wanted, true));
        Subscriber { queue, on_drop: Unsubscribe(Arc::downgrade(&self.shared)) }
    }

    /// The publishing end. A stream has one publisher at a time; its supervisor sees to that.
    pub fn publisher(&self) -> Publisher {
        Publisher { shared: self.shared.clone() }
    }

    /// Whether anybody is subscribed.
    pub fn is_wanted(&self) -> bool {
        *self.shared.wanted.borrow()
    }

    /// Follows whether anybody is subscribed: the publisher's demand.
    pub fn demand(&self) -> watch::Receiver<bool> {
        self.shared.wanted.subscribe()
    }
}

impl Publisher {
    /// Hands a fragment to everybody. Never waits.
    pub fn publish(&self, fragment: Fragment) {
        let mut state = self.shared.state.lock();
        state.interruption = None;
        for queue in &state.subscribers {
            queue.push_fragment(&fragment);
        }
        state.cache(fragment, self.shared.limits);
    }

    /// Tells everybody that there is no media, and why.
    pub fn interrupt(&self, interruption: Interruption) {
        let mut state = self.shared.state.lock();
        for queue in &state.subscribers {
            queue.push_interruption(&interruption);
        }
        state.gop.clear();
        state.gop_bytes = 0;
        state.interruption = Some(interruption);
    }
}

impl State {
    fn cache(&mut self, fragment: Fragment, limits: GopLimits) {
        let continues = self.gop.back().is_some_and(|last| last.run == fragment.run);
        if fragment.starts_with_rap || !continues {
            self.gop.clear();
            self.gop_bytes = 0;
        }
        if !fragment.starts_with_rap && self.gop.is_empty() {
            return;
        }
        self.gop_bytes += fragment.len;
        self.gop.push_back(fragment);
        if self.gop_bytes > limits.bytes || self.gop.len() > limits.fragments {
            self.gop.clear();
            self.gop_bytes = 0;
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        for queue in &self.state.get_mut().subscribers {
            queue.close();
        }
    }
}

impl Unsubscribe {
    pub(crate) fn run(&self, queue: &Arc<Queue>) {
        let Some(shared) = self.0.upgrade() else { return };
        let mut state = shared.state.lock();
        state.subscribers.retain(|other| !Arc::ptr_eq(other, queue));
        let empty = state.subscribers.is_empty();
        shared.wanted.send_if_modified(|wanted| std::mem::replace(wanted, !empty) == empty);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delivery, Lag};
    use nightjar_media::{InitSection, InterruptionCause, WallTime};

    fn fragment(number: i64, rap: bool) -> Fragment {
        let payload = bytes::Bytes::from(vec![0u8; 1000]);
        Fragment {
            init: Arc::new(InitSection { tracks: vec![], bytes: payload.clone(), ftyp_len: 0 }),
            run: 1,
            sequence: 1,
            start: WallTime::from_millis(number * 500),
            end: WallTime::from_millis(number * 500 + 500),
            decode_time: 0,
            duration: 45_000,
            starts_with_rap: rap,
            chunks: Arc::new([payload]),
            len: 1000,
            tracks: Arc::new([]),
        }
    }

    fn numbers(subscriber: &mut Subscriber) -> Vec<i64> {
        std::iter::from_fn(|| subscriber.try_next())
            .map(|delivery| match delivery {
                Delivery::Fragment(fragment) => fragment.start.micros() / 500_000,
                Delivery::Lagged(_) => -1,
                Delivery::Interrupted(_) => -2,
            })
            .collect()
    }

    #[test]
    fn a_subscriber_gets_the_gop_so_far_and_then_everything() {
        let stream = Stream::new(GopLimits::default());
        let publisher = stream.publisher();
        for number in 0..6 {
            publisher.publish(fragment(number, number % 4 == 0));
        }
        let mut from_gop = stream.subscribe(Start::Gop, QueueLimits::default());
        let mut live = stream.subscribe(Start::Live, QueueLimits::default());
        for number in 6..10 {
            publisher.publish(fragment(number, number % 4 == 0));
        }
        assert_eq!(numbers(&mut from_gop), [4, 5, 6, 7, 8, 9]);
        assert_eq!(numbers(&mut live), [8, 9], "a live subscriber waits for decodable media");
    }

    #[test]
    fn a_slow_subscriber_loses_whole_gops_and_is_told() {
        let stream = Stream::new(GopLimits::default());
        let publisher = stream.publisher();
        let limits = QueueLimits { fragments: 3, ..QueueLimits::default() };
        let mut slow = stream.subscribe(Start::Gop, limits);
        for number in 0..7 {
            publisher.publish(fragment(number, number % 4 == 0));
        }
        assert!(matches!(slow.try_next(), Some(Delivery::Fragment(_))));
        for number in 7..10 {
            publisher.publish(fragment(number, number % 4 == 0));
        }
        assert_eq!(numbers(&mut slow), [1, 2, -1, 8], "there was room again only at 8");
        publisher.publish(fragment(10, false));
        publisher.publish(fragment(12, true));
        let Some(Delivery::Lagged(lag)) = slow.try_next() else { panic!("not told") };
        assert_eq!(lag, Lag { since: WallTime::from_millis(4500), fragments: 2 }, "9 and 10 are lost");
        assert_eq!(numbers(&mut slow), [12]);
    }

    #[test]
    fn queues_that_share_a_budget_keep_to_it_beyond_what_each_is_assured_of() {
        let stream = Stream::new(GopLimits::default());
        let publisher = stream.publisher();
        let budget = crate::Budget::new(10_000);
        let limits = QueueLimits { fragments: 100, assured_bytes: 2_000, bytes: 9_000, budget };
        let mut subscribers: Vec<_> = (0..4).map(|_| stream.subscribe(Start::Gop, limits.clone())).collect();
        (0..20).for_each(|number| publisher.publish(fragment(number, true)));
        let held: Vec<usize> = subscribers.iter().map(Subscriber::queued_bytes).collect();
        assert!(held.iter().all(|&bytes| bytes >= 2_000), "{held:?}");
        assert_eq!(held.iter().sum::<usize>(), 10_000);
        subscribers.truncate(1);
        (20..40).for_each(|number| publisher.publish(fragment(number, true)));
        assert_eq!(subscribers[0].queued_bytes(), 9_000, "what the others held was given back");
    }

    #[test]
    fn an_interruption_comes_in_order_and_to_late_subscribers() {
        let stream = Stream::new(GopLimits::default());
        let publisher = stream.publisher();
        let mut early = stream.subscribe(Start::Gop, QueueLimits::default());
        publisher.publish(fragment(0, true));
        let interruption = Interruption {
            since: WallTime::from_millis(500),
            cause: InterruptionCause::Unreachable,
            details: "connection refused".into(),
        };
        publisher.interrupt(interruption.clone());
        publisher.interrupt(interruption);
        let mut late = stream.subscribe(Start::Gop, QueueLimits::default());
        publisher.publish(fragment(3, false));
        publisher.publish(fragment(4, true));
        assert_eq!(numbers(&mut early), [0, -2, 4]);
        assert_eq!(numbers(&mut late), [-2, 4]);
    }

    #[test]
    fn alternating_failures_are_bounded() {
        let stream = Stream::new(GopLimits::default());
        let mut subscriber = stream.subscribe(Start::Gop, QueueLimits::default());
        let causes = [InterruptionCause::Unreachable, InterruptionCause::AuthFailed];
        for round in 0..1000usize {
            let interruption = Interruption {
                since: WallTime::from_millis(0),
                cause: causes[round % 2],
                details: String::new(),
            };
            stream.publisher().interrupt(interruption);
        }
        assert!(numbers(&mut subscriber).len() <= 33);
    }

    #[tokio::test]
    async fn a_subscriber_learns_that_the_stream_is_gone() {
        let stream = Stream::new(GopLimits::default());
        let mut subscriber = stream.subscribe(Start::Live, QueueLimits::default());
        drop(stream);
        assert!(subscriber.next().await.is_none());
    }
}
