//! Times that a file claims and that can't be true.

use nightjar_media::WallTime;

use super::Restored;

/// 2000-01-01: no footage of ours is older.
const EARLIEST: WallTime = WallTime::from_micros(946_684_800_000_000);
/// How far the clock that a file was written by may have been ahead of ours.
const AHEAD_MICROS: i64 = 86_400_000_000;
/// Segments last a day at most, and a little more until their next key frame.
const LONGEST_MICROS: i64 = 2 * 86_400_000_000;

/// Why a file's times can't be true; none if they can.
pub(crate) fn impossible_times(restored: &Restored, now: WallTime) -> Option<&'static str> {
    impossible(restored.meta.start, restored.end, now)
}

fn impossible(start: WallTime, end: WallTime, now: WallTime) -> Option<&'static str> {
    if start < EARLIEST || end < start {
        return Some("the times in it are impossible");
    }
    // Compared, not subtracted: what a file says may be any number.
    if start > now.plus_micros(AHEAD_MICROS) {
        return Some("it says that it was recorded in the future");
    }
    (end > start.plus_micros(LONGEST_MICROS)).then_some("it says that it lasts for days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_can_not_be_are_found() {
        let now = WallTime::from_millis(1_800_000_000_000);
        let after = |seconds: i64| now.plus_micros(seconds * 1_000_000);
        for (start, end) in [(-900, 0), (0, 0), (-86_400, 10), (80_000, 86_000)] {
            assert_eq!(impossible(after(start), after(end), now), None, "{start}..{end}");
        }
        let far = WallTime::from_micros(i64::MAX);
        let least = WallTime::from_micros(i64::MIN);
        for (start, end) in [
            (after(0), after(-1)),
            (after(90_000), after(90_900)),
            (after(-200_000), after(0)),
            (WallTime::from_micros(0), WallTime::from_millis(900_000)),
            (far, far),
            (least, far),
            (least, after(0)),
        ] {
            assert!(impossible(start, end, now).is_some(), "{start:?}..{end:?}");
        }
    }
}
