//! A sliding window out of two fixed ones: the arithmetic.
//!
//! Time is cut into windows of the limit's length `P`, counted from the epoch. At `e` into the
//! present window, with `c` taken in it and `p` in the one before, what counts is
//! `p · (P − e) / P + c`: the window before fades out evenly. One more is let in if
//! `p · (P − e) + (c + 1) · P ≤ max · P`, in whole numbers, so that there is no rounding and both
//! forms decide alike (the server's numbers are exact up to 2^53, which [`MAX`] and a day keep).
//! What is refused does not count.

use std::time::Duration;

use nightjar_media::WallTime;

/// The largest count of a limit.
const MAX: u32 = 10_000_000;
const DAY_SECONDS: u64 = 24 * 60 * 60;

/// So many within so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    max: u32,
    seconds: u64,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// How many may be within the limit's time.
    pub limit: u32,
    /// How many more may be now.
    pub remaining: u32,
    /// When all `limit` may be again, if nothing is done until then.
    pub reset_after: Duration,
    /// When the next may be, if nothing else is let in until then; zero where this one was
    /// allowed, the limit's time where nothing ever is.
    pub retry_after: Duration,
}

impl Limit {
    /// `max` (up to ten million) in every `per`, a whole number of seconds from 1 to a day; other
    /// values are brought to the nearest that can be.
    pub fn new(max: u32, per: Duration) -> Self {
        let seconds = per.as_secs().saturating_add(u64::from(per.subsec_nanos() > 0));
        Self { max: max.min(MAX), seconds: seconds.clamp(1, DAY_SECONDS) }
    }

    /// `max` a minute.
    pub fn per_minute(max: u32) -> Self {
        Self::new(max, Duration::from_secs(60))
    }

    /// `max` an hour.
    pub fn per_hour(max: u32) -> Self {
        Self::new(max, Duration::from_secs(60 * 60))
    }

    /// How many.
    pub fn max(self) -> u32 {
        self.max
    }

    /// Within how much time.
    pub fn per(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub(crate) fn millis(self) -> u64 {
        self.seconds * 1_000
    }

    /// The name of the window that an instant is in: two limits of different length have none in common.
    pub(crate) fn window(self, index: u64) -> String {
        format!("{}s-{index}", self.seconds)
    }

    /// Where an instant lies.
    pub(crate) fn place(self, now: WallTime) -> Place {
        let millis = u64::try_from(now.micros()).unwrap_or(0) / 1_000;
        Place { index: millis / self.millis(), elapsed: millis % self.millis() }
    }
}

/// An instant within its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which window.
    pub(crate) index: u64,
    /// Milliseconds since its start.
    pub(crate) elapsed: u64,
}

/// What was taken in the window before and in the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    pub(crate) before: u64,
    pub(crate) present: u64,
}

impl Taken {
    /// Whether one more may be.
    pub(crate) fn has_room(self, limit: Limit, elapsed: u64) -> bool {
        let per = limit.millis();
        self.faded(per, elapsed) + (self.present + 1) * per <= u64::from(limit.max) * per
    }

    /// What to answer, with what was taken including this one if it was `allowed`.
    pub(crate) fn decision(self, allowed: bool, limit: Limit, elapsed: u64) -> Decision {
        let per = limit.millis();
        let used = self.faded(per, elapsed) + self.present * per;
        let left = (u64::from(limit.max) * per).saturating_sub(used) / per;
        let reset = match self {
            Self { before: 0, present: 0 } => 0,
            Self { present: 0, .. } => per - elapsed,
            _ => 2 * per - elapsed,
        };
        Decision {
            allowed,
            limit: limit.max,
            remaining: u32::try_from(left).unwrap_or(limit.max),
            reset_after: Duration::from_millis(reset),
            retry_after: if allowed { Duration::ZERO } else { self.wait(limit, elapsed) },
        }
    }

    fn faded(self, per: u64, elapsed: u64) -> u64 {
        self.before * (per - elapsed)
    }

