//! Pressure: when the spool volume fills up, room is made; when none can be made, recording
//! pauses until there is some again.
//!
//! Above 90 %: first local copies of what is safely in the bucket, oldest first; then the oldest
//! footage. Each deletion is in the ledger and in the log.

use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use nightjar_model::{GapCause, Segment};
use nightjar_storage::DiskUsage;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::Room;
use crate::footage::{Footage, Result};
use crate::retention::{Reason, Round, Trust, drop_local_copy, enough};

/// Segments that are dealt with before it is measured and told again: a bucket that is slow may take
/// seconds for each.
const BATCH: u32 = 20;
/// Adding up all files may take this share of the time, when the spool has a limit of its own.
const WALK_SHARE: u32 = 20;

/// When the spool volume is too full.
#[derive(Debug, Clone, PartialEq)]
pub struct PressureConfig {
    /// Above this share of the volume room is made, …
    pub high: f64,
    /// … until this share is used.
    pub low: f64,
    /// From this share on recording pauses, …
    pub full: f64,
    /// … until only this share is used.
    pub resume: f64,
    /// Footage may take this many bytes, even if the volume has more. None: all of the volume.
    pub max_bytes: Option<u64>,
    /// How often it looks.
    pub interval: Duration,
}

impl Default for PressureConfig {
    fn default() -> Self {
        Self {
            high: 0.90,
            low: 0.88,
            full: 0.97,
            resume: 0.95,
            max_bytes: None,
            interval: Duration::from_secs(5),
        }
    }
}

/// Watches the volume until `stop`; says in `room` whether there is any.
pub async fn run_pressure(
    footage: Footage,
    config: PressureConfig,
    room: watch::Sender<Room>,
    stop: CancellationToken,
) {
    let mut gauge = Gauge::new(config);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            looked = gauge.look(&footage, &room) => if let Err(error) = looked {
                tracing::warn!(%error, "can't make room on the footage volume; trying again");
            },
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(gauge.config.interval) => {}
        }
    }
}

/// How full it is. Footage may have more than its own limit, so `used` may be above `total`.
#[derive(Debug, Clone, Copy)]
struct Fill {
    total: u64,
    used: u64,
}

impl Fill {
    fn ratio(self) -> f64 {
        if self.total == 0 { 1.0 } else { self.used as f64 / self.total as f64 }
    }
}

/// The gauge of one volume.
#[derive(Debug)]
pub struct Gauge {
    config: PressureConfig,
    /// The volume; none: ask the disk.
    volume: Option<DiskUsage>,
    /// The last sum of all files, and until when it is good enough.
    walked: Option<(u64, Instant)>,
}

impl Gauge {
    /// A gauge that has not looked yet.
    pub fn new(config: PressureConfig) -> Self {
        Self { config, volume: None, walked: None }
    }

    /// A gauge that takes the volume to be this full, whatever the disk says: what a test sees must
    /// not depend on the disk it runs on.
    pub fn with_volume(config: PressureConfig, volume: DiskUsage) -> Self {
        Self { volume: Some(volume), ..Self::new(config) }
    }

    /// One round: measures, makes room if it is short, and tells whether there is any.
    pub async fn look(&mut self, footage: &Footage, room: &watch::Sender<Room>) -> Result<()> {
        if !footage.on_disk(|local| Ok(local.is_same_volume())).await? {
            if room.send_replace(Room::Full) != Room::Full {
                tracing::error!("the footage volume is not there any more: recording pauses");
            }
            return Ok(());
        }
        let mut fill = self.measure(footage).await?;
        let made = if fill.ratio() > self.config.high {
            let made = self.make_room(footage, fill, room).await;
            self.walked = None;
            fill = self.measure(footage).await?;
            made
        } else {
            Ok(())
        };
        post(footage, fill);
        self.tell(fill, room);
        made
    }

    fn tell(&self, fill: Fill, room: &watch::Sender<Room>) {
        let used = fill.ratio();
        let now = match *room.borrow() {
            Room::Available if used >= self.config.full => Room::Full,
            Room::Full if used <= self.config.resume => Room::Available,
            unchanged => unchanged,
        };
        if room.send_replace(now) == now {
            return;
        }
        let percent = (used * 100.0).round();
        match now {
            Room::Full => tracing::error!(percent, "the footage volume is full: recording pauses"),
            Room::Available => tracing::info!(percent, "there is room again: recording goes on"),
        }
    }

