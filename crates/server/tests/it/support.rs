//! The binary as a child process, and what there is around it.

pub(crate) mod gst;
pub(crate) mod metronome;
pub(crate) mod nightjar;
pub(crate) mod postgres;
mod simulated;

pub(crate) use gst::{GstCameras, recorded_frames};
pub(crate) use nightjar::{Nightjar, Setup};
pub(crate) use simulated::{digests_of_file, simulate};

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Polls until `condition` gives something; fails loudly after `limit`.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {} s for {what}", limit.as_secs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lets the world go on for a while: for tests whose subject is time itself.
pub(crate) async fn let_pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// A number from the environment, for runs that are longer than those of every day.
pub(crate) fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
