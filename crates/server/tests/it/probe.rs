//! Trying cameras over the API, against simulated ones.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use nightjar_simulator::{Access, Audio, ClipSpec, Fault, SimCamera, Simulator, SimulatorConfig, Video};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Nightjar, Setup, root};

const PROBE: &str = "/api/v1/cameras/probe";

async fn cameras() -> Simulator {
    let clip = |h265| ClipSpec::painted(Video { h265, ..Video::tiny() }).with_audio(Audio::Aac);
    let access = Access::Digest { user: "admin".into(), password: "hunter2".into() };
    let camera = |name, clip| SimCamera { own_port: true, ..SimCamera::new(name, clip) };
    let config = SimulatorConfig {
        cameras: vec![
            SimCamera { access, ..camera("locked", clip(false)) },
            camera("open", clip(true)),
            camera("silent", clip(false)),
            camera("stalled", clip(false)),
        ],
        clip_dir: root().join(".cache/clips"),
        ..SimulatorConfig::default()
    };
    let simulator = Simulator::start(config).await.expect("simulator");
    simulator.inject("silent", Fault::Silent, None).await.expect("fault");
    simulator.inject("stalled", Fault::Stall, None).await.expect("fault");
    simulator
}

fn here() -> Setup {
    Setup::new("allow_loopback_cameras = true")
}

/// What is said of a camera that can't be used.
async fn reason(server: &Nightjar, body: &Value) -> (u16, String, String) {
    let (status, answer) = server.try_post(PROBE, body).await;
    let text = |pointer| answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    (status, text("/error/code"), text("/error/details/reason"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_shows_what_it_has_before_it_is_added() {
    let simulator = cameras().await;
    let (setup, url) = (here(), |name: &str| simulator.url(name, "main").expect("camera"));
    let server = setup.serve().await;

    let body = json!({ "url": url("locked"), "username": "admin", "password": "hunter2" });
    let locked = server.post(PROBE, &body).await;
    let tiny = Video::tiny();
    assert_eq!((&locked["video"]["codec"], &locked["video"]["width"]), (&json!("h264"), &json!(tiny.width)));
    assert!((locked["video"]["fps"].as_f64().expect("fps") - f64::from(tiny.fps)).abs() < 1.0, "{locked}");
    assert_eq!(locked["audio"]["codec"], "aac");
    assert!(locked["bitrate"].as_u64().is_some_and(|bits| bits > 1_000), "{locked}");
    let picture = locked["picture"]["data"].as_str().unwrap_or_else(|| panic!("no picture: {locked}"));
    assert!(picture.starts_with("/9j/") && picture.len() > 500, "a JPEG: {picture:.40}");

    let open = server.post(PROBE, &json!({ "url": url("open"), "transport": "udp" })).await;
    assert_eq!(open["video"]["codec"], "h265");
    assert!(open["picture"].is_object(), "{}", open["picture_missing"]);

    let log = setup.log();
    assert!(!log.contains("hunter2"), "{log}");
    assert!(server.stop().await);
    simulator.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_says_what_it_is_within_its_time() {
    let simulator = cameras().await;
    let (setup, url) = (here(), |name: &str| simulator.url(name, "main").expect("camera"));
    let server = setup.serve().await;
    let not_rtsp = format!("rtsp://127.0.0.1:{}/", setup.port());
    let cases = [
        (url("locked"), "CAMERA_ERROR", "wrong_credentials"),
        (url("open").replace("/open", "/nobody"), "CAMERA_ERROR", "stream_not_found"),
        (not_rtsp, "CAMERA_ERROR", "not_rtsp"),
        ("rtsp://127.0.0.1:1/a".to_owned(), "CAMERA_UNREACHABLE", "connection_refused"),
        ("rtsp://no-such-host.invalid/a".to_owned(), "CAMERA_UNREACHABLE", "host_not_found"),
        (url("silent"), "CAMERA_UNREACHABLE", "timeout"),
        (url("stalled"), "CAMERA_ERROR", "no_media"),
    ];
    for (url, code, word) in cases {
        let begun = Instant::now();
        let said = reason(&server, &json!({ "url": url })).await;
        assert_eq!(said, (502, code.to_owned(), word.to_owned()), "{url}");
        assert!(begun.elapsed() < Duration::from_secs(9), "{url}: {:?}", begun.elapsed());
    }
    let many = (0..6).map(|_| async { reason(&server, &json!({ "url": url("silent") })).await.0 });
    let statuses = futures::future::join_all(many).await;
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 2, "four at a time: {statuses:?}");
    assert!(server.stop().await);
    simulator.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_no_camera_unless_the_operator_says_so() {
    let simulator = cameras().await;
    let url = simulator.url("open", "main").expect("camera");
    let by_file = format!("[[cameras]]\nid = \"mine\"\nrtsp_url = \"{url}\"\n");
    let setup = Setup::new(&by_file);
    let server = setup.serve().await;
    // However it is written.
    for url in [url.clone(), url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "2130706433")] {
        let (status, answer) = server.try_post(PROBE, &json!({ "url": url })).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("VALIDATION_FAILED")), "{url}: {answer}");
    }
    server.until_recording(1, Duration::from_secs(30)).await;
    assert!(server.stop().await);
    simulator.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_own_interfaces_are_not_connected_to() {
    let everywhere = TcpListener::bind("0.0.0.0:0").await.expect("binds");
    let port = everywhere.local_addr().expect("an address").port();
    let setup = Setup::new("");
    let server = setup.serve().await;
    let own = nightjar_sources::own_addresses().addresses.into_iter().filter(IpAddr::is_ipv4);
    for address in own.chain(["0.0.0.0".parse().expect("an address")]) {
        let url = format!("rtsp://{address}:{port}/stream");
        let (status, answer) = server.try_post(PROBE, &json!({ "url": url })).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("VALIDATION_FAILED")), "{url}: {answer}");
        let camera = json!({ "name": "Own", "source": { "main_url": url } });
        let (status, answer) = server.try_post("/api/v1/cameras", &camera).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("VALIDATION_FAILED")), "{url}: {answer}");
    }
    assert!(server.stop().await);
    let waited = tokio::time::timeout(Duration::ZERO, everywhere.accept()).await;
    assert!(waited.is_err(), "somebody connected: {waited:?}");
}
