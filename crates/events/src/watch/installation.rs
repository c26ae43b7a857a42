//! The installation: whether there is room for footage, and whether it can be uploaded.

use nightjar_model::{EventType, NewEvent, OrgId, Severity, StorageStatus, WallTime};

use super::Report;
use super::settle::{Settled, Settling};

/// What is known of the installation. Its events are those of its first organization.
#[derive(Debug)]
pub(super) struct InstallationWatch {
    full: Settling<bool>,
    uploads_fail: Settling<bool>,
}

impl InstallationWatch {
    pub(super) fn new() -> Self {
        Self { full: Settling::new(false), uploads_fail: Settling::new(false) }
    }

    /// Its present state; `is_full`: some camera is not recorded for want of room.
    pub(super) fn look(
        &mut self,
        storage: &StorageStatus,
        is_full: bool,
        now: WallTime,
        reports: &mut Vec<Report>,
    ) {
        if let Some(settled) = self.full.observe(is_full, now) {
            let event = event(EventType::STORAGE_FULL, Severity::Critical, settled.since)
                .with("volume_bytes", storage.volume_bytes)
                .with("free_bytes", storage.free_bytes);
            reports.push(report("storage_full", settled, event));
        }
        let fails = storage.uploads_failing > 0 || storage.bucket_ok == Some(false);
        if let Some(settled) = self.uploads_fail.observe(fails, now) {
            let event = event(EventType::UPLOAD_FAILED, Severity::Warning, settled.since)
                .with("uploads_failing", storage.uploads_failing)
                .with("uploads_pending", storage.uploads_pending);
            reports.push(report("upload_failed", settled, event));
        }
    }
}

fn report(key: &str, settled: Settled<bool>, event: NewEvent) -> Report {
    if settled.to {
        Report::Began(key.to_owned(), event)
    } else {
        Report::Ended(key.to_owned(), settled.since)
    }
}

fn event(kind: EventType, severity: Severity, since: WallTime) -> NewEvent {
    NewEvent::new(OrgId::DEFAULT, kind, severity, since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_one_event_with_an_end() {
        let at = |seconds: i64| WallTime::from_millis(1_763_000_000_000 + seconds * 1_000);
        let (mut watch, mut reports) = (InstallationWatch::new(), Vec::new());
        for second in 0..60 {
            let failing = u64::from((10..30).contains(&second));
            let storage = StorageStatus { uploads_failing: failing, ..StorageStatus::default() };
            watch.look(&storage, second >= 40, at(second), &mut reports);
        }
        let [Report::Began(failed, event), Report::Ended(over, end), Report::Began(full, _)] = &reports[..]
        else {
            panic!("{reports:?}")
        };
        assert_eq!(
            (failed.as_str(), over.as_str(), full.as_str()),
            ("upload_failed", "upload_failed", "storage_full")
        );
        assert_eq!((event.start, *end), (at(10), at(30)));
        assert_eq!(event.metadata["uploads_failing"], 1);
    }
}
