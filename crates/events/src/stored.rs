//! From when on a listener that comes back has missed something. It names the last event that it knows,
//! and ids are in the order in which events are stored, but for two kinds of them: what is reported
//! late has the id of the time at which it began, and a clock that is set back gives lower ids.

use nightjar_model::{EventId, WallTime};

use crate::watch::LONGEST_HOLD_MICROS;

/// So long after it began is an event reported at most: when a state has held for the longest time,
/// with some for looking at it, and for clocks of nodes that differ.
const LATE_MICROS: i64 = LONGEST_HOLD_MICROS + 40_000_000;
/// For how long it is remembered that a clock was set back, once it has caught up.
const REMEMBERED_MICROS: i64 = 86_400_000_000;

/// In which order events were stored.
#[derive(Debug)]
pub(crate) struct Stored {
    newest: EventId,
    setback: Option<Setback>,
}

/// A clock was set back.
#[derive(Debug, Clone, Copy)]
struct Setback {
    /// The newest event before.
    newest: EventId,
    /// The first time after.
    to: WallTime,
}

impl Stored {
    pub(crate) fn new() -> Self {
        Self { newest: EventId::floor(WallTime::from_micros(0)), setback: None }
    }

    /// This event was stored, after all those before.
    pub(crate) fn note(&mut self, id: EventId) {
        if self.newest.time().micros_since(id.time()) > LATE_MICROS {
            let to = self.setback.map_or(id.time(), |before| before.to.min(id.time()));
            self.setback = Some(Setback { newest: self.newest, to });
        }
        self.newest = self.newest.max(id);
        let newest = self.newest.time();
        self.setback = self.setback.filter(|it| newest.micros_since(it.newest.time()) < REMEMBERED_MICROS);
    }

    /// The time from which on events may have been stored after `last` was.
    pub(crate) fn missed_from(&self, last: EventId, now: WallTime) -> WallTime {
        let known = last.time().min(now);
        let setback = self.setback.filter(|setback| last <= setback.newest);
        setback.map_or(known, |setback| setback.to.min(known)).plus_micros(-LATE_MICROS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn at(seconds: i64) -> WallTime {
        WallTime::from_millis(1_763_000_000_000 + seconds * 1_000)
    }

    fn id(seconds: i64) -> EventId {
        EventId::at(at(seconds), 1)
    }

    fn stored(seconds: impl IntoIterator<Item = i64>) -> Stored {
        let mut stored = Stored::new();
        seconds.into_iter().for_each(|second| stored.note(id(second)));
        stored
    }

    #[test]
    fn what_is_reported_late_is_looked_for_before_the_last_event() {
        let stored = stored([100, 400, 100, 410]);
        assert_eq!(stored.missed_from(id(410), at(500)), at(50));
        assert!(stored.setback.is_none());
    }

    #[test]
    fn after_a_clock_was_set_back_all_that_came_then_is_looked_for() {
        let mut stored = stored([0, HOUR, 10, 600, 5, 2_000]);
        for (last, expected) in [(HOUR, 5), (600, 5), (-50, -50)] {
            assert_eq!(stored.missed_from(id(last), at(2_100)), at(expected - 360), "{last}");
        }
        stored.note(id(HOUR + 10));
        assert_eq!(stored.missed_from(id(HOUR + 10), at(HOUR + 20)), at(HOUR - 350), "it has caught up");
        assert_eq!(stored.missed_from(id(HOUR), at(HOUR + 20)), at(5 - 360));
        stored.note(id(26 * HOUR));
        assert_eq!(stored.missed_from(id(HOUR), at(26 * HOUR)), at(HOUR - 360), "long ago");
    }

    #[test]
    fn an_event_of_the_future_is_no_later_than_now() {
        assert_eq!(stored([]).missed_from(id(50 * HOUR), at(0)), at(-360));
    }
}
