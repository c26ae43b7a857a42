//! Access, streams, pausing, slow clients and the end.

use std::time::Duration;

use nightjar_simulator::{Access, ClipSpec, Delivery, SimCamera, Simulator, Video};
use tokio::net::TcpStream;

use crate::client::{Client, LONG};
use crate::ffmpeg::{brisk, config, ffmpeg, start, start_camera, url};

async fn plays_with_credentials(access: Access) {
    let simulator =
        start_camera(SimCamera { access, ..SimCamera::new("cam", ClipSpec::painted(brisk())) }).await;
    let url = simulator.url_with_credentials("cam", "main").expect("camera");
    ffmpeg(&["-rtsp_transport", "tcp", "-i", &url, "-c", "copy", "-frames:v", "5", "-f", "null", "-"]).await;
    let mut stranger = Client::connect(&crate::ffmpeg::url(&simulator)).await.expect("connected");
    assert_eq!(stranger.request("DESCRIBE", "", "").await.expect("answer").status, 401);
    simulator.shutdown().await;
}

#[tokio::test]
async fn basic_credentials_are_asked_for_and_taken() {
    plays_with_credentials(Access::Basic { user: "viewer".to_owned(), password: "secret".to_owned() }).await;
}

#[tokio::test]
async fn digest_credentials_are_asked_for_and_taken() {
    plays_with_credentials(Access::Digest { user: "viewer".to_owned(), password: "secret".to_owned() }).await;
}

#[tokio::test]
async fn main_and_sub_streams_differ_and_others_do_not_exist() {
    let sub = Video { width: 160, height: 120, ..brisk() };
    let camera =
        SimCamera { sub: Some(ClipSpec::painted(sub)), ..SimCamera::new("cam", ClipSpec::painted(brisk())) };
    let simulator = start_camera(camera).await;
    let mut descriptions = Vec::new();
    for stream in ["main", "sub"] {
        let url = simulator.url("cam", stream).expect("camera");
        let mut client = Client::connect(&url).await.expect("connected");
        descriptions.push(client.request("DESCRIBE", "", "").await.expect("answer").body);
    }
    assert_ne!(descriptions[0], descriptions[1]);
    for stream in ["third", "main/x"] {
        let url = simulator.url("cam", stream).expect("camera");
        let mut client = Client::connect(&url).await.expect("connected");
        assert_eq!(client.request("DESCRIBE", "", "").await.expect("answer").status, 404);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_paused_session_is_ended_in_the_log_and_plays_again() {
    let simulator = start(ClipSpec::painted(brisk())).await;
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    client.frames(3).await.expect("media");
    assert_eq!(client.request("PAUSE", "", "").await.expect("answer").status, 200);
    assert_eq!(simulator.stats().sessions, 0);
    assert_eq!(client.request("PLAY", "", "").await.expect("answer").status, 200);
    client.frames(3).await.expect("media");
    let log = simulator.log("cam").expect("camera");
    assert_eq!(log.sessions.len(), 2);
    assert!(log.sessions[0].ended.is_some() && log.sessions[1].ended.is_none());
    assert!(log.sessions[0].connected <= log.sessions[0].started);
    assert!(log.sessions[1].frames[0].is_key);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_whole_frames_and_no_more() {
    let video = Video { kbps: 4000, ..brisk() };
    let mut config = config(vec![SimCamera::new("cam", ClipSpec::painted(video))]);
    config.max_pending = 20_000;
    let simulator = Simulator::start(config).await.expect("started");
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    while simulator.stats().withheld < 10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let lost = |simulator: &Simulator| {
        let log = simulator.log("cam").expect("camera");
        log.sessions[0].frames.iter().filter(|frame| frame.delivery == Delivery::Withheld).count()
    };
    assert!(lost(&simulator) >= 10);
    // What was queued is still whole packets.
    for _ in 0..100 {
        assert_eq!(client.packet().await.expect("framed").data[0], 0x80);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn shutdown_closes_every_connection_and_the_port() {
    let simulator = start(ClipSpec::painted(brisk())).await;
    let address = simulator.address("cam").expect("camera");
    let mut client = Client::play(&url(&simulator)).await.expect("played");
    let idle = TcpStream::connect(address).await.expect("connected");
    tokio::time::timeout(LONG, simulator.shutdown()).await.expect("stopped");
    client.end().await;
    drop(idle);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_name_that_is_there_twice_is_an_error() {
    let camera = SimCamera::new("cam", ClipSpec::painted(brisk()));
    let started = Simulator::start(config(vec![camera.clone(), camera])).await;
    assert!(started.is_err_and(|error| error.to_string().contains("`cam`")));
}

#[tokio::test]
async fn a_clip_that_is_no_video_is_a_clear_error() {
    let spec = ClipSpec::file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let started = Simulator::start(config(vec![SimCamera::new("cam", spec)])).await;
    let error = started.expect_err("no video").to_string();
    assert!(error.contains("Cargo.toml") && error.contains("not H.264 or H.265"), "{error}");
}