    fn wait(self, limit: Limit, elapsed: u64) -> Duration {
        let (per, max) = (limit.millis(), u64::from(limit.max));
        // How far into a window `before` has faded so much that only `room` of it counts.
        let faded_at =
            |before: u64, room: u64| per - (room * per).checked_div(before).unwrap_or(per).min(per);
        let millis = if max == 0 {
            per
        } else if self.present < max {
            faded_at(self.before, max - self.present - 1).saturating_sub(elapsed)
        } else {
            per - elapsed + faded_at(self.present, max - 1)
        };
        Duration::from_millis(millis.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(limit: Limit, before: u64, present: u64, elapsed: u64) -> Decision {
        let taken = Taken { before, present };
        if taken.has_room(limit, elapsed) {
            Taken { before, present: present + 1 }.decision(true, limit, elapsed)
        } else {
            taken.decision(false, limit, elapsed)
        }
    }

    #[test]
    fn the_window_before_fades_out_evenly() {
        let limit = Limit::per_minute(100);
        // A quarter into the window, three quarters of 80 count: 60 are gone, 40 may be.
        assert!(at(limit, 80, 39, 15_000).allowed);
        assert!(!at(limit, 80, 40, 15_000).allowed);
        assert_eq!(at(limit, 80, 0, 15_000).remaining, 39);
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let limit = Limit::per_minute(100);
        // 100 taken at once at the start of a window: in the next one, 1/100 of it must have faded.
        assert_eq!(at(limit, 0, 100, 0).retry_after, Duration::from_millis(60_600));
        assert_eq!(at(limit, 100, 0, 0).retry_after, Duration::from_millis(600));
        assert_eq!(at(Limit::per_minute(1), 0, 1, 0).retry_after, Duration::from_secs(120));
        assert_eq!(at(Limit::per_minute(0), 0, 0, 0).retry_after, Duration::from_secs(60));
    }

    #[test]
    fn all_of_it_is_there_again_when_both_windows_are_gone() {
        let limit = Limit::per_minute(10);
        assert_eq!(at(limit, 0, 0, 10_000).reset_after, Duration::from_secs(110));
        assert_eq!(Taken { before: 3, present: 0 }.decision(true, limit, 10_000).reset_after.as_secs(), 50);
        assert_eq!(Taken::default().decision(true, limit, 10_000).reset_after, Duration::ZERO);
    }

    #[test]
    fn odd_limits_are_brought_to_the_nearest_that_can_be() {
        assert_eq!(Limit::new(5, Duration::from_millis(1_500)).per(), Duration::from_secs(2));
        assert_eq!(Limit::new(5, Duration::ZERO).per(), Duration::from_secs(1));
        assert_eq!(Limit::new(u32::MAX, Duration::MAX), Limit { max: MAX, seconds: DAY_SECONDS });
        // Before the epoch and at the end of time.
        let limit = Limit::per_minute(1);
        assert_eq!(limit.place(WallTime::from_micros(i64::MIN)), Place { index: 0, elapsed: 0 });
        assert!(limit.place(WallTime::from_micros(i64::MAX)).elapsed < 60_000);
    }

    #[test]
    fn the_largest_limit_stays_within_what_the_server_counts_exactly() {
        let limit = Limit::new(MAX, Duration::from_secs(DAY_SECONDS));
        let most = 2 * (u64::from(MAX) + 1) * limit.millis();
        assert!(most < 1 << 53);
    }

    proptest::proptest! {
        #[test]
        fn the_moment_named_is_the_first_at_which_it_is_allowed(
            max in 1u32..50, before in 0u64..60, present in 0u64..60, elapsed in 0u64..60_000,
        ) {
            let limit = Limit::per_minute(max);
            let decision = at(limit, before, present, elapsed);
            let allowed_at = |later: u64| {
                let (windows, elapsed) = ((elapsed + later) / 60_000, (elapsed + later) % 60_000);
                let taken = match windows {
                    0 => Taken { before, present },
                    1 => Taken { before: present, present: 0 },
                    _ => Taken::default(),
                };
                taken.has_room(limit, elapsed)
            };
            if !decision.allowed {
                let wait = u64::try_from(decision.retry_after.as_millis()).expect("short");
                proptest::prop_assert!(allowed_at(wait));
                proptest::prop_assert!(!allowed_at(wait - 1));
                proptest::prop_assert_eq!(decision.remaining, 0);
            }
        }
    }
}
