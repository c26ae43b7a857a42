//! One subscriber's bounded queue.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nightjar_media::{Fragment, Interruption, WallTime};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Bounds of a subscriber's queue. What comes first counts.
#[derive(Debug, Clone)]
pub struct QueueLimits {
    /// Fragments.
    pub fragments: usize,
    /// Bytes of fragments that the queue may hold in any case.
    pub assured_bytes: usize,
    /// Bytes of fragments that it may hold while the budget has room.
    pub bytes: usize,
    /// What several queues may hold together, beyond what each is assured of.
    pub budget: Budget,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self { fragments: 64, assured_bytes: 1 << 20, bytes: 8 << 20, budget: Budget::new(usize::MAX) }
    }
}

/// Bytes that the queues sharing it may hold together. Clones share it.
#[derive(Debug, Clone)]
pub struct Budget(Arc<BudgetState>);

#[derive(Debug)]
struct BudgetState {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    /// A budget of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(BudgetState { limit, used: AtomicUsize::new(0) }))
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.0.used.load(Ordering::Relaxed).saturating_add(bytes) <= self.0.limit
    }

    fn take(&self, bytes: usize) {
        self.0.used.fetch_add(bytes, Ordering::Relaxed);
    }

    fn give_back(&self, bytes: usize) {
        self.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What a subscriber gets, in the order of the stream.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// Media.
    Fragment(Fragment),
    /// The stream has no media since then.
    Interrupted(Interruption),
    /// The subscriber was too slow: media was left out here, up to the next random access point,
    /// which follows.
    Lagged(Lag),
}

/// What a slow subscriber lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Start of the first fragment that was left out.
    pub since: WallTime,
    /// Number of fragments that were left out.
    pub fragments: u64,
}

/// The receiving end. Dropping it ends the subscription.
#[derive(Debug)]
pub struct Subscriber {
    pub(crate) queue: Arc<Queue>,
    pub(crate) on_drop: crate::stream::Unsubscribe,
}

#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Notify,
    limits: QueueLimits,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Delivery>,
    fragments: usize,
    bytes: usize,
    /// Set while fragments are left out.
    lag: Option<Lag>,
    /// A subscriber that began in the middle of a GOP waits for a random access point.
    synced: bool,
    closed: bool,
}

impl Subscriber {
    /// The next delivery; none when the stream is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<Delivery> {
        loop {
            let ready = self.queue.ready.notified();
            {
                let mut state = self.queue.state.lock();
                if let Some(delivery) = state.pop(&self.queue.limits.budget) {
                    return Some(delivery);
                }
                if state.closed {
                    return None;
                }
            }
            ready.await;
        }
    }

    /// The next delivery, if one is waiting.
    pub fn try_next(&mut self) -> Option<Delivery> {
        self.queue.state.lock().pop(&self.queue.limits.budget)
    }

    /// Bytes of fragments that wait.
    pub fn queued_bytes(&self) -> usize {
        self.queue.state.lock().bytes
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.on_drop.run(&self.queue);
    }
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), ready: Notify::new(), limits })
    }

    /// Overflow rule: what is queued stays, because it continues what the subscriber already
    /// has; what comes is left out until there is room at a random access point.
    pub(crate) fn push_fragment(&self, fragment: &Fragment) {
        let mut state = self.state.lock();
        let room = self.has_room(&state, fragment.len);
        if state.lag.is_none() && !state.synced && !fragment.starts_with_rap {
            return;
        }
        let resumes = state.lag.is_none() || fragment.starts_with_rap;
        if !room || !resumes {
            let lag = state.lag.get_or_insert(Lag { since: fragment.start, fragments: 0 });
            lag.fragments += 1;
            return;
        }
        if let Some(lag) = state.lag.take() {
            state.items.push_back(Delivery::Lagged(lag));
        }
        state.synced = true;
        state.fragments += 1;
        state.bytes += fragment.len;
        self.limits.budget.take(fragment.len);
        state.items.push_back(Delivery::Fragment(fragment.clone()));
        drop(state);
        self.ready.notify_one();
    }

    fn has_room(&self, state: &State, bytes: usize) -> bool {
        let total = state.bytes + bytes;
        let assured = total <= self.limits.assured_bytes || state.fragments == 0;
        let lent = total <= self.limits.bytes && self.limits.budget.has_room(bytes);
        state.fragments < self.limits.fragments && (assured || lent)
    }

    /// Interruptions are never left out. Two in a row become one with the first's start and the
    /// last's cause only while the start is the same, so there are at most a few between two
    /// fragments: one a cause.
    pub(crate) fn push_interruption(&self, interruption: &Interruption) {
        let mut state = self.state.lock();
        if let Some(lag) = state.lag.take() {
            state.items.push_back(Delivery::Lagged(lag));
        }
        state.synced = false;
        match state.items.back_mut() {
            Some(Delivery::Interrupted(last)) if last.cause == interruption.cause => {
                last.details.clone_from(&interruption.details);
            }
            _ => state.items.push_back(Delivery::Interrupted(interruption.clone())),
        }
        state.drop_oldest_interruptions();
        drop(state);
        self.ready.notify_one();
    }

    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.ready.notify_one();
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.limits.budget.give_back(self.state.get_mut().bytes);
    }
}

impl State {
    fn pop(&mut self, budget: &Budget) -> Option<Delivery> {
        let delivery = self.items.pop_front()?;
        if let Delivery::Fragment(fragment) = &delivery {
            self.fragments -= 1;
            self.bytes -= fragment.len;
            budget.give_back(fragment.len);
        }
        Some(delivery)
    }

    /// A camera whose failures alternate while nobody reads must not fill the queue: beyond 32
    /// interruptions in a row the newest replaces the one before it.
    fn drop_oldest_interruptions(&mut self) {
        let in_a_row =
            self.items.iter().rev().take_while(|item| matches!(item, Delivery::Interrupted(_))).count();
        if in_a_row > 32 {
            let newest = self.items.pop_back();
            self.items.pop_back();
            self.items.extend(newest);
        }
    }
}
