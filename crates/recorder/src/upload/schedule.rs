//! When a failed upload is tried again.

use std::time::Duration;

/// Doubling delays come first, as many as this.
const DOUBLINGS: u32 = 5;
const LATER: Duration = Duration::from_secs(300);

/// The delay after the `failures`-th failure in a row, from 1: five that double, which is 5, 10,
/// 20, 40, 80 s with the usual `first`, then 5 minutes for ever; never longer than that.
pub fn retry_delay(first: Duration, failures: u32) -> Duration {
    match failures {
        0 => Duration::ZERO,
        1..=DOUBLINGS => first.saturating_mul(1 << (failures - 1)).min(LATER),
        _ => LATER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_five_times_and_then_stay_at_five_minutes() {
        let delays = |first: u64| {
            (0..9)
                .map(|failures| retry_delay(Duration::from_secs(first), failures).as_secs())
                .collect::<Vec<_>>()
        };
        assert_eq!(delays(5), [0, 5, 10, 20, 40, 80, 300, 300, 300]);
        assert_eq!(delays(100), [0, 100, 200, 300, 300, 300, 300, 300, 300]);
        assert_eq!(retry_delay(Duration::from_secs(1), u32::MAX).as_secs(), 300);
    }
}
