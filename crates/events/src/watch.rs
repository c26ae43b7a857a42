//! What the status board says, as events: cameras come and go, recording begins and ends, storage
//! fills up, uploads fail.
//!
//! A state is reported once it has held for five seconds, with the time at which it began. A camera
//! that keeps coming and going must hold twice as long each time: see [`settle`]. Listeners are told
//! each change at once.

mod camera;
mod installation;
mod owners;
mod settle;

use std::collections::HashMap;
use std::time::Duration;

use nightjar_catalog::Catalog;
use nightjar_model::{
    CameraId, CameraStatus, GapCause, NewEvent, OrgId, RecordingState, StatusBoard, WallTime,
};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use self::camera::CameraWatch;
use self::installation::InstallationWatch;
use self::owners::Owners;
pub(crate) use self::settle::MOST_MICROS as LONGEST_HOLD_MICROS;
use crate::{Events, StatusChange};

/// How often the board is read.
const EVERY: Duration = Duration::from_secs(1);

/// What is to be told.
#[derive(Debug, Clone, PartialEq)]
enum Report {
    Happened(NewEvent),
    Began(String, NewEvent),
    Ended(String, WallTime),
}

/// Watches the board until stopped.
pub async fn watch(
    events: Events,
    board: StatusBoard,
    catalog: Catalog,
    clock: fn() -> WallTime,
    stop: CancellationToken,
) {
    let mut owners = Owners::new(catalog);
    let mut watch = Watch::new();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = owners.refresh(&board, monotonic()).await {
            tracing::warn!(%error, "the owners of new cameras can't be read: those are not watched yet");
        }
        let (reports, changes) = watch.look(&board, &owners, clock());
        for report in reports {
            // What finds no room is counted.
            match report {
                Report::Happened(event) => events.publish(event),
                Report::Began(key, event) => events.begin(key, event),
                Report::Ended(key, at) => events.end(key, at),
            };
        }
        changes.into_iter().for_each(|change| events.tell_status(change));
    }
}

/// All that is watched.
struct Watch {
    cameras: HashMap<CameraId, Watched>,
    installation: InstallationWatch,
    round: u64,
}

struct Watched {
    watch: CameraWatch,
    told: Option<(bool, RecordingState)>,
    /// In which round it was seen last.
    seen: u64,
}

impl Watch {
    fn new() -> Self {
        Self { cameras: HashMap::new(), installation: InstallationWatch::new(), round: 0 }
    }

    fn look(
        &mut self,
        board: &StatusBoard,
        owners: &Owners,
        now: WallTime,
    ) -> (Vec<Report>, Vec<StatusChange>) {
        let (mut reports, mut changes, mut is_full) = (Vec::new(), Vec::new(), false);
        self.round += 1;
        let round = self.round;
        board.each_camera(|id, status| {
            is_full |= status.state == RecordingState::Gap(GapCause::DiskFull);
            let Some(org) = owners.of(id) else { return };
            let new = || Watched { watch: CameraWatch::new(org, id), told: None, seen: round };
            let camera = self.cameras.entry(id).or_insert_with(new);
            camera.seen = round;
            camera.watch.look(status, now, &mut reports);
            let state = (status.connected, status.state);
            if camera.told.replace(state) != Some(state) {
                changes.push(change(org, id, status, now));
            }
        });
        let gone = self.cameras.extract_if(|_, camera| camera.seen != round);
        reports.extend(gone.flat_map(|(_, camera)| camera.watch.gone(now)));
        self.installation.look(&board.storage(), is_full, now, &mut reports);
        (reports, changes)
    }
}

fn change(org_id: OrgId, camera_id: CameraId, status: &CameraStatus, at: WallTime) -> StatusChange {
    StatusChange {
        org_id,
        camera_id,
        connected: status.connected,
        state: status.state,
        details: status.details.clone(),
        at,
    }
}

fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the driver of the watch")]
    Instant::now()
}
