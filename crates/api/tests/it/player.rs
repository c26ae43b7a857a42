//! A player that is not ours, over a real socket.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::lab::Lab;

/// How long decoding a minute may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Decodes an address with ffmpeg; gives the number of its pictures and what it complained of.
async fn decode(url: &str) -> (usize, String) {
    let ffmpeg = Command::new("ffmpeg")
        // Every picture, whatever it thinks of the times across a gap.
        .args(["-v", "warning", "-i", url, "-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let out =
        tokio::time::timeout(PATIENCE, ffmpeg).await.expect("ffmpeg comes to an end").expect("ffmpeg runs");
    let pictures = String::from_utf8_lossy(&out.stdout).lines().filter(|line| !line.starts_with('#')).count();
    (pictures, String::from_utf8_lossy(&out.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffmpeg_plays_a_playlist_over_segments_and_a_gap_and_both_downloads() {
    let lab = Lab::new().await;
    let first = lab.studio.record(0, 40, 20).await.remove(0);
    lab.studio.record(100, 20, 20).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    let router = lab.router();
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await });

    let url = |path: &Value| format!("{base}{}", path.as_str().expect("text"));
    let start = async |to: &str| {
        let body = json!({"camera_id": "front-door", "from": "2026-11-20T12:00:00Z", "to": to});
        lab.post("/api/v1/playback/start", body).await.data()
    };
    let session = start("2026-11-20T12:00:40Z").await;
    let (pictures, said) = decode(&url(&session["playlist_url"])).await;
    assert_eq!((pictures, said.as_str()), (1_000, ""));
    let session = start("2026-11-20T12:02:00Z").await;
    let (pictures, said) = decode(&url(&session["playlist_url"])).await;
    // ffmpeg 5 does not know EXT-X-GAP, and loses the first fragment where decode times begin anew.
    assert!((1_487..=1_500).contains(&pictures), "{pictures} pictures: {said}");
    let (pictures, said) = decode(&url(&session["download_url"])).await;
    assert_eq!((pictures, said.as_str()), (1_500, ""));
    let signed = lab.data(&format!("/api/v1/recordings/{}/signed-url", first.id)).await;
    let (pictures, said) = decode(&url(&signed["url"])).await;
    assert_eq!((pictures, said.as_str()), (500, ""));
    server.shutdown().await;
}
