//! The threads that read the cameras: each runs its share on a single-threaded runtime of its
//! own. Frames then cost no wake-ups across threads, and several sockets are served in one go.

use std::thread::available_parallelism;

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// More than this many threads are never needed: one reads some hundred cameras.
const MOST: usize = 16;

/// Threads that live until this is dropped or ended.
#[derive(Debug)]
pub(crate) struct Threads {
    runtimes: Vec<Handle>,
    over: CancellationToken,
}

impl Threads {
    /// As many threads as there are cores, within reason.
    pub(crate) fn start() -> std::io::Result<Self> {
        let count = available_parallelism().map_or(1, usize::from).min(MOST);
        let over = CancellationToken::new();
        let mut runtimes = Vec::with_capacity(count);
        for number in 0..count {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            runtimes.push(runtime.handle().clone());
            let over = over.clone();
            std::thread::Builder::new()
                .name(format!("nightjar-source-{number}"))
                .spawn(move || runtime.block_on(over.cancelled()))?;
        }
        Ok(Self { runtimes, over })
    }

    /// The thread for the `number`th stream.
    pub(crate) fn share(&self, number: usize) -> &Handle {
        &self.runtimes[number % self.runtimes.len()]
    }

    pub(crate) fn end(&self) {
        self.over.cancel();
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.end();
    }
}
