//! When a new state counts.

use nightjar_model::WallTime;

/// How long a new state must hold before it is reported, …
const HOLD_MICROS: i64 = 5_000_000;
/// … doubled for each report, until there was no change at all for this long, …
const CALM_MICROS: i64 = 600_000_000;
/// … up to this: a camera that never comes to rest is in a dozen events an hour and not in hundreds.
pub(crate) const MOST_MICROS: i64 = 320_000_000;

/// A state, reported once it has held.
#[derive(Debug, Clone)]
pub(super) struct Settling<T> {
    settled: T,
    /// The other state that it is in, and since when.
    candidate: Option<(T, WallTime)>,
    /// What was seen last, and when that became what it is.
    seen: T,
    changed: Option<WallTime>,
    /// Reports since it was calm.
    reports: u32,
}

/// A state that has held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled<T> {
    pub(super) from: T,
    pub(super) to: T,
    pub(super) since: WallTime,
}

impl<T: Copy + Eq> Settling<T> {
    pub(super) fn new(settled: T) -> Self {
        Self { settled, candidate: None, seen: settled, changed: None, reports: 0 }
    }

    /// It is in `state` at `now`: gives what is to be reported.
    pub(super) fn observe(&mut self, state: T, now: WallTime) -> Option<Settled<T>> {
        self.see(state, now);
        if state == self.settled {
            self.candidate = None;
            return None;
        }
        let since = match self.candidate {
            // A clock that went back begins anew.
            Some((candidate, since)) if candidate == state && since <= now => since,
            _ => now,
        };
        self.candidate = Some((state, since));
        (now.micros_since(since) >= self.hold()).then(|| self.report(state, since, now))
    }

    /// It is in `state` for good: nothing is waited for.
    pub(super) fn force(&mut self, state: T, now: WallTime) -> Option<Settled<T>> {
        (state != self.settled).then(|| self.report(state, now, now))
    }

    fn see(&mut self, state: T, now: WallTime) {
        if state == self.seen {
            return;
        }
        if self.changed.is_none_or(|before| now.micros_since(before) >= CALM_MICROS) {
            self.reports = 0;
        }
        (self.seen, self.changed) = (state, Some(now));
    }

    fn report(&mut self, state: T, since: WallTime, now: WallTime) -> Settled<T> {
        self.see(state, now);
        self.reports = self.reports.saturating_add(1);
        self.candidate = None;
        Settled { from: std::mem::replace(&mut self.settled, state), to: state, since }
    }

    fn hold(&self) -> i64 {
        (HOLD_MICROS << self.reports.min(10)).min(MOST_MICROS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> WallTime {
        WallTime::from_millis(1_763_000_000_000 + seconds * 1_000)
    }

    #[test]
    fn a_state_is_reported_once_it_has_held_with_the_time_it_began() {
        let mut state = Settling::new(false);
        for second in 0..5 {
            assert_eq!(state.observe(true, at(second)), None);
        }
        let settled = Settled { from: false, to: true, since: at(0) };
        assert_eq!(state.observe(true, at(5)), Some(settled));
        assert_eq!(state.observe(true, at(6)), None);
    }

    #[test]
    fn what_does_not_hold_is_not_reported() {
        let mut state = Settling::new(0);
        for second in 0..1_000 {
            assert_eq!(state.observe(second / 4 % 3, at(second)), None);
        }
    }

    #[test]
    fn what_never_comes_to_rest_is_reported_ever_more_rarely() {
        let mut state = Settling::new(false);
        let day = 86_400;
        let reports = (0..day).filter(|second| state.observe(second / 20 % 2 == 0, at(*second)).is_some());
        assert!(reports.count() < 10, "20 s are soon too short");
        let mut state = Settling::new(false);
        let reports = (0..day).filter(|second| state.observe(second / 400 % 2 == 0, at(*second)).is_some());
        assert!((100..=216).contains(&reports.count()), "400 s are always long enough");
    }

    #[test]
    fn after_a_calm_time_it_is_as_in_the_beginning() {
        let mut state = Settling::new(0);
        let mut now = 0;
        for to in 1..6 {
            while state.observe(to, at(now)).is_none() {
                now += 1;
            }
        }
        let calm = now + 700;
        assert_eq!(state.observe(9, at(calm)), None);
        assert!(state.observe(9, at(calm + 5)).is_some());
    }

    #[test]
    fn a_clock_that_goes_back_only_delays() {
        let mut state = Settling::new(false);
        assert_eq!(state.observe(true, at(100)), None);
        assert_eq!(state.observe(true, at(10)), None);
        assert_eq!(state.observe(true, at(15)).map(|it| it.since), Some(at(10)));
        assert_eq!(state.force(false, at(16)).map(|it| it.since), Some(at(16)));
        assert_eq!(state.force(false, at(16)), None);
    }
}
