//! What configurations mean, and what is said about those that can not be used.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nightjar_model::{AudioPolicy, Mode, RtspTransport};

use super::schema::{KEYS, keys_of};
use super::{Config, Delivery, Inputs, LogFormat, Override, find_file, load, summary};

/// The file of requirements/002, word for word.
const FILE_OF_002: &str = r#"[service]
metrics_port = 9090

[storage]
endpoint = "http://seaweedfs-filer.seaweedfs.svc.cluster.local:8333"
bucket = "camera-recordings"
region = "us-east-1"  # Default, not really used by SeaweedFS
access_key_id = "${S3_ACCESS_KEY_ID}"
secret_access_key = "${S3_SECRET_ACCESS_KEY}"

[[cameras]]
id = "camera-1"
name = "Camera 1"
rtsp_url = "rtsp://5dlabs:PASSWORD@192.168.1.97:554/stream1"
segment_duration_secs = 900  # 15 minutes

[[cameras]]
id = "camera-2"
name = "Camera 2"
rtsp_url = "rtsp://5dlabs2:PASSWORD@192.168.1.13:554/stream1"
segment_duration_secs = 900  # 15 minutes

[recording]
# Temporary local storage before upload
temp_dir = "/tmp/camera-recordings"
# Keep segments locally until uploaded + X minutes (for redundancy)
local_retention_minutes = 60
# Video codec (copy = no re-encoding)
video_codec = "copy"
# Audio codec (aac = compatible with MP4)
audio_codec = "aac"

[upload]
# Concurrent uploads
max_concurrent = 4
# Retry configuration
max_retries = 5
retry_backoff_secs = 5
"#;

/// The environment of requirements/003, word for word.
const ENVIRONMENT_OF_003: [(&str, &str); 5] = [
    ("S3_ENDPOINT", "http://localhost:8333"),
    ("S3_ACCESS_KEY_ID", "your-key"),
    ("S3_SECRET_ACCESS_KEY", "your-secret"),
    ("CAMERA1_RTSP_URL", "rtsp://5dlabs:pass@192.168.1.97:554/stream1"),
    ("CAMERA2_RTSP_URL", "rtsp://5dlabs2:pass@192.168.1.13:554/stream1"),
];

/// Loads a file with this text, called `nightjar.toml` in messages.
fn load_text(text: &str, environment: &[(&str, &str)], overrides: Vec<Override>) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("nightjar.toml");
    fs::write(&path, text).expect("the folder is writable");
    let inputs = Inputs { file: Some(path.clone()), environment: owned(environment), overrides };
    load(&inputs).map_err(|errors| errors.to_string().replace(&path.display().to_string(), "nightjar.toml"))
}

fn load_environment(environment: &[(&str, &str)]) -> Result<Config, String> {
    let inputs = Inputs { environment: owned(environment), ..Inputs::default() };
    load(&inputs).map_err(|errors| errors.to_string())
}

