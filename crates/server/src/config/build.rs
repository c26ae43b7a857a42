//! From the document to [`Config`]: checks every value, fills in every default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nightjar_model::{AudioPolicy, NodeId, Secret};
use nightjar_recorder::KeyTemplate;
use url::Url;

use super::Inputs;
use super::cameras::{self, CameraDefaults};
use super::clients;
use super::document::Table;
use super::oidc;
use super::problem::{Problems, suggestion};
use super::reader::Reader;
use super::schema::{KEYS, sections};
use super::transport;
use super::types::{
    Config, Database, Delivery, LogFormat, Playback, Recording, Retention, Service, Storage, Upload,
};

/// What segments may last, in seconds.
pub(super) const SEGMENT_SECS: std::ops::RangeInclusive<u64> = 10..=86_400;
/// Words for `audio` and `audio_codec`.
pub(super) const AUDIO: [(&str, AudioPolicy); 2] = [("aac", AudioPolicy::Aac), ("none", AudioPolicy::None)];
const DEFAULT_KEY_TEMPLATE: &str = "{camera}/{YYYYMMDD}/{HH-MM-SS}_{camera}.mp4";
const GIGABYTE: f64 = 1e9;

/// Reads the whole document. Where a value is wrong, the problem is noted and a default taken,
/// so that all problems are found in one go.
pub(super) fn config(document: &Table, inputs: &Inputs, problems: &mut Problems) -> Config {
    let known = sections();
    for (section, entry) in &document.entries {
        if !known.contains(&section.as_str()) {
            problems.add(&entry.key_origin, unknown_section(section, &known));
        }
    }
    let mut warnings = Vec::new();
    let service = service(&mut Reader::section(document, "service", problems));
    let tls = transport::tls(&mut Reader::section(document, "tls", problems));
    let database = database(&mut Reader::section(document, "database", problems), &service.data_dir);
    let storage = storage(&mut Reader::section(document, "storage", problems), &mut warnings);
    let mut reader = Reader::section(document, "retention", problems);
    let retention = retention(&mut reader, "days", "gb");
    let event_days = reader.number("event_days", 1..=36_500).unwrap_or(90);
    let mut reader = Reader::section(document, "recording", problems);
    let defaults = CameraDefaults {
        segment_secs: segment_secs(&mut reader).unwrap_or(900),
        audio: reader.choice("audio_codec", &AUDIO).unwrap_or_default(),
        retention,
    };
    let legacy_form = inputs.file.is_none()
        && inputs.environment.iter().any(|(name, value)| name == "S3_ENDPOINT" && !value.is_empty());
    let recording = recording(&mut reader, &service.data_dir, legacy_form, &mut warnings);
    let upload = upload(&mut Reader::section(document, "upload", problems));
    let playback = playback(&mut Reader::section(document, "playback", problems));
    let cache_url = clients::cache_url(&mut Reader::section(document, "cache", problems));
    let limits = clients::limits(&mut Reader::section(document, "limits", problems));
    let accounts = clients::accounts(&mut Reader::section(document, "accounts", problems));
    let audit = clients::audit(&mut Reader::section(document, "audit", problems), storage.is_some());
    let cameras = cameras::cameras(document, defaults, problems);
    let oidc = oidc::providers(document, problems);
    warnings.extend(clients::check_public_url(document, &service, problems));
    Config {
        file: inputs.file.clone(),
        service,
        tls,
        database,
        storage,
        cameras,
        recording,
        event_retention: Duration::from_secs(event_days * 86_400),
        upload,
        playback,
        cache_url,
        limits,
        accounts,
        audit,
        oidc,
        warnings,
    }
}

/// Most often a key that was written above its section, or a section with a typing mistake.
fn unknown_section(name: &str, known: &[&str]) -> String {
    match KEYS.iter().find(|key| key.name == name) {
        Some(key) => format!("`{name}` belongs into a section: [{}]", key.section),
        None => format!("unknown section [{name}]{}", suggestion(name, known)),
    }
}

