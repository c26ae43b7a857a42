//! What holds for every request.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Method;
use nightjar_api::ApiConfig;
use nightjar_playback::PlaybackConfig;
use serde_json::json;

use crate::lab::{Lab, request, send};

#[tokio::test]
async fn what_is_not_there_is_a_404_in_the_envelope() {
    let lab = Lab::new().await;
    for path in
        ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/cameras", "/api/v1/cameras/a/b"]
    {
        lab.get(path).await.error(404, "NOT_FOUND");
    }
    lab.post("/api/v1/nothing", json!({})).await.error(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_a_405_that_says_which_it_takes() {
    let lab = Lab::new().await;
    let reply = lab.post("/api/v1/recording/status", json!({})).await;
    reply.error(405, "METHOD_NOT_ALLOWED");
    assert_eq!(reply.header("allow"), "GET,HEAD");
    lab.delete("/health").await.error(405, "METHOD_NOT_ALLOWED");
    let odd = request(Method::from_bytes(b"BREW").expect("a token"), "/api/v1/cameras", &[], Body::empty());
    lab.send(odd).await.error(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let lab = Lab::new().await;
    let first = lab.get_with("/api/v1/cameras", &[("x-request-id", "mine")]).await;
    let second = lab.get("/api/v1/cameras").await;
    let ids = [first.header("x-request-id"), second.header("x-request-id")];
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'7'), "{ids:?}");
}

#[tokio::test]
async fn unknown_parameters_are_named_with_the_valid_ones() {
    let lab = Lab::new().await;
    lab.get("/api/v1/cameras?colour=red")
        .await
        .wrong("colour", "valid ones: driver, group_id, limit, page, q, sort, status, tag");
    lab.get("/api/v1/storage/usage?x=1").await.wrong("x", "there are none");
    lab.post("/api/v1/recording/start?x=1", json!({"camera_id": "a"})).await.wrong("x", "there are none");
    lab.get("/api/v1/cameras?page=1&page=2").await.wrong("page", "more than once");
    let error = lab.get("/api/v1/cameras?limit=0&sort=size&colour=red").await.error(400, "VALIDATION_FAILED");
    let named: Vec<&String> = error["details"].as_object().expect("an object").keys().collect();
    assert_eq!(named, ["colour", "limit", "sort"]);
    let long = format!("/api/v1/cameras?q={}", "x".repeat(9_000));
    lab.get(&long).await.error(400, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_body_that_is_no_json_of_the_right_kind_is_refused_with_the_reason() {
    let lab = Lab::new().await;
    let post = |content_type: &'static str, body: &'static str| {
        let headers = [("content-type", content_type)];
        let request = request(Method::POST, "/api/v1/recording/start", &headers, Body::from(body));
        send_to(&lab, request)
    };
    post("text/plain", "{}").await.error(415, "UNSUPPORTED_MEDIA_TYPE");
    post("", "{}").await.error(415, "UNSUPPORTED_MEDIA_TYPE");
    post("application/json", "").await.wrong("body", "ends too early");
    post("application/json", "{\"camera_id\":").await.wrong("body", "ends too early");
    post("application/json", "{camera}").await.wrong("body", "not JSON: see line 1, column 2");
    post("application/json", "{\"camera_id\":\"a\"} x").await.wrong("body", "more than one");
    post("application/json", "\u{0}").await.wrong("body", "not JSON");
    post("application/json", "[1]").await;
    post("application/json", "{}").await.wrong("body", "missing field `camera_id`");
    post("application/json", "{\"camera_id\":7}").await.wrong("camera_id", "invalid type");
    post("application/json; charset=utf-8", "{\"camera_id\":\"a\",\"x\":1}")
        .await
        .wrong("x", "unknown field `x`");
}

fn send_to(lab: &Lab, request: axum::http::Request<Body>) -> impl Future<Output = crate::lab::Reply> {
    let router = lab.router();
    async move { send(&router, request).await }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_a_413() {
    let lab = Lab::new().await;
    let large = "x".repeat(70_000);
    lab.post("/api/v1/recording/start", json!({ "camera_id": large })).await.error(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let config = ApiConfig { timeout: Duration::from_millis(50), ..ApiConfig::default() };
    let lab = Lab::with(config, PlaybackConfig::default()).await;
    let stalled = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    let headers = [("content-type", "application/json")];
    let reply = lab.send(request(Method::POST, "/api/v1/recording/start", &headers, stalled)).await;
    reply.error(503, "REQUEST_TIMEOUT");
    assert_eq!(reply.header("retry-after"), "5");
    assert!(lab.state.changes.is_empty(), "nothing waits for the rest of it");
}

#[tokio::test]
async fn a_panic_is_a_500_that_says_nothing_of_the_inside() {
    let lab = Lab::new().await;
    let mut state = lab.state.clone();
    state.metrics = Arc::new(|| panic!("the secret is hunter2"));
    let router = nightjar_api::metrics_router(state);
    let reply = send(&router, request(Method::GET, "/metrics", &[], Body::empty())).await;
    let error = reply.error(500, "INTERNAL");
    assert!(!error.to_string().contains("hunter2"), "{error:#}");
    assert!(send(&router, request(Method::GET, "/health", &[], Body::empty())).await.status.is_success());
}

#[tokio::test]
async fn a_database_that_is_gone_is_a_failure_without_its_words() {
    let lab = Lab::new().await;
    lab.studio.catalog.close().await;
    let reply = lab.get("/api/v1/cameras").await;
    let json = reply.json();
    assert!([500, 503].contains(&reply.status.as_u16()), "{json:#}");
    let text = json.to_string().to_lowercase();
    assert!(!text.contains("sql") && !text.contains("pool") && !text.contains("/tmp"), "{json:#}");
}

#[tokio::test]
async fn text_is_compressed_for_those_who_can_read_it() {
    let lab = Lab::new().await;
    let plain = lab.get("/api/openapi.json").await;
    let packed = lab.get_with("/api/openapi.json", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 4 < plain.body.len());
}