fn owned(environment: &[(&str, &str)]) -> Vec<(String, String)> {
    environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn errors_of(text: &str, environment: &[(&str, &str)]) -> String {
    load_text(text, environment, Vec::new()).expect_err("this configuration is wrong")
}

#[test]
fn nothing_at_all_is_a_configuration() {
    let config = load_environment(&[]).expect("defaults");
    assert_eq!(config.service.listen.to_string(), "127.0.0.1:8080");
    assert!(config.service.is_loopback());
    assert_eq!(config.service.metrics_listen().map(|at| at.to_string()).as_deref(), Some("127.0.0.1:9090"));
    assert_eq!(config.service.log_format, LogFormat::Auto);
    assert!(config.service.data_dir.is_absolute() && config.service.data_dir.ends_with("data"));
    assert_eq!(config.recording.footage_dir, config.service.data_dir.join("recordings"));
    let url = config.database.url.expose();
    assert_eq!(url, format!("sqlite://{}", config.service.data_dir.join("nightjar.db").display()));
    assert!(config.storage.is_none() && config.cameras.is_empty() && config.warnings.is_empty());
    assert!(config.recording.at_clock_time);
    assert_eq!(config.recording.flush_interval, Duration::from_secs(1));
    assert_eq!((config.recording.max_disk_percent, config.recording.spool_max_bytes), (90, None));
    assert_eq!((config.upload.max_concurrent, config.upload.alert_after), (4, 5));
}

#[test]
fn the_file_of_the_first_recorder_works_unchanged() {
    let keys = [("S3_ACCESS_KEY_ID", "key"), ("S3_SECRET_ACCESS_KEY", "secret")];
    let config = load_text(FILE_OF_002, &keys, Vec::new()).expect("the requirement's own file");
    let storage = config.storage.expect("a bucket");
    assert_eq!(storage.endpoint.as_str(), "http://seaweedfs-filer.seaweedfs.svc.cluster.local:8333/");
    assert_eq!((storage.bucket.as_str(), storage.region.as_str()), ("camera-recordings", "us-east-1"));
    assert_eq!((storage.access_key_id.expose(), storage.secret_access_key.expose()), ("key", "secret"));
    assert_eq!(storage.delivery, Delivery::Proxy);
    assert_eq!(config.recording.footage_dir, Path::new("/tmp/camera-recordings"));
    assert_eq!(config.recording.local_retention, Duration::from_secs(3_600));
    assert_eq!(config.upload.retry_backoff, Duration::from_secs(5));
    let [first, second] = &config.cameras[..] else { panic!("two cameras") };
    assert_eq!((first.key.as_str(), first.name.as_str()), ("camera-1", "Camera 1"));
    assert_eq!(first.source.main_url.as_str(), "rtsp://192.168.1.97:554/stream1");
    assert_eq!(first.source.username.as_deref(), Some("5dlabs"));
    assert_eq!(second.source.password.as_ref().map(|it| it.expose()), Some("PASSWORD"));
    assert_eq!((first.segment_secs, first.mode, first.audio), (900, Mode::Continuous, AudioPolicy::Aac));
}

#[test]
fn the_environment_of_the_first_recorder_works_without_a_file() {
    let config = load_environment(&ENVIRONMENT_OF_003).expect("the requirement's own environment");
    let storage = config.storage.expect("a bucket");
    assert_eq!(
        (storage.endpoint.as_str(), storage.bucket.as_str()),
        ("http://localhost:8333/", "camera-recordings")
    );
    assert_eq!(config.recording.footage_dir, Path::new("/tmp/camera-recordings"));
    assert_eq!(config.warnings.len(), 1, "that /tmp may be emptied is said");
    let cameras: Vec<_> = config.cameras.iter().map(|it| (it.key.as_str(), it.name.as_str())).collect();
    assert_eq!(cameras, [("camera-1", "Camera 1"), ("camera-2", "Camera 2")]);
    assert_eq!(config.upload.max_concurrent, 4);
}

#[test]
fn the_optional_names_of_the_first_recorder_work() {
    let mut environment = ENVIRONMENT_OF_003.to_vec();
    environment.extend([
        ("METRICS_PORT", "9191"),
        ("S3_BUCKET", "elsewhere"),
        ("TEMP_DIR", "/var/spool/nightjar"),
        ("MAX_CONCURRENT_UPLOADS", "2"),
        ("CAMERA10_RTSP_URL", "rtsp://10.0.0.10/live"),
        ("CAMERA3_RTSP_URL", ""),
        ("CAMERA1_SERVICE_HOST", "10.0.0.1"),
    ]);
    let config = load_environment(&environment).expect("valid");
    assert_eq!(config.service.metrics_port, Some(9191));
    assert_eq!(config.storage.expect("a bucket").bucket, "elsewhere");
    assert_eq!(config.recording.footage_dir, Path::new("/var/spool/nightjar"));
    assert_eq!(config.upload.max_concurrent, 2);
    let keys: Vec<_> = config.cameras.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["camera-1", "camera-2", "camera-10"], "in their order, without empty ones");
    assert!(config.warnings.is_empty());
}

/// The environment of the compose file of requirements/000 §11.1.
#[test]
fn the_hosts_of_the_compose_file_work_where_the_file_has_no_address() {
    let hosts = [("DB_HOST", "postgres"), ("REDIS_HOST", "redis"), ("DB_PASSWORD", "p@ss word")];
    let config = load_environment(&hosts).expect("a configuration");
    let database = "postgres://reolink:p%40ss%20word@postgres:5432/reolink_server";
    assert_eq!(config.database.url.expose(), database);
    assert_eq!(config.cache_url.expect("a cache").expose(), "redis://redis:6379");
    let text = "[database]\nurl = \"sqlite:///ours.db\"\n";
    let config = load_text(text, &hosts, Vec::new()).expect("a configuration");
    assert_eq!(config.database.url.expose(), "sqlite:///ours.db");
}

#[test]
fn flags_win_over_ours_over_theirs_over_the_file() {
    let file = "[upload]\nmax_concurrent = 1\n[service]\nmetrics_port = 1111\ndrain_secs = 1\n";
    let environment = [
        ("MAX_CONCURRENT_UPLOADS", "2"),
        ("NIGHTJAR__UPLOAD__MAX_CONCURRENT", "3"),
        ("METRICS_PORT", "2222"),
        ("NIGHTJAR__SERVICE__DRAIN_SECS", "3"),
    ];
    let flag = |path: &str, value: &str| Override {
        flag: format!("--set {path}"),
        path: path.to_owned(),
        value: value.to_owned(),
    };
    let config = load_text(file, &environment, vec![flag("upload.max_concurrent", "4")]).expect("valid");
    assert_eq!(config.upload.max_concurrent, 4);
    assert_eq!(config.service.metrics_port, Some(2222));
    assert_eq!(config.service.drain, Duration::from_secs(3));
}

