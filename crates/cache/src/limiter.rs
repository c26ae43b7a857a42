//! So many within so much time, for each subject.

use std::sync::Arc;
use std::time::Duration;

use moka::Expiry;
use moka::policy::EvictionPolicy;
use nightjar_media::WallTime;
use parking_lot::Mutex;

use crate::cache::Inner;
use crate::limit::{Place, Taken};
use crate::remote::{Remote, Unanswered};
use crate::{Decision, Limit, keys};

/// Limits over (subject, limit). Clones, and all limiters of one [`crate::Cache`], count together;
/// with a server, so do all nodes. While the server does not answer each node counts for itself,
/// going on from what the server last said.
#[derive(Debug, Clone)]
pub struct Limiter {
    inner: Arc<Inner>,
}

impl Limiter {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Takes one from what `subject` may have, if there is one. The subject names what is limited
    /// and who: `user.0190…`, `ip.10.0.0.7`.
    pub async fn check(&self, subject: &str, limit: Limit, now: WallTime) -> Decision {
        let place = limit.place(now);
        let local = self.inner.windows.of(subject, limit);
        if let Some(remote) = &self.inner.remote
            && let Ok((allowed, taken)) = take(remote, subject, limit, place, &local).await
        {
            return taken.decision(allowed, limit, place.elapsed);
        }
        let mut local = local.lock();
        local.take(limit, place)
    }
}

/// Takes one from what the server has. On a new connection it is first told what this node knows: it
/// may have come back without it, or this node have counted alone meanwhile.
async fn take(
    remote: &Remote,
    subject: &str,
    limit: Limit,
    place: Place,
    local: &Mutex<Window>,
) -> Result<(bool, Taken), Unanswered> {
    let connection = remote.generation();
    let unknown = local.lock().unknown_on(connection, place);
    if let Some(taken) = unknown {
        remote.raise_taken(subject, limit, place, taken).await?;
    }
    let (allowed, taken) = remote.take(subject, limit, place).await?;
    local.lock().adopt(place, taken, connection);
    Ok((allowed, taken))
}

/// The counts that this process keeps.
#[derive(Debug)]
pub(crate) struct Windows {
    of: moka::sync::Cache<String, Counted>,
}

#[derive(Debug, Clone)]
struct Counted {
    window: Arc<Mutex<Window>>,
    keep: Duration,
}

/// What one subject took, under one limit.
#[derive(Debug, Default)]
pub(crate) struct Window {
    index: u64,
    taken: Taken,
    /// On which connection the server said so; none: this process has counted alone.
    said_on: Option<u64>,
}

impl Windows {
    pub(crate) fn new(max_subjects: u64) -> Self {
        let of = moka::sync::Cache::builder()
            .max_capacity(max_subjects)
            // The default policy may turn a newcomer away: then it would never be limited.
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(WhileItCounts)
            .build();
        Self { of }
    }

    fn of(&self, subject: &str, limit: Limit) -> Arc<Mutex<Window>> {
        // The key's parts are bounded, whoever wrote the subject.
        let key = keys::rate_limit(subject, &format!("{}s", limit.per().as_secs()));
        let fresh = || Counted { window: Arc::default(), keep: limit.per() * 2 };
        self.of.get_with_by_ref(key.as_str(), fresh).window
    }
}

impl Window {
    fn take(&mut self, limit: Limit, place: Place) -> Decision {
        let place = self.advance(place);
        self.said_on = None;
        let allowed = self.taken.has_room(limit, place.elapsed);
        if allowed {
            self.taken.present += 1;
        }
        self.taken.decision(allowed, limit, place.elapsed)
    }

    /// What the server counted, unless an answer about a later window came first.
    fn adopt(&mut self, place: Place, taken: Taken, connection: Option<u64>) {
        if self.advance(place).index == place.index {
            (self.taken, self.said_on) = (taken, connection);
        }
    }

    /// What the server at the other end of this connection may not know.
    fn unknown_on(&mut self, connection: Option<u64>, place: Place) -> Option<Taken> {
        let is_said = self.said_on.is_some() && self.said_on == connection;
        let is_here = self.advance(place).index == place.index;
        Some(self.taken).filter(|taken| !is_said && is_here && *taken != Taken::default())
    }

    /// Goes to the window of `place`. A clock that stepped back by less than a window is held at
    /// the present window's start; one that stepped back further starts over, for else it would
    /// lock everybody out until it has caught up.
    fn advance(&mut self, place: Place) -> Place {
        if place.index == self.index {
            return place;
        }
        if place.index + 1 == self.index {
            return Place { index: self.index, elapsed: 0 };
        }
        let before = if place.index == self.index + 1 { self.taken.present } else { 0 };
        self.taken = Taken { before, present: 0 };
        self.index = place.index;
        place
    }
}

/// Counts go when they no longer count: two lengths of the limit after they were last asked for.
#[derive(Debug)]
struct WhileItCounts;

impl Expiry<String, Counted> for WhileItCounts {
    fn expire_after_create(&self, _: &String, counted: &Counted, _: std::time::Instant) -> Option<Duration> {
        Some(counted.keep)
    }

    fn expire_after_read(
        &self,
        _: &String,
        counted: &Counted,
        _: std::time::Instant,
        _: Option<Duration>,
        _: std::time::Instant,
    ) -> Option<Duration> {
        Some(counted.keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> WallTime {
        WallTime::from_millis(1_000_000_020_000 + seconds * 1_000)
    }

    #[test]
    fn a_clock_that_steps_back_neither_opens_nor_locks_the_door() {
        let limit = Limit::per_minute(2);
        let mut window = Window::default();
        assert!(window.take(limit, limit.place(seconds(0))).allowed);
        assert!(window.take(limit, limit.place(seconds(0))).allowed);
        assert!(!window.take(limit, limit.place(seconds(-30))).allowed, "a little back: still counted");
        assert!(
            window.take(limit, limit.place(seconds(-86_400))).allowed,
            "a day back: not until it is caught up"
        );
    }

    #[test]
    fn a_late_answer_about_an_old_window_changes_nothing() {
        let limit = Limit::per_minute(2);
        let mut window = Window::default();
        window.adopt(limit.place(seconds(60)), Taken { before: 0, present: 2 }, Some(1));
        window.adopt(limit.place(seconds(0)), Taken { before: 0, present: 0 }, Some(1));
        assert!(!window.take(limit, limit.place(seconds(61))).allowed);
    }
}
