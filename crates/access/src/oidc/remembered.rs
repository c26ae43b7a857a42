//! Something a provider said, kept for a while.

use std::sync::Arc;
use std::time::Duration;

use nightjar_model::WallTime;
use tokio::sync::Mutex;

use super::Result;

/// A value and when it was read. However many want it, one reads it.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    held: Mutex<Option<(Arc<T>, WallTime)>>,
}

impl<T> Remembered<T> {
    pub(super) fn new() -> Self {
        Self { held: Mutex::new(None) }
    }

    /// The value if it is younger than this, else what `read` says. A failure is not kept.
    pub(super) async fn get(
        &self,
        younger_than: Duration,
        now: WallTime,
        read: impl Future<Output = Result<T>>,
    ) -> Result<Arc<T>> {
        let mut held = self.held.lock().await;
        if let Some((value, at)) = &*held
            && now >= *at
            && now.saturating_since(*at) < younger_than
        {
            return Ok(value.clone());
        }
        let value = Arc::new(read.await?);
        *held = Some((value.clone(), now));
        Ok(value)
    }
}