#[test]
fn the_environment_reaches_a_camera_by_its_id() {
    let file = "[[cameras]]\nid = \"Front_Door\"\nrtsp_url = \"rtsp://user:old@10.0.0.1/\"\n";
    let environment = [
        ("NIGHTJAR__CAMERAS__FRONT_DOOR__PASSWORD", "new"),
        ("NIGHTJAR__CAMERAS__YARD__RTSP_URL", "rtsp://10.0.0.2/"),
    ];
    let config = load_text(file, &environment, Vec::new()).expect("valid");
    let [door, yard] = &config.cameras[..] else { panic!("two cameras") };
    assert_eq!(door.source.password.as_ref().map(|it| it.expose()), Some("new"));
    assert_eq!((door.source.username.as_deref(), yard.key.as_str()), (Some("user"), "yard"));
}

#[test]
fn a_camera_says_everything_and_takes_the_rest_from_its_sections() {
    let file = r#"
[retention]
days = 30
gb = 100.5
[recording]
segment_duration_secs = 60
audio_codec = "none"
[[cameras]]
id = "a"
rtsp_url = "rtsp://us%40er:p%23w%2F@cam.local/live?channel=1"
sub_rtsp_url = "rtsp://cam.local/sub"
[[cameras]]
id = "b"
rtsp_url = "rtsp://cam2.local:8554/live"
username = "admin"
password = "${B_PASSWORD}"
transport = "udp"
segment_duration_secs = 3600
mode = "off"
audio = "aac"
retention_days = 0.5
enabled = false
"#;
    let config = load_text(file, &[("B_PASSWORD", "p@ss/#?")], Vec::new()).expect("valid");
    let [a, b] = &config.cameras[..] else { panic!("two cameras") };
    assert_eq!(
        (a.source.username.as_deref(), a.source.password.as_ref().map(|it| it.expose())),
        (Some("us@er"), Some("p#w/"))
    );
    assert_eq!(a.source.main_url.as_str(), "rtsp://cam.local/live?channel=1");
    assert_eq!(
        (a.segment_secs, a.audio, a.retention.max_bytes),
        (60, AudioPolicy::None, Some(100_500_000_000))
    );
    assert_eq!(a.retention.max_age_secs, Some(30 * 86_400));
    assert_eq!(b.source.password.as_ref().map(|it| it.expose()), Some("p@ss/#?"));
    assert_eq!((b.source.transport, b.mode, b.enabled), (RtspTransport::Udp, Mode::Off, false));
    assert_eq!((b.segment_secs, b.audio, b.retention.max_age_secs), (3_600, AudioPolicy::Aac, Some(43_200)));
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    let file = r#"
[service]
lisen = "127.0.0.1:8080"
listen = "everywhere"
metrics_port = 99999
log_format = "jsn"
node = ""

[recordng]
temp_dir = "/tmp"

[storage]
endpoint = "ftp://bucket"
access_key_id = "${NOPE}"

[database]
url = "mysql://root:CANARY@db/nightjar"
max_connections = "ten"

[[cameras]]
id = "a"
rtsp_url = "rtsp://admin:CANARY#2@192.168.1.1/stream"
retention_days = -1

[[cameras]]
id = "a b"
rtsp_url = "http://admin:CANARY@cam/"
segment_duration_secs = 5
passwort = "CANARY"

[[cameras]]
name = "Without id"
rtsp_url = "rtsp://ok/"

[[cameras]]
id = "c"

[[cameras]]
id = "c"
rtsp_url = "rtsp:///stream"
transport = "tls"
enabled = "yes"

[recording]
key_template = "{camra}/{YYYYMMDD}.mp4"
video_codec = "h264"
at_clock_time = 1
max_disk_percent = 100

[retention]
days = 2026-01-01
"#;
    let environment = [("NIGHTJAR__STORAGE__SECRET_ACCESS_KEY", "CANARY")];
    let errors = errors_of(file, &environment);
    assert!(!errors.contains("CANARY"), "a secret is shown: {errors}");
    insta::assert_snapshot!(errors);
}