fn service(reader: &mut Reader<'_>) -> Service {
    let formats = [("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)];
    let log = reader.text("log").unwrap_or_else(|| "info".to_owned());
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&log) {
        reader.wrong("log", format!("`{log}` is not a log filter: {error}"));
    }
    Service {
        listen: listen(reader),
        metrics_port: match reader.number("metrics_port", 0..=65_535) {
            None => Some(9090),
            Some(port) => u16::try_from(port).ok().filter(|port| *port != 0),
        },
        data_dir: folder(reader, "data_dir").unwrap_or_else(|| absolute(Path::new("data"))),
        log_format: reader.choice("log_format", &formats).unwrap_or(LogFormat::Auto),
        log,
        node: NodeId(reader.text("node").unwrap_or_else(|| "node-1".to_owned())),
        drain: Duration::from_secs(reader.number("drain_secs", 0..=3_600).unwrap_or(20)),
        trusted_proxies: clients::addresses(reader, "trusted_proxies"),
        public_url: transport::public_url(reader),
        cors_origins: transport::cors_origins(reader),
        allow_loopback_cameras: reader.truth("allow_loopback_cameras").unwrap_or(false),
        refuse_basic_cameras: reader.truth("refuse_basic_cameras").unwrap_or(false),
        allow_link_local_cameras: reader.truth("allow_link_local_cameras").unwrap_or(false),
    }
}

fn listen(reader: &mut Reader<'_>) -> SocketAddr {
    let default = SocketAddr::from(([127, 0, 0, 1], 8080));
    let Some(text) = reader.text("listen") else { return default };
    let spelled = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.clone(),
    };
    spelled.parse().unwrap_or_else(|_| {
        reader
            .wrong("listen", format!("`{text}` is not an address and port, as 127.0.0.1:8080 or [::]:8080"));
        default
    })
}

fn database(reader: &mut Reader<'_>, data_dir: &Path) -> Database {
    let url = reader.secret("url").unwrap_or_else(|| Secret::new(sqlite_url(&data_dir.join("nightjar.db"))));
    let text = url.expose();
    let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
    if is_postgres {
        // The address may hold a password, so it is not repeated.
        match Url::parse(text) {
            Ok(url) if url.path().len() > 1 => {}
            Ok(_) => reader.wrong("url", "names no database; write postgres://user:password@host/name"),
            Err(error) => reader.wrong("url", format!("is not a valid address: {error}")),
        }
    } else if !text.starts_with("sqlite:") {
        reader.wrong("url", "must begin with sqlite:// or postgres://");
    }
    let max_connections = reader.number("max_connections", 1..=200).unwrap_or(10);
    Database { url, max_connections: u32::try_from(max_connections).unwrap_or(u32::MAX) }
}

/// The address of an SQLite file; characters that mean something in an address are escaped.
fn sqlite_url(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}")
}

fn storage(reader: &mut Reader<'_>, warnings: &mut Vec<String>) -> Option<Storage> {
    let choices = [("proxy", Delivery::Proxy), ("redirect", Delivery::Redirect)];
    let bucket = reader.text("bucket");
    let region = reader.text("region");
    let access_key_id = reader.secret("access_key_id");
    let secret_access_key = reader.secret("secret_access_key");
    let delivery = reader.choice("delivery", &choices);
    if !reader.has("endpoint") {
        if access_key_id.is_some() || bucket.is_some() {
            let text = "[storage] has no `endpoint`: footage stays on the local disk";
            warnings.push(text.to_owned());
        }
        return None;
    }
    let text = reader.text("endpoint")?;
    let endpoint = match Url::parse(&text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            reader.wrong("endpoint", "must begin with http:// or https://");
            None
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            reader
                .wrong("endpoint", "must not hold credentials; give `access_key_id` and `secret_access_key`");
            None
        }
        Ok(url) => Some(url),
        Err(error) => {
            reader.wrong("endpoint", format!("is not a valid address: {error}"));
            None
        }
    };
    for (key, given) in [("access_key_id", &access_key_id), ("secret_access_key", &secret_access_key)] {
        if !reader.has(key) {
            reader.wrong(key, "is missing, but `endpoint` is given");
        } else if given.as_ref().is_some_and(|secret| secret.expose().is_empty()) {
            reader.wrong(key, "is empty");
        }
    }
    Some(Storage {
        endpoint: endpoint?,
        bucket: bucket.unwrap_or_else(|| "camera-recordings".to_owned()),
        region: region.unwrap_or_else(|| "us-east-1".to_owned()),
        access_key_id: access_key_id?,
        secret_access_key: secret_access_key?,
        delivery: delivery.unwrap_or(Delivery::Proxy),
    })
}

