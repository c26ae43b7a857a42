//! `/metrics` of the real binary: every family against the table of the guide, by a strict reading of the
//! Prometheus text format (version 0.0.4).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use nightjar_simulator::{Access, ClipSpec, SimCamera, Simulator, SimulatorConfig, Video};

use crate::support::{Setup, nightjar::free_port, root, until};

/// A family as the guide describes it.
struct Row {
    kind: String,
    labels: BTreeSet<String>,
    help: String,
    /// Upper bounds, of a histogram.
    buckets: Vec<String>,
}

/// A family as it was scraped.
#[derive(Default)]
struct Scraped {
    help: Option<String>,
    kind: Option<String>,
    samples: Vec<Sample>,
}

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_family_is_as_the_guide_says() {
    let table = table();
    let simulator = cameras().await;
    let url = |name: &str| simulator.url(name, "main").expect("camera");
    let camera = |id: &str, url: &str| {
        format!("[[cameras]]\nid = \"{id}\"\nrtsp_url = \"{url}\"\nsegment_duration_secs = 10\n")
    };
    let bucket = "[storage]\nendpoint = \"http://127.0.0.1:1\"\nbucket = \"nowhere\"\naccess_key_id = \"key\"\nsecret_access_key = \"x\"\n";
    let cameras = [
        camera("good", &url("open")),
        camera("locked", &url("locked").replacen("rtsp://", "rtsp://admin:wrong@", 1)),
        camera("gone", "rtsp://127.0.0.1:1/stream"),
    ];
    let port = free_port();
    let mut setup = Setup::new(&(cameras.concat() + bucket));
    setup.set("service.metrics_port", &port.to_string());
    // It is asked many times a second below.
    setup.set("limits.ip_per_minute", "1000000");
    let server = setup.serve().await;
    server.until_recording(1, Duration::from_secs(30)).await;
    server.text("/api/v1/cameras").await;

    let client = reqwest::Client::new();
    let scrape = async || {
        let answer = client.get(format!("http://127.0.0.1:{port}/metrics")).send().await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        answer.text().await.expect("text")
    };
    let all = [
        "reolink_cameras_total{status=\"online\"} 1",
        "reolink_cameras_total{status=\"error\"} 1",
        "reolink_cameras_total{status=\"offline\"} 1",
        "reolink_events_total{camera_id=\"good\",event_type=\"camera_online\"}",
        "reolink_camera_requests_total{camera_id=\"gone\",operation=\"connect\",status=\"error\"}",
        "reolink_active_streams{camera_id=\"good\",stream_type=\"main\"} 1",
        "camera_stream_connected{camera_id=\"good\"} 1",
        // Nothing is uploaded while the bucket can't be used: that is one event, not a failure a segment.
        "reolink_events_total{camera_id=\"\",event_type=\"upload_failed\"}",
        "camera_segments_recorded_total{camera_id=\"good\"}",
        "nightjar_camera_fps{camera_id=\"good\",stream_type=\"main\"}",
    ];
    for series in all {
        until(series, Duration::from_secs(60), async || scrape().await.contains(series).then_some(())).await;
    }
    let text = scrape().await;
    let scraped = parse(&text);
    for (name, family) in &scraped {
        let row = table.get(name).unwrap_or_else(|| panic!("the guide does not know {name}"));
        check(name, family, row);
    }
    for (name, _) in table.iter().filter(|(_, row)| row.labels.is_empty() && row.kind != "histogram") {
        assert!(scraped.contains_key(name), "{name} has no labels, so it is there from the start");
    }

    // Elsewhere, without a token that may read them, there is nothing of it.
    for path in ["/metrics", "/ready?strict=cameras", "/health"] {
        let url = format!("{}{path}", server.base());
        let text = client.get(url).send().await.expect("an answer").text().await.expect("text");
        assert!(!text.contains("locked") && !text.contains("good"), "{path}: {text}");
    }
    assert!(server.stop().await);
    simulator.shutdown().await;
}

async fn cameras() -> Simulator {
    let clip = || ClipSpec::painted(Video::tiny());
    let access = Access::Digest { user: "admin".into(), password: "hunter2".into() };
    let config = SimulatorConfig {
        cameras: vec![
            SimCamera { access, own_port: true, ..SimCamera::new("locked", clip()) },
            SimCamera { own_port: true, ..SimCamera::new("open", clip()) },
        ],
        clip_dir: root().join(".cache/clips"),
        ..SimulatorConfig::default()
    };
    Simulator::start(config).await.expect("simulator")
}

