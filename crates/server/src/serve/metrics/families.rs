//! All metric families. The names of the requirement documents (`camera_…`, `reolink_…`) are theirs; all
//! others begin with `nightjar_`. Names end with their unit, counters with `_total`. `camera_id` is a
//! camera's key, with `@` and the organization's id behind it outside of the first organization.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};

/// One family.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) labels: &'static [&'static str],
    help: &'static str,
}

/// Its type; of a histogram with the upper bounds of its buckets, in seconds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram(&'static [f64]),
}

/// A segment is tens of megabytes over somebody's uplink.
const UPLOAD: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
/// Answers of this process and its database.
const ANSWER: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Answers of cameras, which are small computers behind a network.
const CAMERA: &[f64] = &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

const CAMERA_ID: &[&str] = &["camera_id"];

const fn family(
    name: &'static str,
    kind: Kind,
    labels: &'static [&'static str],
    help: &'static str,
) -> Family {
    Family { name, kind, labels, help }
}

use Kind::{Counter, Gauge, Histogram};

/// In the order of the guide.
pub(super) const FAMILIES: &[Family] = &[
    family("camera_stream_connected", Gauge, CAMERA_ID, "Whether media of the main stream arrives: 1 or 0."),
    family("camera_segments_recorded_total", Counter, CAMERA_ID, "Recorded files that were finished."),
    family("camera_recording_bytes_total", Counter, CAMERA_ID, "Bytes written into recorded files."),
    family("camera_segments_uploaded_total", Counter, CAMERA_ID, "Recorded files uploaded to the bucket."),
    family(
        "camera_upload_failures_total",
        Counter,
        CAMERA_ID,
        "Attempts to upload a recorded file that failed.",
    ),
    family(
        "camera_segment_upload_duration_seconds",
        Histogram(UPLOAD),
        CAMERA_ID,
        "Time that an upload took.",
    ),
    family(
        "camera_ffmpeg_restarts_total",
        Counter,
        CAMERA_ID,
        "Restarts of a camera's capture after its stream broke; no ffmpeg is involved.",
    ),
    family(
        "reolink_cameras_total",
        Gauge,
        &["status"],
        "Enabled cameras: online, offline, or error (they answer, but nothing can be recorded).",
    ),
    family(
        "reolink_camera_requests_total",
        Counter,
        &["camera_id", "operation", "status"],
        "Attempts to connect to a camera's stream, by outcome: ok or error.",
    ),
    family(
        "reolink_camera_request_duration_seconds",
        Histogram(CAMERA),
        &["camera_id", "operation"],
        "Time until a camera's stream was set up, or failed.",
    ),
    family(
        "reolink_active_streams",
        Gauge,
        &["camera_id", "stream_type"],
        "Whether media of a stream (main or sub) arrives: 1 or 0.",
    ),
    family(
        "reolink_events_total",
        Counter,
        &["camera_id", "event_type"],
        "Events that were stored; without camera_id those of the installation.",
    ),
    family(
        "reolink_events_processing_duration_seconds",
        Histogram(ANSWER),
        &[],
        "Time from the report of an event until it was stored.",
    ),
    family(
        "reolink_api_requests_total",
        Counter,
        &["method", "endpoint", "status"],
        "Answered requests of the API, by route.",
    ),
    family(
        "reolink_api_request_duration_seconds",
        Histogram(ANSWER),
        &["method", "endpoint"],
        "Time until an answer of the API began.",
    ),
    family("nightjar_camera_fps", Gauge, &["camera_id", "stream_type"], "Frames a second, measured."),
    family("nightjar_camera_bits_per_second", Gauge, &["camera_id", "stream_type"], "Bit rate, measured."),
    family("nightjar_camera_packets_lost_total", Counter, CAMERA_ID, "RTP packets that never came."),
    family(
        "nightjar_camera_fragments_dropped_total",
        Counter,
        CAMERA_ID,
        "Fragments that were not recorded because the disk was too slow.",
    ),
    family(
        "nightjar_camera_write_errors_total",
        Counter,
        CAMERA_ID,
        "Writes into recorded files that failed.",
    ),
    family("nightjar_cache_lookups_total", Counter, &["result"], "Lookups in the cache."),
    family(
        "nightjar_cache_errors_total",
        Counter,
        &["operation"],
        "Operations that the shared cache did not answer.",
    ),
    family("nightjar_cache_degraded", Gauge, &[], "Whether the shared cache is away: 1 or 0."),
    family("nightjar_events_waiting", Gauge, &[], "Events that wait to be stored."),
    family("nightjar_events_dropped_total", Counter, &[], "Events that found no room."),
    family("nightjar_ledger_backlog", Gauge, &[], "Changes of the ledger that wait for the database."),
    family(
        "nightjar_ledger_rows_refused_total",
        Counter,
        &[],
        "Rows of the ledger that the database refused.",
    ),
    family(
        "nightjar_ledger_write_errors_total",
        Counter,
        &[],
        "Writes of the ledger that failed and were repeated.",
    ),
    family("nightjar_login_failures_total", Counter, &["reason"], "Sign-ins that failed."),
    family(
        "nightjar_pressure_copies_dropped_total",
        Counter,
        &[],
        "Local copies of uploaded files deleted to make room.",
    ),
    family("nightjar_pressure_segments_deleted_total", Counter, &[], "Recorded files deleted to make room."),
    family(
        "nightjar_recorder_panics_total",
        Counter,
        &[],
        "Failures of the recorder that were caught; it restarted.",
    ),
    family(
        "nightjar_source_panics_total",
        Counter,
        &[],
        "Failures of a camera's source that were caught; it restarted.",
    ),
    family("nightjar_storage_free_bytes", Gauge, &[], "Free space of the volume that holds the footage."),
    family("nightjar_storage_volume_bytes", Gauge, &[], "Size of the volume that holds the footage."),
    family(
        "nightjar_upload_alerts_total",
        Counter,
        &[],
        "Recorded files whose upload failed so often that it was logged as a warning.",
    ),
    family("nightjar_uploads_failing", Gauge, &[], "Waiting uploads that failed at least once."),
    family("nightjar_uploads_pending", Gauge, &[], "Recorded files that wait for their upload."),
    family("nightjar_uploads_pending_bytes", Gauge, &[], "Their size."),
    family(
        "nightjar_volume_sync_errors_total",
        Counter,
        &[],
        "Failed attempts to make written footage durable.",
    ),
    family("nightjar_websockets", Gauge, &[], "Open WebSockets."),
];

impl Family {
    /// Describes it; one without labels exists from the start, with the value zero.
    pub(super) fn register(&self) {
        let (name, plain) = (self.name, self.labels.is_empty());
        match self.kind {
            Counter => {
                describe_counter!(name, self.help);
                if plain {
                    counter!(name).increment(0);
                }
            }
            Gauge => {
                describe_gauge!(name, self.help);
                if plain {
                    gauge!(name).increment(0.0);
                }
            }
            Histogram(_) => describe_histogram!(name, self.help),
        }
    }

    /// Its row in the guide.
    #[cfg(test)]
    pub(super) fn row(&self) -> String {
        let labels: Vec<String> = self.labels.iter().map(|label| format!("`{label}`")).collect();
        let (kind, buckets) = match self.kind {
            Counter => ("counter", String::new()),
            Gauge => ("gauge", String::new()),
            Histogram(buckets) => {
                let bounds: Vec<String> = buckets.iter().map(ToString::to_string).collect();
                ("histogram", format!(" Buckets: {} s.", bounds.join(", ")))
            }
        };
        format!("| `{}` | {kind} | {} | {}{buckets} |", self.name, labels.join(", "), self.help)
    }
}
