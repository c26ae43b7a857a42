//! Requests that make something, sent twice.

use axum::body::Body;
use axum::http::{Method, Request};
use nightjar_api::ApiConfig;
use nightjar_model::{GroupScope, OrgId, Role};
use nightjar_playback::PlaybackConfig;
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request};

fn post(path: &str, key: &str, body: &Value) -> Request<Body> {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    request(Method::POST, path, &headers, Body::from(body.to_string()))
}

fn camera(number: u32) -> Value {
    json!({ "name": "Gate", "source": { "main_url": format!("rtsp://192.0.2.7/{number}") } })
}

async fn send(lab: &Lab, path: &str, key: &str, body: &Value) -> Reply {
    lab.send(post(path, key, body)).await
}

async fn lab() -> Lab {
    Lab::with(ApiConfig { user_rate: 10_000, ..ApiConfig::default() }, PlaybackConfig::default()).await
}

#[tokio::test]
async fn the_second_request_gets_the_answer_of_the_first() {
    let lab = lab().await;
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let bearer = format!("Bearer {}", lab.people.sign_in(&admin).await);
    let send = async |path: &str, body: &Value| {
        let mut request = post(path, "a-key", body);
        request.headers_mut().insert("authorization", bearer.parse().expect("a header"));
        lab.send(request).await
    };
    let cases = [
        ("/api/v1/cameras", camera(1)),
        ("/api/v1/camera-groups", json!({ "name": "Yard" })),
        (
            "/api/v1/users",
            json!({ "username": "grace", "password": "correct horse battery", "role": "viewer" }),
        ),
    ];
    for (path, body) in cases {
        let first = send(path, &body).await;
        assert_eq!(first.status, 201, "{path}: {first:?}");
        assert_eq!(first.header("idempotency-replayed"), "");
        let total = lab.data(path).await["pagination"]["total"].clone();
        let second = send(path, &body).await;
        assert_eq!((second.status, &second.body), (first.status, &first.body), "{path}");
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(second.header("etag"), first.header("etag"));
        assert_ne!(second.header("x-request-id"), first.header("x-request-id"));
        assert_eq!(lab.data(path).await["pagination"]["total"], total, "{path}: nothing was made");
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_caller() {
    let lab = lab().await;
    assert_eq!(send(&lab, "/api/v1/cameras", "k", &camera(1)).await.status, 201);
    send(&lab, "/api/v1/cameras", "k", &camera(2)).await.error(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(send(&lab, "/api/v1/cameras", "other", &camera(2)).await.status, 201);
    assert_eq!(send(&lab, "/api/v1/camera-groups", "k", &json!({ "name": "Yard" })).await.status, 201);
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let bearer = format!("Bearer {}", lab.people.sign_in(&admin).await);
    let mut theirs = post("/api/v1/cameras", "k", &camera(3));
    theirs.headers_mut().insert("authorization", bearer.parse().expect("a header"));
    let theirs = lab.send(theirs).await;
    assert_eq!((theirs.status.as_u16(), theirs.header("idempotency-replayed")), (201, ""));
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let lab = lab().await;
    let wrong = json!({ "name": "Gate" });
    send(&lab, "/api/v1/cameras", "k", &wrong).await.error(400, "VALIDATION_FAILED");
    assert_eq!(send(&lab, "/api/v1/cameras", "k", &camera(1)).await.status, 201);
    send(&lab, "/api/v1/cameras", "l", &camera(1)).await.error(409, "CAMERA_HOST_DUPLICATE");
    send(&lab, "/api/v1/cameras", "l", &camera(1)).await.error(409, "CAMERA_HOST_DUPLICATE");
}

#[tokio::test]
async fn a_secret_is_shown_once_all_the_same() {
    let lab = lab().await;
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let bearer = format!("Bearer {}", lab.people.sign_in(&admin).await);
    let body = json!({ "name": "export", "permissions": ["camera:read"] });
    let ask = async || {
        let mut asked = post("/api/v1/tokens", "k", &body);
        asked.headers_mut().insert("authorization", bearer.parse().expect("a header"));
        lab.send(asked).await
    };
    let made = ask().await.data();
    let refused = ask().await;
    let error = refused.error(409, "CONFLICT");
    assert_eq!(error["details"]["id"], made["token"]["id"]);
    let secret = made["secret"].as_str().expect("a secret");
    assert!(!String::from_utf8_lossy(&refused.body).contains(secret));
}

#[tokio::test]
async fn of_many_at_once_one_makes_it_and_the_others_are_told_to_wait() {
    let lab = lab().await;
    let body = camera(1);
    let replies = futures::future::join_all((0..8).map(|_| send(&lab, "/api/v1/cameras", "k", &body))).await;
    let made =
        replies.iter().filter(|reply| reply.status == 201 && reply.header("idempotency-replayed").is_empty());
    assert_eq!(made.count(), 1, "{replies:?}");
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.error(409, "CONFLICT");
        assert_eq!(reply.header("retry-after"), "1");
    }
    let after = send(&lab, "/api/v1/cameras", "k", &body).await;
    assert_eq!((after.status.as_u16(), after.header("idempotency-replayed")), (201, "true"));
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_where_none_is_taken_it_is_ignored() {
    let lab = lab().await;
    for wrong in ["", " ", "two words", "ü", &"x".repeat(256)] {
        send(&lab, "/api/v1/cameras", wrong, &camera(1)).await.wrong("Idempotency-Key", "visible ASCII");
    }
    assert_eq!(send(&lab, "/api/v1/cameras", &"x".repeat(255), &camera(1)).await.status, 201);
    let mut twice = post("/api/v1/cameras", "a", &camera(2));
    twice.headers_mut().append("idempotency-key", "b".parse().expect("a header"));
    lab.send(twice).await.wrong("Idempotency-Key", "one text");
    send(&lab, "/api/v1/cameras/probe", " ", &json!({})).await.wrong("body", "missing field `url`");
    let large = json!({ "name": "x".repeat(100_000) });
    send(&lab, "/api/v1/cameras", "k", &large).await.error(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_client_that_goes_away_finds_its_answer_when_it_comes_back() {
    let lab = lab().await;
    let body = camera(1);
    {
        // Begun, and dropped at the first wait, as when a connection breaks.
        let begun = std::pin::pin!(send(&lab, "/api/v1/cameras", "k", &body));
        assert!(futures::poll!(begun).is_pending());
    }
    lab.state.changes.close();
    lab.state.changes.wait().await;
    let again = send(&lab, "/api/v1/cameras", "k", &body).await;
    assert_eq!(again.status, 201);
    assert_eq!(lab.data("/api/v1/cameras?q=Gate").await["pagination"]["total"], 1);
}

#[test]
fn the_document_tells_which_operations_take_keys() {
    let document = nightjar_api::openapi_document();
    let takes = |path: &str| {
        let parameters =
            document["paths"][path]["post"]["parameters"].as_array().cloned().unwrap_or_default();
        parameters
            .iter()
            .any(|parameter| parameter["name"] == "Idempotency-Key" && parameter["in"] == "header")
    };
    for path in ["cameras", "camera-groups", "users", "tokens", "organizations"] {
        assert!(takes(&format!("/api/v1/{path}")), "{path}");
    }
    assert!(!takes("/api/v1/playback/start") && !takes("/api/v1/cameras/probe"));
}