/// The table of the guide: `| name | kind | labels | meaning. Buckets: … s. |`
fn table() -> BTreeMap<String, Row> {
    let guide = std::fs::read_to_string(root().join("docs/user-guide.md")).expect("the guide");
    let mut table = BTreeMap::new();
    for line in guide.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind @ ("counter" | "gauge" | "histogram"), labels, meaning] = cells[..] else { continue };
        let (help, buckets) = meaning.split_once(" Buckets: ").unwrap_or((meaning, ""));
        let words = |text: &str| -> Vec<String> {
            let words = text.split(", ").filter(|word| !word.is_empty());
            words.map(|word| word.trim_matches('`').to_owned()).collect()
        };
        let row = Row {
            kind: kind.to_owned(),
            labels: words(labels).into_iter().collect(),
            help: help.to_owned(),
            buckets: words(buckets.trim_end_matches(" s.")),
        };
        assert!(table.insert(name.trim_matches('`').to_owned(), row).is_none(), "{name} stands there twice");
    }
    assert!(table.len() > 30, "the table of the guide was found");
    table
}

fn check(name: &str, family: &Scraped, row: &Row) {
    assert_eq!(family.help.as_ref(), Some(&row.help), "HELP of {name}");
    assert_eq!(family.kind.as_ref(), Some(&row.kind), "TYPE of {name}");
    let mut histograms: BTreeMap<BTreeMap<String, String>, Vec<(String, f64)>> = BTreeMap::new();
    for Sample { name: sample, labels, value } in &family.samples {
        let mut labels = labels.clone();
        let bound = labels.remove("le");
        let names: BTreeSet<String> = labels.keys().cloned().collect();
        assert_eq!(names, row.labels, "labels of {sample}");
        match row.kind.as_str() {
            "counter" => assert!(sample.ends_with("_total") && *value >= 0.0, "{sample} {value}"),
            "histogram" => {
                let part = bound.unwrap_or_else(|| sample[name.len()..].to_owned());
                histograms.entry(labels).or_default().push((part, *value));
            }
            _ => {}
        }
    }
    for (labels, parts) in histograms {
        let value = |wanted: &str| parts.iter().find(|(part, _)| part == wanted).map(|(_, value)| *value);
        let bounds: Vec<&(String, f64)> = parts.iter().filter(|(part, _)| !part.starts_with('_')).collect();
        let told: Vec<&String> =
            bounds.iter().map(|(bound, _)| bound).filter(|bound| *bound != "+Inf").collect();
        assert_eq!(told, row.buckets.iter().collect::<Vec<_>>(), "buckets of {name}{labels:?}");
        assert!(bounds.is_sorted_by(|a, b| a.1 <= b.1), "{name}{labels:?}: buckets are cumulative");
        assert_eq!(value("+Inf"), value("_count"), "{name}{labels:?}");
        assert!(value("_count") > Some(0.0) && value("_sum") >= Some(0.0), "{name}{labels:?}: {parts:?}");
    }
}

fn parse(text: &str) -> BTreeMap<String, Scraped> {
    assert!(text.ends_with('\n'), "the last line must end");
    let mut families: BTreeMap<String, Scraped> = BTreeMap::new();
    let (mut series, mut current) = (HashSet::new(), String::new());
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap_or_else(|| panic!("no text: {line}"));
            assert!(
                families.get(name).is_none_or(|family| family.kind.is_none()),
                "HELP comes first: {line}"
            );
            let before = families.entry(name.to_owned()).or_default().help.replace(help.to_owned());
            assert_eq!(before, None, "twice: {line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap_or_else(|| panic!("no type: {line}"));
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            let before = families.entry(name.to_owned()).or_default().kind.replace(kind.to_owned());
            assert_eq!(before, None, "twice: {line}");
            name.clone_into(&mut current);
        } else {
            assert!(!line.starts_with('#'), "a comment: {line}");
            let sample = sample(line);
            let family = families.get_mut(&current).unwrap_or_else(|| panic!("before its TYPE: {line}"));
            let rest =
                sample.name.strip_prefix(&current).unwrap_or_else(|| panic!("not of {current}: {line}"));
            let parts: &[&str] = match family.kind.as_deref() {
                Some("histogram") => &["_bucket", "_sum", "_count"],
                _ => &[""],
            };
            assert!(parts.contains(&rest), "not of {current}: {line}");
            assert!(series.insert((sample.name.clone(), sample.labels.clone())), "twice: {line}");
            family.samples.push(sample);
        }
    }
    families
}

/// `name{label="value",…} number`
fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}').unwrap_or_else(|| panic!("no end: {line}"))),
        None => (series, ""),
    };
    assert!(is_name(name), "{line}");
    let mut found = BTreeMap::new();
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no label: {line}"));
        assert!(is_name(label) && !label.contains(':'), "{line}");
        let end = after.find('"').unwrap_or_else(|| panic!("no end of a value: {line}"));
        assert!(!after[..end].contains('\\'), "none of our values needs an escape: {line}");
        assert_eq!(found.insert(label.to_owned(), after[..end].to_owned()), None, "{line}");
        rest = after[end + 1..].strip_prefix(',').unwrap_or_else(|| {
            assert_eq!(&after[end + 1..], "", "{line}");
            ""
        });
    }
    let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
    Sample { name: name.to_owned(), labels: found, value }
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}