#[test]
fn wrong_environment_is_told_by_its_name() {
    let errors = errors_of(
        "",
        &[
            ("NIGHTJAR__RECORDNG__TEMP_DIR", "/tmp"),
            ("NIGHTJAR__RECORDING__TEMPDIR", "/tmp"),
            ("NIGHTJAR__SERVICE", "x"),
            ("NIGHTJAR__CAMERAS__RTSP_URL", "rtsp://a/"),
            ("NIGHTJAR__CAMERAS__DOOR__RTSP", "rtsp://a/"),
            ("NIGHTJAR__CAMERAS__YARD__PASSWORD", "CANARY"),
            ("METRICS_PORT", "tcp://10.0.0.1:9090"),
            ("MAX_CONCURRENT_UPLOADS", "0"),
            ("RUST_LOG", "nightjar=loud"),
            ("CAMERA1_RTSP_URL", "admin:CANARY@192.168.1.97"),
            ("S3_ENDPOINT", "localhost:8333"),
        ],
    );
    assert!(!errors.contains("CANARY"), "a secret is shown: {errors}");
    insta::assert_snapshot!(errors);
}

#[test]
fn wrong_flags_are_told_as_they_were_typed() {
    let wrong = |flag: &str, path: &str, value: &str| Override {
        flag: flag.to_owned(),
        path: path.to_owned(),
        value: value.to_owned(),
    };
    let flags = vec![
        wrong("--listen", "service.listen", "8080"),
        wrong("--set upload.max", "upload.max", "3"),
        wrong("--set a.b.c", "a.b.c", "3"),
    ];
    insta::assert_snapshot!(load_text("", &[], flags).expect_err("wrong"));
}

#[test]
fn broken_toml_is_told_with_its_place() {
    let errors = errors_of("[service]\nlisten = 127.0.0.1\n[storage\nbucket = \"a\nbucket = \"b\"\n", &[]);
    insta::assert_snapshot!(errors);
}

#[test]
fn sections_of_the_wrong_kind_are_told() {
    let errors = errors_of("service = 1\nlisten = \"x\"\n[cameras]\nid = \"a\"\n[[recording]]\n", &[]);
    insta::assert_snapshot!(errors);
}

#[test]
fn two_cameras_with_one_id_are_told_with_both_places() {
    let camera = "[[cameras]]\nid = \"a\"\nrtsp_url = \"rtsp://cam/\"\n";
    insta::assert_snapshot!(errors_of(&format!("{camera}{camera}"), &[]));
}

#[test]
fn a_file_that_was_named_must_exist() {
    let named = Path::new("/nonexistent/nightjar.toml");
    let inputs = Inputs { file: find_file(Some(named)), ..Inputs::default() };
    let errors = load(&inputs).expect_err("there is no such file").to_string();
    assert!(errors.contains("/nonexistent/nightjar.toml") && errors.contains("No such file"), "{errors}");
}

#[test]
fn what_is_shown_holds_no_secret() {
    let file = r#"
[database]
url = "postgres://nightjar:CANARY@db/nightjar"
[storage]
endpoint = "http://s3:8333"
access_key_id = "CANARY"
secret_access_key = "CANARY"
[[cameras]]
id = "a"
rtsp_url = "rtsp://admin:CANARY@cam/live?password=CANARY"
sub_rtsp_url = "rtsp://admin:CANARY@cam/sub"
password = "CANARY"
"#;
    let config = load_text(file, &[], Vec::new()).expect("valid");
    for shown in [summary(&config), format!("{config:?}")] {
        assert!(!shown.replace("password=CANARY", "").contains("CANARY"), "{shown}");
    }
    assert!(!summary(&config).contains("CANARY"));
}

#[test]
fn the_example_file_is_valid_and_names_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../nightjar.example.toml");
    let text = fs::read_to_string(&path).expect("the example is in the tree");
    load_text(&text, &[("S3_ACCESS_KEY_ID", "k"), ("S3_SECRET_ACCESS_KEY", "s")], Vec::new()).expect("valid");
    // Commented-out keys count: that is how defaults are shown.
    for key in KEYS {
        let named = text
            .lines()
            .any(|line| line.trim_start_matches(['#', ' ']).starts_with(&format!("{} =", key.name)));
        assert!(named, "{}.{} is not in nightjar.example.toml", key.section, key.name);
    }
}

#[test]
fn the_user_guide_explains_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/user-guide.md");
    let guide = fs::read_to_string(path).expect("the guide is in the tree");
    let missing: Vec<_> = KEYS.iter().map(guide_row).filter(|row| !guide.contains(row)).collect();
    assert!(missing.is_empty(), "docs/user-guide.md lacks these rows:\n{}", missing.join("\n"));
}

fn guide_row(key: &super::schema::Key) -> String {
    let legacy = key.legacy.map_or(String::new(), |name| format!("`{name}`"));
    format!("| `{}` | {} | {} | {legacy} |", key.name, key.default, key.doc)
}

#[test]
fn every_key_is_found_by_its_section() {
    assert!(keys_of("cameras").contains(&"rtsp_url"));
    assert_eq!(keys_of("nothing"), Vec::<&str>::new());
}
