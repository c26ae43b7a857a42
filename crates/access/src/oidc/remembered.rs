//! Something a provider said, kept for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nightjar_model::WallTime;
use tokio::sync::Mutex;

use super::{OidcError, Result};

/// A value and when it was read. However many want it, one reads it.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    what: &'static str,
    held: Mutex<Option<(Arc<T>, WallTime)>>,
    failures: AtomicU64,
}

impl<T> Remembered<T> {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, held: Mutex::new(None), failures: AtomicU64::new(0) }
    }

    /// The value if it is younger than this, else what `read` says. A failure is also that of all who
    /// wait for it, so that they do not wait for one another; it is not kept.
    pub(super) async fn get(
        &self,
        younger_than: Duration,
        now: WallTime,
        read: impl Future<Output = Result<T>>,
    ) -> Result<Arc<T>> {
        let failures = self.failures.load(Ordering::SeqCst);
        let mut held = self.held.lock().await;
        if let Some((value, at)) = &*held
            && now >= *at
            && now.saturating_since(*at) < younger_than
        {
            return Ok(value.clone());
        }
        if self.failures.load(Ordering::SeqCst) != failures {
            let cause = "it has failed just now".to_owned();
            return Err(OidcError::Unreachable { what: self.what, cause });
        }
        let read = read.await;
        if read.is_err() {
            self.failures.fetch_add(1, Ordering::SeqCst);
        }
        let value = Arc::new(read?);
        *held = Some((value.clone(), now));
        Ok(value)
    }
}
