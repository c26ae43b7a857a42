//! `/playback`.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use nightjar_api::ApiConfig;
use nightjar_model::RecordingId;
use nightjar_playback::PlaybackConfig;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::lab::{Lab, request};
use crate::studio::{at, fragments, now};

async fn start(lab: &Lab, from: &str, to: Option<&str>) -> Value {
    let body = json!({"camera_id": "front-door", "from": from, "to": to});
    let reply = lab.post("/api/v1/playback/start", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.data()
}

fn field(session: &Value, name: &str) -> String {
    session[name].as_str().expect("text").to_owned()
}

#[tokio::test]
async fn a_session_is_started_shown_extended_and_ended() {
    let lab = Lab::new().await;
    lab.studio.record(0, 40, 20).await;
    let session = start(&lab, "2026-11-20T12:00:05Z", Some("2026-11-20T12:00:30Z")).await;
    assert_eq!(session["starts_at"], "2026-11-20T12:00:04.000Z");
    assert_eq!((&session["start_offset_seconds"], &session["growing"]), (&json!(1.0), &json!(false)));
    assert_eq!(session["expires_at"], "2026-11-20T13:16:40.000Z");
    let path = format!("/api/v1/playback/sessions/{}", field(&session, "id"));
    assert_eq!(lab.data(&path).await, session);
    lab.set_time(at(2_000));
    let extended = lab.post(&format!("{path}/extend"), json!({})).await.data();
    assert_eq!(extended["expires_at"], "2026-11-20T13:33:20.000Z");
    let url = field(&session, "playlist_url");
    assert!(lab.get(&url).await.status.is_success());
    let gone = lab.delete(&path).await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    lab.get(&path).await.error(404, "SESSION_NOT_FOUND");
    lab.get(&url).await.error(404, "SESSION_NOT_FOUND");
    lab.delete(&path).await.error(404, "SESSION_NOT_FOUND");
    lab.post(&format!("{path}/extend"), json!({})).await.error(404, "SESSION_NOT_FOUND");
}

/// Over a real socket: from the request to the first byte of the answer.
#[tokio::test]
async fn the_playlist_of_a_day_begins_within_30_ms() {
    let lab = Lab::new().await;
    lab.studio.day().await;
    lab.set_time(at(100_000));
    let session = start(&lab, "2026-11-20T12:00:00Z", Some("2026-11-21T12:00:00Z")).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut serving = JoinSet::new();
    serving.spawn(axum::serve(listener, lab.router()).into_future());
    let get = format!("GET {} HTTP/1.1\r\nHost: nightjar\r\n\r\n", field(&session, "playlist_url"));
    let mut took = Vec::new();
    for _ in 0..100 {
        let mut connection = TcpStream::connect(address).await.expect("connects");
        let began = now();
        connection.write_all(get.as_bytes()).await.expect("sent");
        let mut answer = [0; 12];
        connection.read_exact(&mut answer).await.expect("answered");
        took.push(began.elapsed());
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
    took.sort();
    let (median, p95) = (took[50], took[95]);
    println!("first byte of a day's playlist: median {median:?}, p95 {p95:?}");
    // As in the test of the playlist itself: this build is not optimised, its machine is busy.
    let limit = if std::env::var_os("NIGHTJAR_BENCH").is_some() { 30 } else { 300 };
    assert!(p95 < Duration::from_millis(limit), "p95 {p95:?}");
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let lab = Lab::new().await;
    lab.studio.record(0, 20, 20).await;
    let session = start(&lab, "2026-11-20T12:00:00Z", None).await;
    lab.set_time(at(1_000 + 3_600));
    lab.get(&format!("/api/v1/playback/sessions/{}", field(&session, "id")))
        .await
        .error(404, "SESSION_NOT_FOUND");
    lab.get(&field(&session, "download_url")).await.error(404, "SESSION_NOT_FOUND");
}

#[tokio::test]
async fn a_whole_day_may_be_named_by_its_date() {
    let lab = Lab::new().await;
    lab.studio.record(0, 20, 20).await;
    let session = start(&lab, "2026-11-20", Some("2026-11-20")).await;
    assert_eq!(
        (&session["from"], &session["to"]),
        (&json!("2026-11-20T00:00:00.000Z"), &json!("2026-11-21T00:00:00.000Z"))
    );
    assert_eq!(session["starts_at"], "2026-11-20T12:00:00.000Z");
}

#[tokio::test]
async fn wrong_bodies_are_told_by_field_and_reason() {
    let lab = Lab::new().await;
    lab.studio.record(0, 20, 20).await;
    let post = async |body| lab.post("/api/v1/playback/start", body).await;
    let noon = "2026-11-20T12:00:00Z";
    post(json!({"from": noon})).await.wrong("body", "missing field `camera_id`");
    post(json!({"camera_id": "front-door"})).await.wrong("body", "missing field `from`");
    post(json!({"camera_id": "front-door", "from": 7})).await.wrong("from", "invalid type");
    post(json!({"camera_id": "front-door", "from": "noon"})).await.wrong("from", "must be a time like");
    post(json!({"camera_id": "front-door", "from": noon, "to": ""})).await.wrong("to", "must be a time like");
    post(json!({"camera_id": "front-door", "from": noon, "stream": "x"})).await.wrong("stream", "`main`");
    post(json!({"camera_id": "front-door", "from": noon, "speed": 2})).await.wrong("speed", "unknown field");
    post(json!({"camera_id": "nobody", "from": noon})).await.error(404, "CAMERA_NOT_FOUND");
    let range =
        async |from: &str, to: &str| post(json!({"camera_id": "front-door", "from": from, "to": to})).await;
    range(noon, noon).await.wrong("to", "must be later than `from`");
    range(noon, "2026-11-20T11:00:00Z").await.wrong("to", "must be later than `from`");
    range("2026-11-18", "2026-11-20").await.wrong("to", "24 hours");
    range("2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z").await.wrong("from", "future");
    range("2026-11-20T12:01:00Z", "2026-11-20T12:02:00Z").await.error(404, "RECORDING_NOT_FOUND");
    let error = range("2026-11-20T12:01:00Z", "2026-11-20T12:02:00Z").await.error(404, "RECORDING_NOT_FOUND");
    assert_eq!(error["details"]["newest_before"], "2026-11-20T12:00:20.000Z");
}

#[tokio::test]
async fn too_many_sessions_are_a_429() {
    let playback = PlaybackConfig { max_sessions: 1, ..PlaybackConfig::default() };
    let lab = Lab::with(ApiConfig::default(), playback).await;
    lab.studio.record(0, 20, 20).await;
    start(&lab, "2026-11-20T12:00:00Z", None).await;
    let body = json!({"camera_id": "front-door", "from": "2026-11-20T12:00:00Z"});
    let reply = lab.post("/api/v1/playback/start", body).await;
    reply.error(429, "CONCURRENT_LIMIT_EXCEEDED");
    assert_eq!(reply.header("retry-after"), "60");
}

#[tokio::test]
async fn media_needs_the_sessions_token() {
    let lab = Lab::new().await;
    let id = lab.studio.record(0, 20, 20).await[0].id;
    let one = start(&lab, "2026-11-20T12:00:00Z", None).await;
    let two = start(&lab, "2026-11-20T12:00:00Z", None).await;
    let base = format!("/api/v1/playback/sessions/{}", field(&one, "id"));
    let token =
        |session: &Value| field(session, "playlist_url").split_once("token=").expect("a token").1.to_owned();
    let media = format!("media/{id}.mp4");
    for path in ["playlist.m3u8", "segment/0.m4s", "segment/0.init.mp4", &media, "download.mp4"] {
        let url = format!("{base}/{path}");
        lab.get(&url).await.error(401, "AUTH_TOKEN_MISSING");
        lab.get(&format!("{url}?token={}", token(&two))).await.error(401, "AUTH_TOKEN_INVALID");
        let reply = lab.get(&format!("{url}?token={}", token(&one))).await;
        assert_eq!(reply.status, 200, "{path}");
        lab.get(&format!("{url}?token={}&x=1", token(&one))).await.wrong("x", "valid ones");
    }
}

#[tokio::test]
async fn what_a_session_does_not_have_is_a_404() {
    let lab = Lab::new().await;
    lab.studio.record(0, 20, 20).await;
    let session = start(&lab, "2026-11-20T12:00:00Z", None).await;
    let url = field(&session, "playlist_url");
    let (base, token) = url.split_once("playlist.m3u8").expect("its path");
    for path in [
        "segment/5.m4s",
        "segment/18446744073709551616.m4s",
        "segment/-1.m4s",
        "segment/x.m4s",
        "segment/0.ts",
    ] {
        let reply = lab.get(&format!("{base}{path}{token}")).await;
        assert_eq!(reply.status, 404, "{path}");
    }
    for path in [
        "media/x.mp4",
        "media/0190aaaa-0000-7000-8000-000000000000.mp4",
        "media/..%2f..%2fcatalog.db",
        "media/%2e%2e",
    ] {
        lab.get(&format!("{base}{path}{token}")).await.error(404, "RECORDING_NOT_FOUND");
    }
    for id in ["x", "%2e%2e", "0190aaaa-0000-7000-8000-000000000000"] {
        lab.get(&format!("/api/v1/playback/sessions/{id}")).await.error(404, "SESSION_NOT_FOUND");
    }
    lab.get(&format!("{url}&_HLS_skip=NO")).await.wrong("_HLS_skip", "valid ones: YES, v2");
}

#[tokio::test]
async fn a_playlist_is_compressed_and_never_kept() {
    let lab = Lab::new().await;
    lab.studio.record(0, 100, 10).await;
    let session = start(&lab, "2026-11-20T12:00:00Z", None).await;
    let url = field(&session, "playlist_url");
    let plain = lab.get(&url).await;
    assert_eq!(plain.header("content-type"), "application/vnd.apple.mpegurl");
    assert_eq!(plain.header("cache-control"), "no-store");
    let (_, playlist) = m3u8_rs::parse_media_playlist(&plain.body).expect("a playlist");
    assert_eq!(playlist.segments.len(), 30);
    let packed = lab.get_with(&url, &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 4 < plain.body.len());
}

#[tokio::test]
async fn media_that_is_being_written_is_served_but_not_kept() {
    let lab = Lab::new().await;
    let fragments = fragments(0, 20);
    let mut writing = lab.studio.open(RecordingId(Uuid::now_v7()), &fragments).await;
    writing.add(&fragments[..20]);
    lab.set_time(at(10));
    let session = start(&lab, "2026-11-20T12:00:00Z", None).await;
    assert_eq!(session["growing"], true);
    let url = field(&session, "playlist_url");
    let media = url.replace("playlist.m3u8", &format!("media/{}.mp4", writing.id));
    let reply = lab.get_with(&media, &[("range", "bytes=0-99")]).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (206, "no-store"));
    writing.add(&fragments[20..]);
    lab.studio.finish(writing).await;
    let reply = lab.get_with(&media, &[("range", "bytes=0-99")]).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (206, "private, max-age=3600"));
}

#[tokio::test]
async fn a_range_is_downloaded_as_a_file_with_a_name_and_a_length() {
    let lab = Lab::new().await;
    lab.studio.record(0, 40, 20).await;
    let session = start(&lab, "2026-11-20T12:00:10Z", Some("2026-11-20T12:00:30Z")).await;
    let url = field(&session, "download_url");
    let whole = lab.get(&url).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.header("content-length"), whole.body.len().to_string());
    assert_eq!(
        whole.header("content-disposition"),
        "attachment; filename=\"front-door_2026-11-20T12-00-10Z.mp4\""
    );
    assert_eq!(&whole.body[4..8], b"ftyp");
    let head = lab.send(request(Method::HEAD, &url, &[], Body::empty())).await;
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, whole.header("content-length")));
}
