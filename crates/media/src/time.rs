//! Time: ticks of a track, and the wall clock.

use std::num::NonZeroU32;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Ticks a second of a track's media time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timescale(NonZeroU32);

impl Timescale {
    /// The clock of RTP video (RFC 6184, RFC 7798): 90 kHz.
    pub const VIDEO: Self = match Self::new(90_000) {
        Some(scale) => scale,
        None => unreachable!(),
    };

    /// A timescale of `hz` ticks a second; none for zero.
    pub const fn new(hz: u32) -> Option<Self> {
        match NonZeroU32::new(hz) {
            Some(hz) => Some(Self(hz)),
            None => None,
        }
    }

    /// Ticks a second.
    pub const fn hz(self) -> u32 {
        self.0.get()
    }

    /// `ticks` of this timescale in microseconds, rounded to nearest.
    pub fn to_micros(self, ticks: i64) -> i64 {
        rescale(ticks, i64::from(self.hz()), 1_000_000)
    }

    /// `micros` microseconds in ticks of this timescale, rounded to nearest.
    pub fn from_micros(self, micros: i64) -> i64 {
        rescale(micros, 1_000_000, i64::from(self.hz()))
    }

    /// `ticks` of this timescale in ticks of `other`, rounded to nearest.
    pub fn rescale(self, ticks: i64, other: Self) -> i64 {
        rescale(ticks, i64::from(self.hz()), i64::from(other.hz()))
    }
}

fn rescale(value: i64, from: i64, to: i64) -> i64 {
    let product = i128::from(value) * i128::from(to);
    let half = i128::from(from) / 2;
    let rounded = if product >= 0 { product + half } else { product - half };
    i64::try_from(rounded / i128::from(from)).unwrap_or(if product >= 0 { i64::MAX } else { i64::MIN })
}

/// An instant of the wall clock: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallTime(i64);

impl WallTime {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Microseconds from `earlier` to `self`; negative if `self` is the earlier one.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant `micros` microseconds later (earlier if negative).
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Time from `earlier` to `self`; zero if `self` is the earlier one.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.micros_since(earlier)).unwrap_or(0))
    }
}

impl From<SystemTime> for WallTime {
    fn from(time: SystemTime) -> Self {
        let micros = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, i64::wrapping_neg),
        };
        Self(micros)
    }
}

impl Add<Duration> for WallTime {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        self.plus_micros(i64::try_from(rhs.as_micros()).unwrap_or(i64::MAX))
    }
}

impl Sub<Duration> for WallTime {
    type Output = Self;

    fn sub(self, rhs: Duration) -> Self {
        self.plus_micros(-i64::try_from(rhs.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescaling_rounds_to_nearest_on_both_sides_of_zero() {
        let scale = Timescale::VIDEO;
        assert_eq!(scale.to_micros(90_000), 1_000_000);
        assert_eq!(scale.to_micros(1), 11);
        assert_eq!(scale.to_micros(-1), -11);
        assert_eq!(scale.from_micros(11), 1);
        assert_eq!(scale.to_micros(i64::MAX), i64::MAX);
    }

    #[test]
    fn wall_time_before_the_epoch_is_negative() {
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(WallTime::from(before).micros(), -1_000_000);
    }
}
