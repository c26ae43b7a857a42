//! One camera: whether it is there, and whether it is recorded.

use nightjar_model::{
    CameraId, CameraStatus, EventType, GapCause, NewEvent, OrgId, RecordingState, Severity, WallTime,
};

use super::Report;
use super::settle::{Settled, Settling};

/// Whether media arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// Nobody wants any.
    Idle,
    Online,
    Offline,
}

/// Whether it is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recording {
    /// It is not, and need not be.
    Off,
    On,
    /// It is not, but should be.
    Gap(GapCause),
}

/// What is known of a camera.
#[derive(Debug)]
pub(super) struct CameraWatch {
    org: OrgId,
    camera: CameraId,
    link: Settling<Link>,
    recording: Settling<Recording>,
    /// Whether the start of the present recording has been told.
    started: bool,
}

impl CameraWatch {
    /// A camera of which nothing was told yet.
    pub(super) fn new(org: OrgId, camera: CameraId) -> Self {
        let (link, recording) = (Settling::new(Link::Idle), Settling::new(Recording::Off));
        Self { org, camera, link, recording, started: false }
    }

    /// Its present state; what is to be told goes into `reports`.
    pub(super) fn look(&mut self, status: &CameraStatus, now: WallTime, reports: &mut Vec<Report>) {
        if let Some(settled) = self.link.observe(Link::of(status), now) {
            self.linked(settled, status, reports);
        }
        if let Some(settled) = self.recording.observe(Recording::of(status), now) {
            self.recorded(settled, &status.details, reports);
        }
    }

    /// It is not there any more: deleted, or switched off.
    pub(super) fn gone(mut self, now: WallTime) -> Vec<Report> {
        let mut reports = Vec::new();
        if let Some(settled) = self.recording.force(Recording::Off, now) {
            self.recorded(settled, "", &mut reports);
        }
        reports
    }

    fn linked(&mut self, settled: Settled<Link>, status: &CameraStatus, reports: &mut Vec<Report>) {
        let event = match settled.to {
            Link::Idle => return,
            Link::Online => self.event(EventType::CAMERA_ONLINE, Severity::Info, settled.since),
            Link::Offline => {
                let event = self.event(EventType::CAMERA_OFFLINE, Severity::Warning, settled.since);
                let cause = match status.state {
                    RecordingState::Gap(cause) => cause.as_str(),
                    _ => GapCause::CameraUnreachable.as_str(),
                };
                event.with("cause", cause).with("details", status.details.as_str())
            }
        };
        reports.push(Report::Happened(event));
    }

    fn recorded(&mut self, settled: Settled<Recording>, details: &str, reports: &mut Vec<Report>) {
        let Settled { from, to, since } = settled;
        if matches!(from, Recording::Gap(_)) {
            reports.push(Report::Ended(self.key(), since));
        }
        match to {
            Recording::On if !self.started => {
                self.started = true;
                reports.push(Report::Happened(self.event(EventType::RECORDING_START, Severity::Info, since)));
            }
            Recording::On => {}
            Recording::Off if self.started => {
                self.started = false;
                reports.push(Report::Happened(self.event(EventType::RECORDING_STOP, Severity::Info, since)));
            }
            Recording::Off => {}
            Recording::Gap(cause) => {
                let event = self.event(EventType::RECORDING_GAP, Severity::Warning, since);
                let event = event.with("cause", cause.as_str()).with("details", details);
                reports.push(Report::Began(self.key(), event));
            }
        }
    }

    fn key(&self) -> String {
        format!("recording_gap:{}", self.camera)
    }

    fn event(&self, kind: EventType, severity: Severity, since: WallTime) -> NewEvent {
        NewEvent::new(self.org, kind, severity, since).of(self.camera)
    }
}

impl Link {
    fn of(status: &CameraStatus) -> Self {
        match (status.connected, status.state) {
            (true, _) => Self::Online,
            // Of a first connection nothing is known yet: neither that it works nor that it does not.
            (false, RecordingState::Off | RecordingState::Gap(GapCause::Connecting)) => Self::Idle,
            (false, _) => Self::Offline,
        }
    }
}

