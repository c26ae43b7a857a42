//! What takes a person who proved a moment ago to be there, and what ends with a password.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use nightjar_model::{GroupScope, OrgId, Role};
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request};

const PASSWORD: &str = "four barn owls at dusk";
const MINUTE: Duration = Duration::from_secs(60);

async fn ask(lab: &Lab, method: Method, path: &str, bearer: &str, body: Value) -> Reply {
    let bearer = format!("Bearer {bearer}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    lab.send_bare(request(method, path, &headers, Body::from(body.to_string()))).await
}

async fn add(lab: &Lab, username: &str, role: &str) -> String {
    let body = json!({ "username": username, "password": PASSWORD, "role": role });
    let made = lab.post_in_person("/api/v1/users", body).await.data();
    made["id"].as_str().expect("an id").to_owned()
}

async fn log_in(lab: &Lab, username: &str, password: &str) -> String {
    let body = json!({ "username": username, "password": password });
    let reply = lab.send_bare(request(
        Method::POST,
        "/api/v1/auth/login",
        &[("content-type", "application/json")],
        Body::from(body.to_string()),
    ));
    reply.await.data()["token"].as_str().expect("a token").to_owned()
}

fn pass(lab: &Lab, time: Duration) {
    lab.set_time(lab.state.clock.now() + time);
}

#[tokio::test]
async fn an_api_token_makes_and_changes_no_account() {
    let lab = Lab::new().await;
    let vera = add(&lab, "vera", "viewer").await;
    let admin = lab.people.system_admin().await;
    let (_, token) = lab.people.token_of(&admin).await;
    let path = format!("/api/v1/users/{vera}");
    let account = json!({ "username": "eve", "password": PASSWORD, "role": "admin" });
    let before = ask(&lab, Method::GET, &path, &token, Value::Null).await.data();
    for (method, path, body) in [
        (Method::POST, "/api/v1/users", account),
        (Method::PATCH, &path, json!({ "role": "admin" })),
        (Method::PATCH, &path, json!({ "password": "herons stand in fog" })),
        (Method::PATCH, &path, json!({ "totp": false })),
        (Method::PATCH, &path, json!({ "active": false })),
        (Method::PATCH, &path, json!({ "groups": [] })),
        (Method::DELETE, &path, json!({})),
        (Method::POST, "/api/v1/organizations", json!({ "name": "Other" })),
        (Method::POST, "/api/v1/tokens", json!({ "name": "x", "permissions": ["camera:read"] })),
        (Method::POST, "/api/v1/auth/proof", json!({ "password": PASSWORD })),
    ] {
        ask(&lab, method, path, &token, body).await.error(403, "AUTH_SIGN_IN_REQUIRED");
    }
    assert_eq!(ask(&lab, Method::GET, &path, &token, Value::Null).await.data(), before);
    let found = ask(&lab, Method::GET, "/api/v1/users?q=eve", &token, Value::Null).await.data();
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn changing_an_account_takes_a_proof_of_the_last_ten_minutes() {
    let lab = Lab::new().await;
    let vera = add(&lab, "vera", "viewer").await;
    add(&lab, "ada", "admin").await;
    let ada = log_in(&lab, "ada", PASSWORD).await;
    let change = async || {
        let body = json!({ "role": "operator" });
        ask(&lab, Method::PATCH, &format!("/api/v1/users/{vera}"), &ada, body).await
    };
    let prove = async |body: Value| ask(&lab, Method::POST, "/api/v1/auth/proof", &ada, body).await;
    change().await.data();
    pass(&lab, 10 * MINUTE);
    change().await.error(403, "AUTH_FRESH_PROOF_REQUIRED");
    prove(json!({ "password": "wrong" })).await.error(401, "AUTH_CREDENTIALS_INVALID");
    prove(json!({ "code": "123456" })).await.wrong("code", "no second factor");
    prove(json!({})).await.wrong("password", "must be given");
    change().await.error(403, "AUTH_FRESH_PROOF_REQUIRED");
    let until = prove(json!({ "password": PASSWORD })).await.data();
    assert!(until["fresh_until"].is_string());
    change().await.data();

    let audit = lab.data("/api/v1/audit?limit=20").await.to_string();
    assert!(audit.contains("auth.proof") && !audit.contains("request.refused"), "{audit}");
}

#[tokio::test]
async fn a_proof_belongs_to_one_sign_in_and_wrong_ones_slow_down() {
    let lab = Lab::new().await;
    add(&lab, "ada", "admin").await;
    let [one, other] = [log_in(&lab, "ada", PASSWORD).await, log_in(&lab, "ada", PASSWORD).await];
    pass(&lab, 10 * MINUTE);
    let prove = async |bearer: &str, password: &str| {
        ask(&lab, Method::POST, "/api/v1/auth/proof", bearer, json!({ "password": password })).await
    };
    prove(&one, PASSWORD).await.data();
    let account = json!({ "username": "eve", "password": PASSWORD, "role": "viewer" });
    let refused = ask(&lab, Method::POST, "/api/v1/users", &other, account.clone()).await;
    refused.error(403, "AUTH_FRESH_PROOF_REQUIRED");
    ask(&lab, Method::POST, "/api/v1/users", &one, account).await.data();
    for _ in 0..6 {
        prove(&other, "wrong").await.error(401, "AUTH_CREDENTIALS_INVALID");
    }
    prove(&other, PASSWORD).await.error(429, "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn api_tokens_end_with_the_password_unless_they_are_to_be_kept() {
    let lab = Lab::new().await;
    let otto = add(&lab, "otto", "operator").await;
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let admin = lab.people.sign_in(&admin).await;
    let mut password = PASSWORD.to_owned();
    for (round, kept) in [(0, false), (1, true)] {
        let token = make_token(&lab, &password).await;
        let next = format!("herons stand in fog {round}");
        let body = json!({ "password": next, "keep_api_tokens": kept });
        ask(&lab, Method::PATCH, &format!("/api/v1/users/{otto}"), &admin, body).await.data();
        assert_eq!(is_good(&lab, &token).await, kept, "after a reset");

        let token = make_token(&lab, &next).await;
        let me = log_in(&lab, "otto", &next).await;
        password = format!("owls sleep at noon {round}");
        let body = json!({ "current_password": next, "new_password": password, "keep_api_tokens": kept });
        assert_eq!(ask(&lab, Method::PUT, "/api/v1/auth/password", &me, body).await.status.as_u16(), 204);
        assert_eq!(is_good(&lab, &token).await, kept, "after a change");
    }
}

async fn make_token(lab: &Lab, password: &str) -> String {
    let me = log_in(lab, "otto", password).await;
    let body = json!({ "name": "importer", "permissions": ["camera:read"] });
    let made = ask(lab, Method::POST, "/api/v1/tokens", &me, body).await.data();
    made["secret"].as_str().expect("a secret").to_owned()
}

async fn is_good(lab: &Lab, token: &str) -> bool {
    ask(lab, Method::GET, "/api/v1/cameras", token, Value::Null).await.status.is_success()
}
