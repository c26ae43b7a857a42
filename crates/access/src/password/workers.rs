//! The threads that hash: as many as hash at once, so that what is hashed takes no place among the
//! threads that everything else blocks on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::AccessError;

type Job = Box<dyn FnOnce() + Send>;

/// As many threads as hash at once; they end with this.
pub(super) struct Workers {
    jobs: SyncSender<Job>,
}

impl Workers {
    pub(super) fn start(count: usize) -> Result<Self, AccessError> {
        let (jobs, queue) = sync_channel(count);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..count {
            let queue = queue.clone();
            let thread = std::thread::Builder::new().name(format!("nightjar-hash-{number}"));
            let started = thread.spawn(move || work(&queue));
            started.map_err(|_| AccessError::Crypto("no thread can be started to hash passwords"))?;
        }
        Ok(Self { jobs })
    }

    /// Never waits: whoever asks holds one of as many permits as there are threads.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> Result<(), AccessError> {
        let ended = |_| AccessError::Crypto("no passwords are hashed any more");
        self.jobs.try_send(Box::new(job)).map_err(ended)
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever waits for it learns by what it never tells.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}