impl Recording {
    fn of(status: &CameraStatus) -> Self {
        match status.state {
            RecordingState::Recording => Self::On,
            RecordingState::Gap(cause) if cause.is_loss() => Self::Gap(cause),
            RecordingState::Gap(_) | RecordingState::Off => Self::Off,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const CAMERA: CameraId = CameraId(Uuid::from_u128(7));

    fn at(seconds: i64) -> WallTime {
        WallTime::from_millis(1_763_000_000_000 + seconds * 1_000)
    }

    /// Looks each second while the camera is in these states, each for so many seconds.
    fn told(states: &[(i64, bool, RecordingState)]) -> Vec<(String, i64)> {
        let mut watch = CameraWatch::new(OrgId::DEFAULT, CAMERA);
        let (mut reports, mut second) = (Vec::new(), 0);
        for (seconds, connected, state) in states {
            for _ in 0..*seconds {
                let status =
                    CameraStatus { connected: *connected, state: *state, ..CameraStatus::off(at(0)) };
                watch.look(&status, at(second), &mut reports);
                second += 1;
            }
        }
        reports.extend(watch.gone(at(second)));
        let seconds = |time: WallTime| time.micros_since(at(0)) / 1_000_000;
        let text = |report: &Report| match report {
            Report::Happened(event) => (event.event_type.to_string(), seconds(event.start)),
            Report::Began(_, event) => (format!("+{}", event.metadata["cause"]), seconds(event.start)),
            Report::Ended(_, at) => ("-".to_owned(), seconds(*at)),
        };
        reports.iter().map(text).collect()
    }

    fn is(text: &str, second: i64) -> (String, i64) {
        (text.to_owned(), second)
    }

    const LOST: RecordingState = RecordingState::Gap(GapCause::CameraUnreachable);

    #[test]
    fn a_camera_comes_goes_and_comes_back() {
        let recording = RecordingState::Recording;
        let told = told(&[(2, false, LOST), (60, true, recording), (30, false, LOST), (60, true, recording)]);
        let expected = [
            is("camera_online", 2),
            is("recording_start", 2),
            is("camera_offline", 62),
            is("+\"camera_unreachable\"", 62),
            is("camera_online", 92),
            is("-", 92),
            is("recording_stop", 152),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_slow_first_connection_is_no_outage() {
        let connecting = RecordingState::Gap(GapCause::Connecting);
        let told = told(&[(30, false, connecting), (60, true, RecordingState::Recording)]);
        assert_eq!(told, [is("camera_online", 30), is("recording_start", 30), is("recording_stop", 90)]);
    }

    #[test]
    fn a_camera_that_never_answers_is_told_once() {
        let told = told(&[(600, false, LOST)]);
        assert_eq!(told, [is("camera_offline", 0), is("+\"camera_unreachable\"", 0), is("-", 600)]);
    }

    #[test]
    fn an_outage_that_nobody_notices_is_not_told() {
        let recording = RecordingState::Recording;
        let told = told(&[(60, true, recording), (3, false, LOST), (60, true, recording)]);
        assert_eq!(told, [is("camera_online", 0), is("recording_start", 0), is("recording_stop", 123)]);
    }

    #[test]
    fn stopping_on_purpose_is_no_gap_and_no_loss_of_the_camera() {
        let told = told(&[(60, true, RecordingState::Recording), (60, false, RecordingState::Off)]);
        assert_eq!(told, [is("camera_online", 0), is("recording_start", 0), is("recording_stop", 60)]);
        let scheduled = RecordingState::Gap(GapCause::Schedule);
        assert_eq!(self::told(&[(60, true, scheduled)]), [is("camera_online", 0)]);
    }

    #[test]
    fn another_cause_is_another_gap() {
        let full = RecordingState::Gap(GapCause::DiskFull);
        let told = told(&[(20, true, full), (20, false, LOST)]);
        let expected = [
            is("camera_online", 0),
            is("+\"disk_full\"", 0),
            is("camera_offline", 20),
            is("-", 20),
            is("+\"camera_unreachable\"", 20),
            is("-", 40),
        ];
        assert_eq!(told, expected);
    }
}