    /// How full it is: of the volume, or of the footage's own limit where that is nearer.
    async fn measure(&mut self, footage: &Footage) -> Result<Fill> {
        let volume = match self.volume {
            Some(volume) => volume,
            None => footage.on_disk(|local| Ok(local.usage()?)).await?,
        };
        let whole = Fill { total: volume.total, used: volume.total.saturating_sub(volume.free) };
        let Some(limit) = self.config.max_bytes.filter(|limit| *limit < volume.total) else {
            return Ok(whole);
        };
        let own = Fill { total: limit, used: self.footage_bytes(footage).await? };
        Ok(if whole.ratio() > own.ratio() { whole } else { own })
    }

    #[expect(clippy::disallowed_methods, reason = "measures its own cost by the real clock")]
    async fn footage_bytes(&mut self, footage: &Footage) -> Result<u64> {
        let started = Instant::now();
        if let Some((bytes, _)) = self.walked.filter(|(_, good_until)| started < *good_until) {
            return Ok(bytes);
        }
        let bytes = footage.on_disk(|local| Ok(local.footage_bytes()?)).await?;
        let ended = Instant::now();
        self.walked = Some((bytes, ended + (ended - started) * WALK_SHARE));
        Ok(bytes)
    }

    async fn make_room(&mut self, footage: &Footage, fill: Fill, room: &watch::Sender<Room>) -> Result<()> {
        let allowed = (fill.total as f64 * self.config.low) as u64;
        let mut surplus = fill.used.saturating_sub(allowed);
        let mut round = Round::new(footage);
        while surplus > 0 {
            let mut freed = drop_copies(&mut round, footage, surplus).await?;
            if freed == 0 {
                freed = delete_oldest(&mut round, footage, surplus).await?;
            }
            if freed == 0 {
                break;
            }
            surplus = surplus.saturating_sub(freed);
            if let Some((bytes, _)) = &mut self.walked {
                *bytes = bytes.saturating_sub(freed);
            }
            if surplus > 0 {
                let fill = self.measure(footage).await?;
                post(footage, fill);
                self.tell(fill, room);
            }
        }
        Ok(())
    }
}

fn post(footage: &Footage, fill: Fill) {
    let free = fill.total.saturating_sub(fill.used);
    gauge!("nightjar_storage_volume_bytes").set(fill.total as f64);
    gauge!("nightjar_storage_free_bytes").set(free as f64);
    footage.status.update_storage(|status| {
        status.volume_bytes = fill.total;
        status.free_bytes = free;
    });
}

/// Removes some of the oldest local copies of what is in the bucket; says how much room that made.
async fn drop_copies(round: &mut Round<'_>, footage: &Footage, surplus: u64) -> Result<u64> {
    let mut freed = 0;
    let copies = footage.catalog.oldest_local(&footage.node, true, BATCH).await?;
    for copy in enough(copies, surplus) {
        if drop_local_copy(round, &copy, Trust::Catalog).await? {
            freed += copy.bytes;
            counter!("nightjar_pressure_copies_dropped_total").increment(1);
            tracing::info!(key = copy.key, bytes = copy.bytes, "room needed: dropped a local copy");
        }
    }
    Ok(freed)
}

/// Deletes some of the oldest footage on this disk; says how much room that made.
async fn delete_oldest(round: &mut Round<'_>, footage: &Footage, surplus: u64) -> Result<u64> {
    let oldest = footage.catalog.oldest_local(&footage.node, false, BATCH).await?;
    let chosen = enough(oldest, surplus);
    let reason = Reason::Rule(GapCause::Retention, "deleted because the volume was full");
    let deleted = round.delete(&chosen, reason).await?;
    if deleted.freed > 0 {
        counter!("nightjar_pressure_segments_deleted_total").increment(chosen.len() as u64);
        log_lost(&chosen);
    }
    Ok(deleted.freed)
}

fn log_lost(segments: &[Segment]) {
    for segment in segments {
        tracing::warn!(key = segment.key, bytes = segment.bytes, "room needed: deleted the oldest footage");
    }
}
