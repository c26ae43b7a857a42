//! Faults of the connection, each as a client sees it.

use std::io::ErrorKind;
use std::time::Duration;

use nightjar_simulator::{Access, ClipSpec, Delivery, Fault, SimCamera, Simulator};
use tokio::time::timeout;

use crate::client::{Client, LONG};
use crate::ffmpeg::{brisk, start, start_camera, url};

/// Long enough to be sure that nothing comes.
const SILENCE: Duration = Duration::from_millis(700);

async fn playing() -> (Simulator, Client) {
    let simulator = start(ClipSpec::painted(brisk())).await;
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    client.frames(3).await.expect("media");
    (simulator, client)
}

async fn inject(simulator: &Simulator, fault: Fault) {
    simulator.inject("cam", fault, None).await.expect("injected");
}

/// Waits until new connections play again.
async fn recovers(simulator: &Simulator) {
    let url = url(simulator);
    let again = async {
        loop {
            if let Ok(Ok(mut client)) = timeout(SILENCE, Client::play(&url)).await
                && client.frames(3).await.is_ok()
            {
                return;
            }
        }
    };
    timeout(LONG, again).await.expect("recovered");
}

#[tokio::test]
async fn drop_ends_the_connection_in_order_and_everything_sent_arrives() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::Drop).await;
    let mut frames = 3;
    let error = loop {
        match client.video().await {
            Ok(packet) => frames += usize::from(packet.header().marker),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    let session = simulator.log("cam").expect("camera").sessions.remove(0);
    assert!(session.ended.is_some());
    assert_eq!(session.whole_frames().count(), frames);
    recovers(&simulator).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn reset_breaks_the_connection() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::Reset).await;
    assert_eq!(client.end().await.kind(), ErrorKind::ConnectionReset);
    recovers(&simulator).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn drop_with_a_duration_keeps_clients_away() {
    let (simulator, mut client) = playing().await;
    simulator.inject("cam", Fault::Drop, Some(Duration::from_secs(2))).await.expect("injected");
    client.end().await;
    assert!(Client::play(&url(&simulator)).await.is_err());
    recovers(&simulator).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn stall_sends_no_media_but_answers_and_goes_on_with_a_key_frame() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::Stall).await;
    // What was on its way arrives first.
    while timeout(SILENCE, client.packet()).await.is_ok() {}
    assert_eq!(client.request("GET_PARAMETER", "", "").await.expect("answer").status, 200);
    simulator.clear("cam").await.expect("cleared");
    assert_eq!(client.video().await.expect("media").h264_type(), 24, "parameter sets");
    let session = simulator.log("cam").expect("camera").sessions.remove(0);
    assert!(session.frames.iter().filter(|frame| frame.delivery == Delivery::Withheld).count() > 10);
    simulator.shutdown().await;
}

#[tokio::test]
async fn refuse_resets_at_the_first_request_and_leaves_sessions_alone() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::Refuse).await;
    let mut other = Client::connect(&url(&simulator)).await.expect("the port is shared");
    let error = other.request("DESCRIBE", "", "").await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    client.frames(10).await.expect("media");
    simulator.clear("cam").await.expect("cleared");
    recovers(&simulator).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn refuse_at_a_port_of_its_own_is_a_refused_connection() {
    let camera = SimCamera { own_port: true, ..SimCamera::new("cam", ClipSpec::painted(brisk())) };
    let simulator = start_camera(camera).await;
    simulator.inject("cam", Fault::Refuse, Some(Duration::from_secs(2))).await.expect("injected");
    let refused = async {
        loop {
            // The listener may be just about to close, which is a reset.
            let connected = Client::connect(&url(&simulator)).await;
            if connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, refused).await.expect("refused");
    recovers(&simulator).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn unauthorized_refuses_even_the_right_password() {
    let access = Access::Basic { user: "u".to_owned(), password: "p".to_owned() };
    let simulator =
        start_camera(SimCamera { access, ..SimCamera::new("cam", ClipSpec::painted(brisk())) }).await;
    let proof = "Authorization: Basic dTpw\r\n";
    let mut client = Client::connect(&url(&simulator)).await.expect("connected");
    assert_eq!(client.request("DESCRIBE", "", proof).await.expect("answer").status, 200);
    inject(&simulator, Fault::Unauthorized).await;
    let refused = client.request("DESCRIBE", "", proof).await.expect("answer");
    assert_eq!(refused.status, 401);
    assert!(refused.head.contains("WWW-Authenticate: Basic"), "{}", refused.head);
    simulator.shutdown().await;
}

#[tokio::test]
async fn silent_accepts_and_never_answers() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::Silent).await;
    let mut other = Client::connect(&url(&simulator)).await.expect("connected");
    assert!(timeout(SILENCE, other.request("DESCRIBE", "", "")).await.is_err(), "an answer came");
    client.frames(5).await.expect("media goes on");
    simulator.clear("cam").await.expect("cleared");
    recovers(&simulator).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn half_open_connections_are_dead_and_new_ones_live() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::HalfOpen).await;
    while timeout(SILENCE, client.packet()).await.is_ok() {}
    assert!(timeout(SILENCE, client.request("OPTIONS", "", "")).await.is_err(), "an answer came");
    recovers(&simulator).await;
    simulator.clear("cam").await.expect("cleared");
    assert_eq!(client.end().await.kind(), ErrorKind::ConnectionReset);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_drip_is_slow_and_loses_whole_frames_only() {
    let (simulator, mut client) = playing().await;
    inject(&simulator, Fault::Drip { bytes_per_sec: 2000 }).await;
    // Let what is on its way through.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut buffer = vec![0; 64 << 10];
    let _ = timeout(Duration::from_millis(50), client.bytes(&mut buffer)).await;
    let mut bytes = 0;
    let count = async {
        loop {
            bytes += client.bytes(&mut buffer).await.expect("open");
        }
    };
    let _ = timeout(Duration::from_secs(2), count).await;
    assert!((1000..8000).contains(&bytes), "{bytes}");
    simulator.shutdown().await;
}
