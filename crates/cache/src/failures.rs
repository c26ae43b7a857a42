//! Attempts that failed, and how long to wait before the next.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use nightjar_media::WallTime;
use parking_lot::Mutex;

use crate::cache::Inner;
use crate::invalidation::Notices;
use crate::remote::{Remote, Unanswered};
use crate::{Invalidation, keys};

/// So many failures cost nothing.
pub const FREE_FAILURES: u32 = 5;
/// After so long without a failure, all are forgotten.
pub const FAILURES_FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// How failures slow a subject down: some are free, then a second of waiting, doubling with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowDown {
    /// So many failures cost nothing.
    pub free: u32,
    /// The longest wait; shorter than [`FAILURES_FORGOTTEN_AFTER`], or the count would be forgotten first.
    pub longest: Duration,
}

impl Default for SlowDown {
    fn default() -> Self {
        Self { free: FREE_FAILURES, longest: LONGEST_DELAY }
    }
}

impl SlowDown {
    /// Returns how long to wait after the last of so many failures.
    pub fn delay_after(self, failures: u32) -> Duration {
        match failures.checked_sub(self.free + 1) {
            None => Duration::ZERO,
            Some(doublings) => FIRST_DELAY.saturating_mul(1 << doublings.min(20)).min(self.longest),
        }
    }
}

/// How long to wait after the last of so many failures: nothing for the first five, then a second,
/// doubling up to a quarter of an hour.
pub fn delay_after(failures: u32) -> Duration {
    SlowDown::default().delay_after(failures)
}

/// What is known about a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FailureState {
    /// Failures in a row.
    pub count: u32,
    /// How long no attempt may be made; zero: now.
    pub retry_after: Duration,
}

/// Failures in a row for each subject: `login.account.alice`, `login.ip.10.0.0.7`.
///
/// Attempts made at the same time must not all slip through before the first has failed: note the
/// failure *before* trying, and forget it after a success.
#[derive(Debug, Clone)]
pub struct Failures {
    inner: Arc<Inner>,
}

impl Failures {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// One more attempt has failed.
    pub async fn note_failure(&self, subject: &str, now: WallTime) -> FailureState {
        let local = self.inner.tallies.of(subject);
        if let Some(remote) = &self.inner.remote
            && let Ok(tally) = ask(remote, subject, &local, now, remote.note_failure(subject, now)).await
        {
            return tally.state(now);
        }
        let mut local = local.lock();
        local.note(now);
        local.tally.state(now)
    }

    /// How it stands. Asking about somebody of whom there are no failures keeps nothing: names without
    /// end would push those out who have failed.
    pub async fn state(&self, subject: &str, now: WallTime) -> FailureState {
        self.state_with(subject, SlowDown::default(), now).await
    }

    /// The same for a subject that is slowed down in a way of its own.
    pub async fn state_with(&self, subject: &str, slow_down: SlowDown, now: WallTime) -> FailureState {
        let tallies = &self.inner.tallies;
        let known = tallies.known(subject);
        if let Some(remote) = &self.inner.remote {
            let local = known.clone().unwrap_or_default();
            if let Ok(tally) = ask(remote, subject, &local, now, remote.failures(subject)).await {
                if known.is_none() && tally.count > 0 {
                    let said = *local.lock();
                    *tallies.of(subject).lock() = said;
                }
                return tally.state_with(slow_down, now);
            }
        }
        known.map_or_else(FailureState::default, |local| local.lock().tally.state_with(slow_down, now))
    }

    /// An attempt has succeeded.
    pub async fn forget(&self, subject: &str) {
        let key = keys::failures(subject);
        self.inner.tallies.of.invalidate(key.as_str());
        if let Some(remote) = &self.inner.remote {
            remote.remove(&key).await;
        }
    }
}

/// What the server answers. On a new connection it is first told what this node knows: it may have come
/// back without it, or this node have counted alone meanwhile, and nobody shall get on sooner for that.
async fn ask(
    remote: &Remote,
    subject: &str,
    local: &Mutex<Known>,
    now: WallTime,
    question: impl Future<Output = Result<Tally, Unanswered>>,
) -> Result<Tally, Unanswered> {
    let connection = remote.generation();
    let unknown = local.lock().unknown_on(connection, now);
    if let Some(tally) = unknown {
        remote.raise_failures(subject, tally, now).await?;
    }
    let tally = question.await?;
    *local.lock() = Known { tally, said_on: connection };
    Ok(tally)
}

/// What this process knows of a subject.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    tally: Tally,
    /// On which connection the server said so; none: this process has counted alone.
    said_on: Option<u64>,
}

impl Known {
    fn note(&mut self, now: WallTime) {
        self.tally.note(now);
        self.said_on = None;
    }

    /// What the server at the other end of this connection may not know.
    fn unknown_on(&self, connection: Option<u64>, now: WallTime) -> Option<Tally> {
        let is_said = self.said_on.is_some() && self.said_on == connection;
        Some(self.tally).filter(|tally| !is_said && tally.count > 0 && !tally.forgotten(now))
    }
}

/// Failures in a row, and when the last one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) count: u32,
    pub(crate) last: WallTime,
}

impl Tally {
    fn note(&mut self, now: WallTime) {
        self.count = if self.forgotten(now) { 1 } else { self.count.saturating_add(1) };
        self.last = now;
    }

    fn state(self, now: WallTime) -> FailureState {
        self.state_with(SlowDown::default(), now)
    }

    fn state_with(self, slow_down: SlowDown, now: WallTime) -> FailureState {
        if self.count == 0 || self.forgotten(now) {
            return FailureState::default();
        }
        let delay = slow_down.delay_after(self.count);
        // A clock that stepped back does not make it longer.
        let retry_after = (self.last + delay).saturating_since(now).min(delay);
        FailureState { count: self.count, retry_after }
    }

    fn forgotten(self, now: WallTime) -> bool {
        now.saturating_since(self.last) >= FAILURES_FORGOTTEN_AFTER
    }
}

/// The tallies that this process keeps.
#[derive(Debug)]
pub(crate) struct Tallies {
    of: moka::sync::Cache<String, Arc<Mutex<Known>>>,
}

impl Tallies {
    pub(crate) fn new(max_subjects: u64, notices: &Notices) -> Self {
        let of = moka::sync::Cache::builder()
            .max_capacity(max_subjects)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(FAILURES_FORGOTTEN_AFTER)
            .build();
        let kept = of.clone();
        notices.register(Box::new(move |news| {
            // An attempt has succeeded on another node. News of everything are none of it: they come
            // with each new connection, when what is known here may be all there is.
            if let Invalidation::Key(key) = news {
                kept.invalidate(key.as_str());
            }
            true
        }));
        Self { of }
    }

    fn of(&self, subject: &str) -> Arc<Mutex<Known>> {
        self.of.get_with_by_ref(keys::failures(subject).as_str(), Arc::default)
    }

    fn known(&self, subject: &str) -> Option<Arc<Mutex<Known>>> {
        self.of.get(keys::failures(subject).as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_five_are_free_and_then_it_doubles_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<u64> = (0..=17).map(|count| delay_after(count).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(delay_after(u32::MAX), LONGEST_DELAY);
    }

    #[test]
    fn a_clock_that_stepped_back_does_not_lengthen_the_wait() {
        let noted = WallTime::from_millis(10_000_000);
        let tally = Tally { count: 7, last: noted };
        assert_eq!(tally.state(noted - Duration::from_secs(1_000)).retry_after, delay_after(7));
    }
}
