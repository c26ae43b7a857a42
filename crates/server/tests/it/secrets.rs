//! A password planted in the configuration comes up nowhere.

use std::time::Duration;

use nightjar_simulator::{Access, ClipSpec, SimCamera, Simulator, SimulatorConfig, Video};

use crate::support::{Setup, root, until};

const CANARY: &str = "canary-7f3a9c";

#[tokio::test(flavor = "multi_thread")]
async fn no_password_reaches_a_log_an_answer_or_a_metric() {
    let access = Access::Digest { user: "admin".into(), password: CANARY.into() };
    let clip = ClipSpec::painted(Video::tiny());
    let config = SimulatorConfig {
        cameras: vec![SimCamera { access, ..SimCamera::new("locked", clip) }],
        clip_dir: root().join(".cache/clips"),
        ..SimulatorConfig::default()
    };
    let simulator = Simulator::start(config).await.expect("simulator");
    let url = simulator.url("locked", "main").expect("camera");
    let with = |login: &str| url.replacen("rtsp://", &format!("rtsp://{login}@"), 1);
    let camera =
        |id: &str, url: &str| format!("[[cameras]]\nid = \"{id}\"\nname = \"{id}\"\nrtsp_url = \"{url}\"\n");
    let config = [
        camera("right", &with(&format!("admin:{CANARY}"))),
        camera("wrong", &with(&format!("admin:{CANARY}-but-wrong"))),
        camera("gone", &format!("rtsp://admin:{CANARY}@127.0.0.1:1/stream?password={CANARY}")),
        format!(
            "[storage]\nendpoint = \"http://127.0.0.1:1\"\nbucket = \"nowhere\"\naccess_key_id = \"key\"\nsecret_access_key = \"{CANARY}\"\n"
        ),
    ];
    let setup = Setup::new(&config.concat());
    let server = setup.serve().await;
    server.until_recording(1, Duration::from_secs(30)).await;
    until("the refusal to be logged", Duration::from_secs(30), || async {
        let log = setup.log();
        (log.contains("refused our credentials") && log.contains("can't connect")).then_some(())
    })
    .await;
    let mut seen = String::new();
    for path in [
        "/health",
        "/ready",
        "/metrics",
        "/api/openapi.json",
        "/api/v1/cameras",
        "/api/v1/cameras/wrong",
        "/api/v1/cameras/gone/status",
        "/api/v1/recording/status",
        "/api/v1/recording/cameras",
        "/api/v1/recordings",
        "/api/v1/recordings/timeline/wrong",
        "/api/v1/storage/usage",
        "/api/v1/storage/segments",
        "/api/v1/cameras/nobody",
        "/api/v1/recordings?nonsense=1",
    ] {
        seen += &server.text(path).await;
    }
    assert!(seen.contains("wrong") && seen.contains("camera_stream_connected"), "the pages were read");
    assert!(server.stop().await);
    // The bucket and a camera can't be reached, so it says what is wrong, at length.
    setup.run(&["check", "--timeout", "2"], "check.log").await;
    seen += &setup.log();
    seen += &std::fs::read_to_string(setup.path("check.log")).expect("check.log");
    let place = seen.find(CANARY).map(|at| &seen[at.saturating_sub(200)..(at + 60).min(seen.len())]);
    assert_eq!(place, None, "a password was printed");
}
