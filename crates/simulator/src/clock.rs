//! The two clocks, in one place.

use std::time::{Instant, SystemTime};

use nightjar_media::WallTime;

/// Now, monotonic.
#[expect(clippy::disallowed_methods, reason = "the simulator is an edge: real sockets, real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now, on the wall.
#[expect(clippy::disallowed_methods, reason = "the simulator is an edge: real sockets, real time")]
pub(crate) fn wall() -> WallTime {
    SystemTime::now().into()
}
