//! When a segment ends: at wall-clock boundaries, so that the segments of all cameras line up.

use std::time::Duration;

use nightjar_media::WallTime;

/// The first boundary after `start`: the next multiple of `length` since midnight UTC, and
/// midnight itself. A length that does not divide the day has a shorter segment before midnight.
pub(crate) fn boundary_after(start: WallTime, length: Duration) -> WallTime {
    const DAY: i64 = 86_400_000_000;
    let length = i64::try_from(length.as_micros()).unwrap_or(DAY).clamp(1, DAY);
    let midnight = start.micros().div_euclid(DAY) * DAY;
    let within = start.micros() - midnight;
    let next = (within / length + 1) * length;
    WallTime::from_micros(midnight + next.min(DAY))
}

/// `start` plus `length`: rotation that does not care for the clock (`at_clock_time = false`).
pub(crate) fn length_after(start: WallTime, length: Duration) -> WallTime {
    start + length
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightjar_model::{parse_rfc3339, to_rfc3339};

    fn boundary(start: &str, secs: u64) -> String {
        to_rfc3339(boundary_after(parse_rfc3339(start).expect("valid"), Duration::from_secs(secs)))
    }

    #[test]
    fn boundaries_are_multiples_since_midnight() {
        assert_eq!(boundary("2026-11-20T13:47:03.250Z", 900), "2026-11-20T14:00:00.000Z");
        assert_eq!(boundary("2026-11-20T14:00:00Z", 900), "2026-11-20T14:15:00.000Z");
        assert_eq!(boundary("2026-11-20T23:59:59Z", 3600), "2026-11-21T00:00:00.000Z");
        assert_eq!(boundary("2026-11-20T23:59:59Z", 86_400), "2026-11-21T00:00:00.000Z");
    }

    #[test]
    fn midnight_is_always_a_boundary() {
        assert_eq!(boundary("2026-11-20T23:50:00Z", 7 * 3600), "2026-11-21T00:00:00.000Z");
    }
}