/// `days` and `gb`, under whatever names they have in this section.
pub(super) fn retention(reader: &mut Reader<'_>, days: &str, gb: &str) -> Retention {
    let max_age = reader.positive(days, 36_500.0).map(|days| (days * 86_400.0).ceil() as u64);
    let max_bytes = reader.positive(gb, 1e9).map(|gb| (gb * GIGABYTE).ceil() as u64);
    Retention { max_age_secs: max_age, max_bytes }
}

/// `segment_duration_secs`, of `[recording]` or of a camera.
pub(super) fn segment_secs(reader: &mut Reader<'_>) -> Option<u32> {
    let secs = reader.number("segment_duration_secs", SEGMENT_SECS)?;
    u32::try_from(secs).ok()
}

fn recording(
    reader: &mut Reader<'_>,
    data_dir: &Path,
    legacy_form: bool,
    warnings: &mut Vec<String>,
) -> Recording {
    let footage_dir = folder(reader, "temp_dir").unwrap_or_else(|| {
        if legacy_form {
            warnings.push(
                "TEMP_DIR is not set: segments wait for their upload in /tmp/camera-recordings, which \
                 many systems empty when they start"
                    .to_owned(),
            );
            PathBuf::from("/tmp/camera-recordings")
        } else {
            data_dir.join("recordings")
        }
    });
    if let Some(codec) = reader.text("video_codec").filter(|codec| codec != "copy") {
        reader.wrong("video_codec", format!("`{codec}` is not possible: only `copy`, nothing is re-encoded"));
    }
    let key_template = reader.text("key_template").unwrap_or_else(|| DEFAULT_KEY_TEMPLATE.to_owned());
    if let Err(error) = KeyTemplate::parse(&key_template) {
        reader.wrong("key_template", error);
    }
    let minutes = reader.number("local_retention_minutes", 0..=5_256_000).unwrap_or(60);
    let percent = reader.number("max_disk_percent", 10..=99).unwrap_or(90);
    Recording {
        footage_dir,
        local_retention: Duration::from_secs(minutes * 60),
        key_template,
        at_clock_time: reader.truth("at_clock_time").unwrap_or(true),
        flush_interval: Duration::from_millis(
            reader.number("flush_interval_ms", 100..=10_000).unwrap_or(1_000),
        ),
        max_disk_percent: u8::try_from(percent).unwrap_or(90),
        spool_max_bytes: reader.positive("spool_max_gb", 1e9).map(|gb| (gb * GIGABYTE).ceil() as u64),
    }
}

fn upload(reader: &mut Reader<'_>) -> Upload {
    Upload {
        max_concurrent: reader.number("max_concurrent", 1..=64).unwrap_or(4) as usize,
        alert_after: reader.number("max_retries", 1..=1_000).unwrap_or(5) as u32,
        retry_backoff: Duration::from_secs(reader.number("retry_backoff_secs", 1..=300).unwrap_or(5)),
    }
}

fn playback(reader: &mut Reader<'_>) -> Playback {
    let minutes = reader.number("session_minutes", 1..=1_440).unwrap_or(60);
    let hours = reader.number("max_range_hours", 1..=744).unwrap_or(24);
    Playback {
        session_ttl: Duration::from_secs(minutes * 60),
        max_range: Duration::from_secs(hours * 3_600),
        bind_to_ip: reader.truth("bind_to_ip").unwrap_or(false),
    }
}

pub(super) fn folder(reader: &mut Reader<'_>, key: &str) -> Option<PathBuf> {
    reader.text(key).map(|text| absolute(Path::new(&text)))
}

/// The path from the root, so that it stays right when somebody changes the working folder.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
