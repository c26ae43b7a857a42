//! The metrics of the process: the table of all families, and what is computed for `/metrics` alone.

mod families;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use nightjar_catalog::Catalog;
use nightjar_model::{Camera, CameraStatus, GapCause, RecordingState, StatusBoard};
use parking_lot::RwLock;
use tokio_util::sync::CancellationToken;

use self::families::{FAMILIES, Kind};

/// How often the cameras are counted.
const BETWEEN_COUNTS: Duration = Duration::from_secs(2);
/// Words of `reolink_cameras_total{status}`.
const STATUSES: [&str; 3] = ["online", "offline", "error"];

/// Installs the recorder of the process's metrics and describes each family.
fn install() -> Result<PrometheusHandle> {
    let mut builder = PrometheusBuilder::new();
    for family in FAMILIES {
        if let Kind::Histogram(buckets) = family.kind {
            let name = Matcher::Full(family.name.to_owned());
            builder = builder.set_buckets_for_metric(name, buckets).context("can't set up metrics")?;
        }
    }
    let handle = builder.install_recorder().context("can't set up metrics")?;
    for family in FAMILIES {
        family.register();
    }
    Ok(handle)
}

/// The text of `/metrics`. Cheap to clone.
#[derive(Clone)]
pub(super) struct Exposition {
    handle: PrometheusHandle,
    /// Labels of the cameras that are enabled; none before they are known.
    cameras: Arc<RwLock<Option<HashSet<String>>>>,
}

impl Exposition {
    /// Metrics are collected from now on.
    pub(super) fn install() -> Result<Self> {
        Ok(Self { handle: install()?, cameras: Arc::default() })
    }

    /// Renders the text, for the API.
    pub(super) fn renderer(&self) -> Arc<dyn Fn() -> String + Send + Sync> {
        let exposition = self.clone();
        Arc::new(move || exposition.render())
    }

    /// The Prometheus text. Series of cameras that are deleted or disabled are left out: a gauge that
    /// nobody sets any more would be an alert for ever.
    fn render(&self) -> String {
        let text = self.handle.render();
        match self.cameras.read().as_ref() {
            Some(cameras) => without_other_cameras(&text, cameras),
            None => text,
        }
    }

    /// Counts the cameras until cancelled.
    pub(super) async fn run(self, catalog: Catalog, status: StatusBoard, cancel: CancellationToken) {
        loop {
            self.handle.run_upkeep();
            // While the database is away, the last figures stay.
            if let Ok(cameras) = catalog.camera_book(super::now()).await {
                let enabled = cameras.all().filter(|camera| camera.enabled);
                let mut counts = [0_u32; STATUSES.len()];
                let mut labels = HashSet::new();
                for camera in enabled {
                    labels.insert(camera.metrics_label());
                    if let Some(word) = status_word(camera, status.camera(camera.id).as_deref()) {
                        counts[word] += 1;
                    }
                }
                *self.cameras.write() = Some(labels);
                for (word, count) in STATUSES.into_iter().zip(counts) {
                    metrics::gauge!("reolink_cameras_total", "status" => word).set(count);
                }
            }
            if cancel.run_until_cancelled(tokio::time::sleep(BETWEEN_COUNTS)).await.is_none() {
                return;
            }
        }
    }
}

/// The place in [`STATUSES`] of an enabled camera: `online` while media arrives; `error` if the camera
/// answers, but nothing comes that can be recorded; else `offline`. None if nobody wants its streams.
fn status_word(camera: &Camera, status: Option<&CameraStatus>) -> Option<usize> {
    match status {
        Some(status) if status.connected => Some(0),
        Some(CameraStatus { state: RecordingState::Gap(cause), .. }) => Some(match cause {
            GapCause::AuthFailed
            | GapCause::StreamStalled
            | GapCause::NoKeyFrame
            | GapCause::CodecChange
            | GapCause::ClockStep => 2,
            _ => 1,
        }),
        _ => camera.wants_recording().then_some(1),
    }
}

/// `text` without the lines whose `camera_id` names none of `cameras`.
fn without_other_cameras(text: &str, cameras: &HashSet<String>) -> String {
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let camera = line
            .split_once("camera_id=\"")
            .filter(|_| !line.starts_with('#'))
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(camera, _)| camera);
        if camera.is_none_or(|camera| camera.is_empty() || cameras.contains(camera)) {
            kept.push_str(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn series_of_cameras_that_are_gone_are_left_out() {
        let text =
            "# HELP a camera_id=\"x\"\na{camera_id=\"here\"} 1\na{b=\"c\",camera_id=\"gone\"} 1\nd 2\n";
        let kept = without_other_cameras(text, &HashSet::from(["here".to_owned()]));
        assert_eq!(kept, "# HELP a camera_id=\"x\"\na{camera_id=\"here\"} 1\nd 2\n");
    }

    #[test]
    fn the_guide_has_the_table_of_all_families() {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/user-guide.md");
        let guide = std::fs::read_to_string(guide).expect("the guide");
        let rows: Vec<&str> =
            guide.lines().filter(|line| line.starts_with("| `") && is_family(line)).collect();
        let expected: Vec<String> = FAMILIES.iter().map(families::Family::row).collect();
        assert_eq!(rows, expected, "the table in docs/user-guide.md, should be:\n{}", expected.join("\n"));
    }

    fn is_family(line: &str) -> bool {
        [" counter |", " gauge |", " histogram |"].iter().any(|kind| line.contains(kind))
    }
}
