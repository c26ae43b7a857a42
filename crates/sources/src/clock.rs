//! Wall-clock time of media: an anchor plus elapsed media time, slewed slowly towards the
//! arrival clock.
//!
//! Arrival is late by a delay that varies, never early, so the smallest lateness within a window
//! is what tells the two clocks apart. Declared frame rates play no part. Jumps of the camera's
//! own time never get here: the timeline takes them out first.

use std::time::{Duration, Instant};

use nightjar_media::WallTime;

/// Lateness is judged over windows of this length.
const WINDOW: Duration = Duration::from_secs(8);
/// How fast the mapping may be bent: microseconds a second of media.
const SLEW_PER_SECOND: i64 = 5_000;
/// Beyond this the two clocks do not belong together any more.
const MAX_DIFFERENCE_MICROS: i64 = 1_000_000;

/// When something arrived, on both of our clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) mono: Instant,
    pub(crate) wall: WallTime,
}

/// What became of a media time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// It continues what went before.
    At(WallTime),
    /// It does not: a new run has to begin with a new anchor.
    Jump(String),
}

/// The mapping from a track's media time to the wall clock, for one run.
#[derive(Debug)]
pub(crate) struct MediaClock {
    anchor_media: i64,
    anchor_wall: WallTime,
    bent: i64,
    to_bend: i64,
    last_media: i64,
    last: Arrival,
    window: Window,
}

#[derive(Debug)]
struct Window {
    since: Instant,
    least_late: Option<i64>,
}

impl MediaClock {
    /// Media time `media` (microseconds) was captured at `wall`; `arrival` is when it arrived.
    pub(crate) fn new(media: i64, wall: WallTime, arrival: Arrival) -> Self {
        Self {
            anchor_media: media,
            anchor_wall: wall,
            bent: 0,
            to_bend: 0,
            last_media: media,
            last: arrival,
            window: Window { since: arrival.mono, least_late: None },
        }
    }

    /// Where `media` lies by the mapping as it is, without learning from it.
    pub(crate) fn project(&self, media: i64) -> WallTime {
        self.anchor_wall.plus_micros(media - self.anchor_media + self.bent)
    }

    /// The wall-clock time of `media`, which arrived at `arrival`.
    pub(crate) fn stamp(&mut self, media: i64, arrival: Arrival) -> Stamp {
        let mono_step = micros(arrival.mono.saturating_duration_since(self.last.mono));
        let wall_step = arrival.wall.micros_since(self.last.wall);
        if (wall_step - mono_step).abs() > MAX_DIFFERENCE_MICROS {
            return Stamp::Jump(format!("the system clock stepped by {} ms", (wall_step - mono_step) / 1000));
        }
        self.bend((media - self.last_media).max(0));
        let wall = self.project(media);
        let late = arrival.wall.micros_since(wall);
        if let Some(drift) = self.window.learn(late, arrival.mono) {
            if drift.abs() > MAX_DIFFERENCE_MICROS {
                return Stamp::Jump(format!("media time and the clock drifted apart by {} ms", drift / 1000));
            }
            self.to_bend = drift;
        }
        self.last_media = media;
        self.last = arrival;
        Stamp::At(wall)
    }

    fn bend(&mut self, media_step: i64) {
        let most = media_step * SLEW_PER_SECOND / 1_000_000;
        let step = self.to_bend.clamp(-most, most);
        self.to_bend -= step;
        self.bent += step;
    }
}

impl Window {
    /// The least lateness of the window that ends with this arrival, if one does.
    fn learn(&mut self, late: i64, now: Instant) -> Option<i64> {
        let least = self.least_late.map_or(late, |least| least.min(late));
        self.least_late = Some(least);
        if now.saturating_duration_since(self.since) < WINDOW {
            return None;
        }
        self.since = now;
        self.least_late = None;
        Some(least)
    }
}

pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests need some instant to count from")]
mod tests {
    use super::*;

    const FRAME: i64 = 40_000;

    struct World {
        mono: Instant,
        wall: WallTime,
        media: i64,
        clock: MediaClock,
    }

    impl World {
        fn new() -> Self {
            let (mono, wall) = (Instant::now(), WallTime::from_millis(1_000_000));
            Self { mono, wall, media: 0, clock: MediaClock::new(0, wall, Arrival { mono, wall }) }
        }

        fn step(&mut self, media: i64, real: i64, late: i64) -> Stamp {
            self.media += media;
            self.mono += Duration::from_micros(u64::try_from(real).expect("forward"));
            self.wall = self.wall.plus_micros(real);
            let late_by = Duration::from_micros(u64::try_from(late).expect("late"));
            self.clock.stamp(self.media, Arrival { mono: self.mono + late_by, wall: self.wall + late_by })
        }
    }

    #[test]
    fn jitter_does_not_move_the_mapping() {
        let mut world = World::new();
        for frame in 1..2000i64 {
            let stamp = world.step(FRAME, FRAME, (frame * 7919) % 30_000);
            let Stamp::At(wall) = stamp else { panic!("{stamp:?}") };
            assert!(wall.micros_since(world.wall).abs() <= 1_000, "off at frame {frame}");
        }
    }

    #[test]
    fn a_slow_camera_clock_is_followed() {
        let mut world = World::new();
        let mut last = world.wall;
        for _ in 1..50_000 {
            let Stamp::At(wall) = world.step(FRAME, FRAME + 20, 0) else { panic!("jumped") };
            assert!(wall > last);
            last = wall;
        }
        assert!(last.micros_since(world.wall).abs() < 10_000, "500 ppm are slewed away");
    }

    #[test]
    fn a_network_stall_is_no_jump() {
        let mut world = World::new();
        for frame in 0..1000 {
            let late = if (300..400).contains(&frame) { (400 - frame) * FRAME } else { 0 };
            assert!(matches!(world.step(FRAME, FRAME, late), Stamp::At(_)), "frame {frame}");
        }
    }

    #[test]
    fn a_step_of_the_system_clock_is_told() {
        for step in [-10_000_000, 3_600_000_000] {
            let mut world = World::new();
            assert!(matches!(world.step(FRAME, FRAME, 0), Stamp::At(_)));
            world.wall = world.wall.plus_micros(step);
            assert!(matches!(world.step(FRAME, FRAME, 0), Stamp::Jump(_)), "{step}");
        }
    }

    #[test]
    fn a_media_clock_at_the_wrong_rate_is_told_in_the_end() {
        let mut world = World::new();
        let jumped = (0..10_000).any(|_| matches!(world.step(FRAME, FRAME * 2, 0), Stamp::Jump(_)));
        assert!(jumped);
    }
}
