//! Cameras that come, change and go over the API while others are recorded.

use std::time::{Duration, Instant};

use nightjar_simulator::{ClipSpec, Simulator, Video};
use serde_json::{Value, json};

use crate::support::nightjar::told;
use crate::support::{Nightjar, Setup, digests_of_file, let_pass, simulate, until};

/// From the request to the first frame on disk.
const FIRST_FRAME: Duration = Duration::from_secs(3);
const OTHERS: usize = 50;
const CLIENTS: usize = 8;
const COMING: usize = 200;

fn clip() -> ClipSpec {
    ClipSpec::painted(Video { kbps: 150, ..Video::tiny() })
}

fn body(name: &str, url: &str) -> Value {
    json!({ "name": name, "key": name, "source": { "main_url": url }, "segment_seconds": 3600 })
}

fn url(simulator: &Simulator, name: &str) -> String {
    simulator.url(name, "main").expect("a camera").to_string()
}

async fn status(server: &Nightjar, id: &str) -> Value {
    server.data(&format!("/api/v1/cameras/{id}/status")).await
}

async fn until_state(server: &Nightjar, id: &str, state: &str, limit: Duration) -> Value {
    until(&format!("the camera to be `{state}`"), limit, || async {
        Some(status(server, id).await).filter(|status| status["recording_state"] == state)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_is_recorded_as_soon_as_it_is_added_and_no_longer_than_it_is_there() {
    let cameras = simulate(2, &clip(), "").await;
    let setup = Setup::new("allow_loopback_cameras = true");
    let server = setup.serve().await;

    let asked = Instant::now();
    let made = server.post("/api/v1/cameras", &body("gate", &url(&cameras.simulator, "cam0001"))).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    until_state(&server, &id, "recording", FIRST_FRAME).await;
    let taken = asked.elapsed();
    assert!(taken < FIRST_FRAME, "recorded after {taken:?}");

    // Its name is no reason to connect anew, its address is.
    server.patch(&format!("/api/v1/cameras/{id}"), &json!({ "name": "Gate, north" })).await;
    let_pass(Duration::from_secs(2)).await;
    assert_eq!(cameras.simulator.log("cam0001").expect("a camera").sessions.len(), 1);
    let elsewhere = json!({ "source": { "main_url": url(&cameras.simulator, "cam0002") } });
    server.patch(&format!("/api/v1/cameras/{id}"), &elsewhere).await;
    until("a session with the other camera", FIRST_FRAME, || async {
        let sessions = cameras.simulator.log("cam0002").expect("a camera").sessions;
        sessions.first().is_some_and(|session| session.whole_frames().count() > 0).then_some(())
    })
    .await;
    until_state(&server, &id, "recording", FIRST_FRAME).await;
    let_pass(Duration::from_secs(3)).await;

    server.delete(&format!("/api/v1/cameras/{id}")).await;
    let frames = || {
        let log = cameras.simulator.log("cam0002").expect("a camera");
        log.sessions.iter().map(|session| session.whole_frames().count()).sum::<usize>()
    };
    let_pass(Duration::from_secs(1)).await;
    let at_the_end = frames();
    let_pass(Duration::from_secs(2)).await;
    assert_eq!(frames(), at_the_end, "a deleted camera is still pulled");
    let footage = crate::support::nightjar::recordings(&setup.footage());
    assert_eq!(footage.len(), 2, "one file of each address, and both stay: {footage:?}");
    assert!(footage.iter().all(|file| !digests_of_file(file).is_empty()));
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_come_and_go_and_the_others_lose_no_frame() {
    let cameras = simulate(OTHERS + CLIENTS, &clip(), "segment_duration_secs = 3600").await;
    // Only the first are in the file.
    let file =
        cameras.config.split_inclusive("segment_duration_secs = 3600\n").take(OTHERS).collect::<String>();
    // All clients have one address here.
    let setup =
        Setup::new(&format!("allow_loopback_cameras = true\n[limits]\nip_per_minute = 1000000\n{file}"));
    let server = setup.serve().await;
    server.until_recording(OTHERS as u64, Duration::from_secs(60)).await;
    let began = Instant::now();
    let clients = (0..CLIENTS).map(|client| {
        let base = url(&cameras.simulator, &format!("cam{:04}", OTHERS + 1 + client));
        come_and_go(&server, client, base)
    });
    futures::future::join_all(clients).await;
    let taken = began.elapsed();
    eprintln!("{COMING} cameras added, changed and removed by {CLIENTS} clients in {taken:?}");
    let left = server.data("/api/v1/cameras?limit=500").await;
    assert_eq!(left["pagination"]["total"], OTHERS);
    assert!(server.stop().await, "{}", setup.log());
    assert!(!setup.log().contains("panicked"), "{}", setup.log());
    setup.verify(true).await;
    let catalog = setup.catalog().await;
    for number in 1..=OTHERS {
        let key = format!("cam{number:04}");
        let ledger = told(&catalog, &key).await;
        let from = ledger.segments[0].start;
        let gaps: Vec<_> = ledger.gaps.iter().filter(|gap| gap.0 > from && gap.1.is_some()).collect();
        assert!(gaps.is_empty(), "{key}: {gaps:?}");
        let log = cameras.simulator.log(&key).expect("camera");
        assert_eq!(log.sessions.len(), 1, "{key} was reconnected");
        let sent: Vec<[u8; 16]> = log.sessions[0].whole_frames().map(|frame| frame.digest.vcl).collect();
        let files = ledger.segments.iter().map(|segment| setup.footage().join(&segment.key));
        let got: Vec<[u8; 16]> = files.flat_map(|file| digests_of_file(&file)).collect();
        assert!(got.len() + 4 >= sent.len(), "{key}: {} of {} frames", got.len(), sent.len());
        assert_eq!(got[..], sent[..got.len()], "{key}");
    }
}

/// One client's share: each camera is added, changed and removed; every fifth is waited for until it
/// is recorded.
async fn come_and_go(server: &Nightjar, client: usize, base: String) {
    for number in 0..COMING / CLIENTS {
        let name = format!("guest-{client}-{number}");
        // The same camera under another address, as two of one address are refused.
        let made = server.post("/api/v1/cameras", &body(&name, &format!("{base}?guest={number}"))).await;
        let id = made["id"].as_str().expect("an id").to_owned();
        if number % 5 == 0 {
            until_state(server, &id, "recording", Duration::from_secs(15)).await;
        }
        server.patch(&format!("/api/v1/cameras/{id}"), &json!({ "name": "Guest", "tags": ["guest"] })).await;
        server.delete(&format!("/api/v1/cameras/{id}")).await;
    }
}
