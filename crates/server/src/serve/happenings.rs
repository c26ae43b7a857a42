//! Events: the pipeline, what it is fed from, and how long they are kept.

use std::time::Duration;

use anyhow::{Context, Result};
use nightjar_access::{Access, LoginBurst, Suspect};
use nightjar_api::Live;
use nightjar_catalog::Catalog;
use nightjar_events::{Events, EventsConfig};
use nightjar_media::WallTime;
use nightjar_model::{EventType, NewEvent, Severity};
use nightjar_recorder::Footage;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;

/// How often old events are looked for, and partitions made for new ones.
const BETWEEN_ROUNDS: Duration = Duration::from_secs(3_600);
/// Between two batches of deletions, so that others can write.
const BETWEEN_BATCHES: Duration = Duration::from_millis(100);
/// Failed sign-ins of a burst, for a person.
const BURST: &str = "more than ten failed sign-ins in a minute";

/// What makes, stores and tells events.
pub(super) struct Happenings {
    pub(super) events: Events,
    pub(super) live: Live,
    watching: (TaskTracker, CancellationToken),
    writing: (TaskTracker, CancellationToken),
}

impl Happenings {
    /// Starts all but the watching of cameras.
    pub(super) async fn start(
        config: &Config,
        footage: &Footage,
        access: &Access,
        last_seen: Option<WallTime>,
    ) -> Result<Self> {
        let (catalog, node) = (footage.catalog.clone(), footage.node.clone());
        let now = crate::serve::now();
        catalog.prepare_events(now).await.context("can't make room for events in the catalog")?;
        let ended = catalog.end_events_left_open(&node, last_seen.unwrap_or(now)).await;
        let ended = ended.context("can't end the events of the last run")?;
        if ended > 0 {
            tracing::info!(events = ended, "events that lasted when the server died");
        }
        let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
        let pipeline = EventsConfig::new(node, crate::serve::now);
        let (events, written) = Events::new(catalog.clone(), pipeline, stop.clone());
        let live = Live::new(catalog.clone());
        tracker.spawn(written);
        tracker.spawn(live.run(&events, access, stop.clone()));
        tracker.spawn(keep(catalog, config.event_retention, stop.clone()));
        let watching = (TaskTracker::new(), CancellationToken::new());
        watching.0.spawn(report_bursts(access.login_bursts(), events.clone(), watching.1.clone()));
        Ok(Self { events, live, watching, writing: (tracker, stop) })
    }

    /// Watches cameras and storage from now on.
    pub(super) fn watch(&self, footage: &Footage) {
        let (events, board, catalog) = (self.events.clone(), footage.status.clone(), footage.catalog.clone());
        let (tracker, stop) = &self.watching;
        tracker.spawn(nightjar_events::watch(events, board, catalog, crate::serve::now, stop.clone()));
    }

    /// Stops watching: what the stop itself does to cameras is no event.
    pub(super) async fn stop_watching(&self) {
        end(&self.watching).await;
    }

    /// Writes what waits, and closes all WebSockets.
    pub(super) async fn stop(&self) {
        end(&self.writing).await;
    }
}

async fn end((tracker, stop): &(TaskTracker, CancellationToken)) {
    stop.cancel();
    tracker.close();
    tracker.wait().await;
}

/// Old events go, and new ones get their partitions, until stopped.
async fn keep(catalog: Catalog, retention: Duration, stop: CancellationToken) {
    loop {
        let now = crate::serve::now();
        if let Err(error) = catalog.prepare_events(now).await {
            tracing::warn!(%error, "partitions for events can't be made; trying again");
        }
        let wait = match catalog.forget_events(now - retention).await {
            Ok(true) => BETWEEN_BATCHES,
            Ok(false) => BETWEEN_ROUNDS,
            Err(error) => {
                tracing::warn!(%error, "old events can't be deleted; trying again");
                BETWEEN_ROUNDS
            }
        };
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

/// Bursts of failed sign-ins become events of the installation.
async fn report_bursts(mut bursts: Receiver<LoginBurst>, events: Events, stop: CancellationToken) {
    while let Some(burst) = stop.run_until_cancelled(bursts.recv()).await {
        match burst {
            // What finds no room is counted.
            Ok(burst) => {
                events.publish(burst_event(&burst));
            }
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "bursts of failed sign-ins were missed"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn burst_event(burst: &LoginBurst) -> NewEvent {
    let event = NewEvent::new(burst.org, EventType::LOGIN_FAILED_BURST, Severity::Warning, burst.at);
    let event = event.with("details", BURST);
    match &burst.suspect {
        Suspect::Account(name) => event.with("username", name.as_str()),
        Suspect::Nobody => event.with("username", ""),
        Suspect::Ip(ip) => event.with("ip", ip.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use nightjar_model::OrgId;

    use super::*;

    #[test]
    fn a_burst_tells_whom_it_is_about() {
        let at = WallTime::from_millis(1_763_000_000_000);
        let of = |suspect| burst_event(&LoginBurst { suspect, org: OrgId::DEFAULT, at }).metadata;
        assert_eq!(of(Suspect::Account("ada".to_owned()))["username"], "ada");
        assert_eq!(of(Suspect::Ip([10, 0, 0, 7].into()))["ip"], "10.0.0.7");
    }
}
