//! How late a process of this machine may be that does nothing but wait: no recorder can be quicker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nightjar_model::WallTime;

/// The distance of two beats.
const BEAT: Duration = Duration::from_millis(5);

/// A thread that wakes up at each beat and notes how late it was.
pub(crate) struct Metronome {
    /// When each beat was due, and how late it came, in microseconds.
    beats: Arc<Mutex<Vec<(i64, i64)>>>,
    stop: Arc<AtomicBool>,
}

impl Metronome {
    pub(crate) fn start() -> Self {
        let metronome = Self { beats: Arc::default(), stop: Arc::default() };
        let (beats, stop) = (metronome.beats.clone(), metronome.stop.clone());
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let due = now() + BEAT.as_micros() as i64;
                std::thread::sleep(BEAT);
                beats.lock().expect("no panic").push((due, now() - due));
            }
        });
        metronome
    }

    /// The most that a beat came late from `from` to `to`, in microseconds.
    pub(crate) fn lateness(&self, from: i64, to: i64) -> i64 {
        let beats = self.beats.lock().expect("no panic");
        let within = beats.iter().filter(|(due, late)| *due + late >= from && *due <= to);
        within.map(|(_, late)| *late).max().unwrap_or_default()
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// In microseconds, as the cameras' logs have it.
pub(crate) fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a test beside real cameras")]
    WallTime::from(std::time::SystemTime::now()).micros()
}
