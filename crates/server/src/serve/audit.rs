//! The audit trail beside the requests: its heads in the log, and its export.

use std::time::Duration;

use anyhow::{Context, Result};
use nightjar_audit_export::{BucketTarget, Exporter, SyslogTarget, Target};
use nightjar_catalog::{AuditHead, Catalog};
use nightjar_media::WallTime;
use nightjar_recorder::Footage;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a stop waits for the last entries to be exported.
const LAST_EXPORT: Duration = Duration::from_secs(15);

/// The tasks of the audit trail.
pub(super) struct AuditTrail {
    catalog: Catalog,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl AuditTrail {
    /// Makes the chains go on with the present key, logs their heads, now and once a day, and begins to
    /// export them.
    pub(super) async fn start(config: &Config, footage: &Footage, now: WallTime) -> Result<Self> {
        let catalog = footage.catalog.clone();
        for head in catalog.rekey_audit(now).await.context("can't write the audit trail")? {
            // Once after an upgrade and after a change of the secret key: at any other time, somebody has
            // written the trail anew.
            tracing::warn!(organization = %head.org, %head, "the audit trail goes on with another key");
        }
        log_heads(&catalog).await.context("can't read the audit trail")?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        tasks.spawn(log_daily(catalog.clone(), stop.clone()));
        for target in targets(config, footage) {
            tasks.spawn(Exporter::new(catalog.clone(), target).run(stop.clone()));
        }
        Ok(Self { catalog, tasks, stop })
    }

    /// Exports what is left and logs the heads a last time.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_EXPORT, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                "the audit trail was not exported to its end; the rest is exported after the next start"
            );
        }
        if let Err(error) = log_heads(&self.catalog).await {
            tracing::warn!(%error, "the heads of the audit trail can't be read");
        }
    }
}

async fn log_daily(catalog: Catalog, stop: CancellationToken) {
    let mut days = interval(DAY);
    days.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once, and the start has logged already.
    days.tick().await;
    while stop.run_until_cancelled(days.tick()).await.is_some() {
        if let Err(error) = log_heads(&catalog).await {
            tracing::warn!(%error, "the heads of the audit trail can't be read");
        }
    }
}

async fn log_heads(catalog: &Catalog) -> Result<(), nightjar_catalog::CatalogError> {
    for head in catalog.audit_heads().await? {
        let AuditHead { org, seq, .. } = head;
        tracing::info!(organization = %org, entries = seq, %head, "head of the audit trail");
    }
    Ok(())
}

fn targets(config: &Config, footage: &Footage) -> Vec<Target> {
    let syslog = config.audit.syslog.clone();
    let syslog = syslog.map(|address| Target::Syslog(SyslogTarget::new(address, &config.service.node.0)));
    let bucket = config.audit.bucket_prefix.clone().zip(footage.remote.clone());
    let bucket = bucket.map(|(prefix, remote)| Target::Bucket(BucketTarget { remote, prefix }));
    syslog.into_iter().chain(bucket).collect()
}
