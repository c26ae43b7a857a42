//! The way through the chains.

use std::collections::HashMap;
use std::time::Duration;

use nightjar_catalog::Catalog;
use nightjar_model::{AuditEntry, OrgId};
use tokio_util::sync::CancellationToken;

use crate::{BucketTarget, Result, SyslogTarget};

/// Entries of a batch.
const BATCH: u64 = 500;
/// How often new entries are looked for.
const EVERY: Duration = Duration::from_secs(2);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where entries are sent.
#[derive(Debug)]
pub enum Target {
    /// A syslog receiver.
    Syslog(SyslogTarget),
    /// Objects in a bucket.
    Bucket(BucketTarget),
}

/// Sends all chains to one target.
///
/// - `confirmed` never passes an entry that may not have arrived, and is what the catalog remembers.
/// - `sent` is never before `confirmed`, and falls back to it when the target fails.
#[derive(Debug)]
pub struct Exporter {
    catalog: Catalog,
    target: Target,
    places: HashMap<OrgId, Place>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    sent: i64,
    confirmed: i64,
}

impl Target {
    /// What it is called in the log; another address is another target, which gets everything.
    fn name(&self) -> String {
        match self {
            Self::Syslog(target) => target.name(),
            Self::Bucket(target) => target.name(),
        }
    }

    fn confirms_at_once(&self) -> bool {
        match self {
            Self::Syslog(target) => target.confirms_at_once(),
            Self::Bucket(_) => true,
        }
    }

    fn check(&mut self) -> Result<()> {
        match self {
            Self::Syslog(target) => target.check(),
            Self::Bucket(_) => Ok(()),
        }
    }

    async fn send(&mut self, org: OrgId, entries: &[AuditEntry]) -> Result<()> {
        match self {
            Self::Syslog(target) => target.send(entries).await,
            Self::Bucket(target) => target.send(org, entries).await,
        }
    }
}

impl Exporter {
    /// Prepares; nothing is sent yet.
    pub fn new(catalog: Catalog, target: Target) -> Self {
        Self { catalog, target, places: HashMap::new() }
    }

    /// Sends what is new every two seconds until it is stopped, then once more. After failures the
    /// pauses grow to a minute; the log is told of the first failure and of the end of them.
    pub async fn run(mut self, stop: CancellationToken) {
        let (mut pause, target) = (EVERY, self.target.name());
        let mut stopping = false;
        loop {
            match self.advance().await {
                Ok(_) if pause > EVERY => {
                    tracing::info!(target, "the audit trail is exported again");
                    pause = EVERY;
                }
                Ok(_) => {}
                Err(error) => {
                    if pause == EVERY {
                        tracing::warn!(target, %error, "the audit trail can't be exported; its entries wait");
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            if stopping {
                return;
            }
            stopping = stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none();
        }
    }

    /// Confirms what was sent before, and sends what is new, up to the present end of each chain. Gives
    /// the number of entries that were sent.
    ///
    /// # Errors
    /// If the target fails: everything after the last confirmed entry is sent again next time.
    pub async fn advance(&mut self) -> Result<u64> {
        let outcome = self.try_advance().await;
        if outcome.is_err() {
            self.places.values_mut().for_each(|place| place.sent = place.confirmed);
        }
        outcome
    }

    async fn try_advance(&mut self) -> Result<u64> {
        self.target.check()?;
        let mut count = 0;
        for organization in self.catalog.organizations().await? {
            let org = organization.id;
            self.confirm(org).await?;
            loop {
                let place = self.place(org).await?;
                let entries = self.catalog.audit_after(org, place.sent, BATCH).await?;
                let Some(last) = entries.last() else { break };
                self.target.send(org, &entries).await?;
                self.places.insert(org, Place { sent: last.seq, ..place });
                count += entries.len() as u64;
                if self.target.confirms_at_once() {
                    self.confirm(org).await?;
                }
            }
        }
        Ok(count)
    }

    async fn confirm(&mut self, org: OrgId) -> Result<()> {
        let place = self.place(org).await?;
        if place.sent > place.confirmed {
            self.catalog.set_setting(&self.setting(org), &place.sent.to_string()).await?;
            self.places.insert(org, Place { confirmed: place.sent, ..place });
        }
        Ok(())
    }

    async fn place(&self, org: OrgId) -> Result<Place> {
        if let Some(place) = self.places.get(&org) {
            return Ok(*place);
        }
        let kept = self.catalog.setting(&self.setting(org)).await?;
        let confirmed = kept.and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Place { sent: confirmed, confirmed })
    }

    fn setting(&self, org: OrgId) -> String {
        let target = blake3::hash(self.target.name().as_bytes()).to_hex();
        format!("audit_export:{}:{org}", &target[..16])
    }
}
