//! Health and metrics.

pub(super) mod health;
pub(super) mod metrics;
pub(super) mod ready;

use std::time::Duration;

use crate::state::ApiState;

/// Whether the database answers soon.
async fn database_answers(state: &ApiState, patience: Duration) -> bool {
    matches!(tokio::time::timeout(patience, state.catalog.ping()).await, Ok(Ok(())))
}

/// Enabled cameras: their keys, and whether each is connected. None if the database does not say.
async fn enabled_cameras(state: &ApiState, patience: Duration) -> Option<Vec<(String, bool)>> {
    let book =
        tokio::time::timeout(patience, state.catalog.camera_book(state.clock.now())).await.ok()?.ok()?;
    let connected = |id| state.status.camera(id).is_some_and(|status| status.connected);
    Some(book.all().filter(|c| c.enabled).map(|c| (c.key.to_string(), connected(c.id))).collect())
}
