//! A track's media time without the camera's jumps.
//!
//! Cameras restart their RTP clock, jump it by hours, or set it by NTP while they stream. The
//! pictures are fine, so nothing is dropped: the jump is taken out of the times, and the time
//! that passed on our side put in its place.

use crate::clock::{Arrival, micros};
use nightjar_media::Timescale;

/// A step that differs from the time that passed by more than this is a jump.
const JUMP_MICROS: i64 = 1_000_000;

/// Media time of one track over one session.
#[derive(Debug)]
pub(crate) struct Timeline {
    scale: Timescale,
    offset: i64,
    last: Option<(i64, Arrival)>,
    /// Usual distance of two frames, in ticks.
    typical: i64,
}

/// Where a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Media time in ticks, with all jumps taken out.
    pub(crate) ticks: i64,
    /// Ticks since the frame before; 0 for the first.
    pub(crate) step: i64,
    /// By how many microseconds the camera's time jumped here, if it did.
    pub(crate) jumped: Option<i64>,
}

impl Timeline {
    pub(crate) fn new(scale: Timescale, typical_micros: i64) -> Self {
        Self { scale, offset: 0, last: None, typical: scale.from_micros(typical_micros) }
    }

    /// The place of a frame that carries the time `ticks`.
    pub(crate) fn place(&mut self, ticks: i64, arrival: Arrival) -> Place {
        let mut placed = ticks.wrapping_add(self.offset);
        let Some((last, last_arrival)) = self.last else {
            self.last = Some((placed, arrival));
            return Place { ticks: placed, step: 0, jumped: None };
        };
        let passed = micros(arrival.mono.saturating_duration_since(last_arrival.mono));
        let step_micros = self.scale.to_micros(placed.saturating_sub(last));
        let mut jumped = None;
        if step_micros < -JUMP_MICROS || step_micros.saturating_sub(passed) > JUMP_MICROS {
            let resumed = last + self.scale.from_micros(passed).max(self.typical);
            self.offset = self.offset.wrapping_add(resumed.wrapping_sub(placed));
            placed = resumed;
            jumped = Some(step_micros.saturating_sub(passed));
        }
        let step = placed - last;
        if step > 0 && jumped.is_none() {
            self.typical += (step - self.typical) / 16;
        }
        self.last = Some((placed, arrival));
        Place { ticks: placed, step, jumped }
    }

    /// Usual distance of two frames, in ticks.
    pub(crate) fn typical(&self) -> i64 {
        self.typical.max(1)
    }

    pub(crate) fn scale(&self) -> Timescale {
        self.scale
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests need some instant to count from")]
mod tests {
    use super::*;
    use nightjar_media::WallTime;
    use std::time::{Duration, Instant};

    fn place_all(frames: &[(i64, u64)]) -> Vec<Place> {
        let mut timeline = Timeline::new(Timescale::VIDEO, 40_000);
        let start = Instant::now();
        let at = |millis| Arrival {
            mono: start + Duration::from_millis(millis),
            wall: WallTime::from_millis(millis as i64),
        };
        frames.iter().map(|&(ticks, millis)| timeline.place(ticks, at(millis))).collect()
    }

    #[test]
    fn a_jump_is_replaced_by_the_time_that_passed() {
        for jump in [324_000_000, -9_000_000] {
            let places = place_all(&[(0, 0), (3600, 40), (7200 + jump, 80), (10_800 + jump, 120)]);
            let ticks: Vec<i64> = places.iter().map(|place| place.ticks).collect();
            assert_eq!(ticks, [0, 3600, 7200, 10_800], "jump of {jump}");
            assert!(places[2].jumped.is_some() && places[3].jumped.is_none());
        }
    }

    #[test]
    fn late_frames_and_real_pauses_are_no_jumps() {
        let late = place_all(&[(0, 0), (3600, 6000), (7200, 6001), (10_800, 6002)]);
        assert!(late.iter().all(|place| place.jumped.is_none()));
        let pause = place_all(&[(0, 0), (450_000, 5000)]);
        assert_eq!(pause[1], Place { ticks: 450_000, step: 450_000, jumped: None });
    }

    #[test]
    fn pictures_out_of_order_are_no_jump() {
        let places = place_all(&[(10_800, 0), (3600, 40), (7200, 80), (21_600, 120)]);
        assert!(places.iter().all(|place| place.jumped.is_none()));
    }
}
