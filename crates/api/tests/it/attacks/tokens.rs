//! Forged access tokens, tokens in the place of other tokens, refresh tokens that are used twice.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nightjar_model::Role;
use serde_json::{Value, json};

use super::forge::Forge;
use super::{HOME, Lab, attacked, from, get, post, signed_in, text};
use crate::lab::{request, send};

#[tokio::test]
async fn forged_access_tokens_are_nobodys() {
    let lab = &attacked().await;
    let forge = Forge::of(lab).await;
    let again = forge.ours(&forge.header(), &forge.claims(&json!({})));
    assert!(get(lab, "/api/v1/auth/me", Some(&again)).await.status.is_success(), "the forge works");
    let forged = [forge.unsigned(), forge.foreign(), forge.wrong_claims(), forge.misshapen()].concat();
    assert!(forged.len() > 90, "{}", forged.len());
    for (told, token) in forged {
        let reply = get(lab, "/api/v1/auth/me", Some(&token)).await;
        assert_eq!(reply.status.as_u16(), 401, "{told}: {token}");
        reply.error(401, "AUTH_TOKEN_INVALID");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{told}");
    }
    assert!(get(lab, "/api/v1/auth/me", Some(&forge.good)).await.status.is_success());
    lab.set_time(lab.state.clock.now() + Duration::from_secs(16 * 60));
    get(lab, "/api/v1/auth/me", Some(&forge.good)).await.error(401, "AUTH_TOKEN_INVALID");
}

/// One good token of each kind, by the name of what it is for.
async fn one_of_each(lab: &Lab) -> Vec<(&'static str, String)> {
    let segment = lab.studio.record(0, 8, 4).await[0].id;
    let session = signed_in(lab, "grace", Role::Admin).await;
    let (access, refresh) = (text(&session["token"]), text(&session["refresh_token"]));
    let draft = json!({ "name": "x", "permissions": ["camera:read", "recording:read", "event:read"] });
    let api = text(&post(lab, "/api/v1/tokens", Some(&access), draft).await.data()["secret"]);
    let ticket = text(&post(lab, "/api/v1/ws/tickets", Some(&access), Value::Null).await.data()["token"]);
    let signed = get(lab, &format!("/api/v1/recordings/{segment}/signed-url"), Some(&access)).await.data();
    let media = text(&signed["url"]).split_once("token=").expect("a token").1.to_owned();
    let setup = "a".repeat(43);
    vec![
        ("access", access),
        ("api", api),
        ("refresh", refresh),
        ("ticket", ticket),
        ("media", media),
        ("setup", setup),
        ("password", super::PASSWORD.to_owned()),
    ]
}

#[tokio::test]
async fn a_token_opens_what_it_is_for_and_nothing_else() {
    let lab = &attacked().await;
    let tokens = one_of_each(lab).await;
    let segment = lab.studio.record(100, 8, 4).await[0].id;
    for (kind, token) in &tokens {
        if !["access", "api"].contains(kind) {
            let reply = get(lab, "/api/v1/cameras", Some(token)).await;
            assert_eq!(reply.status.as_u16(), 401, "{kind} as an access token");
        }
        let escaped = super::documented::escape(token);
        for name in ["token", "access_token", "api_key", "key"] {
            let reply = get(lab, &format!("/api/v1/cameras?{name}={escaped}"), None).await;
            reply.error(401, "AUTH_TOKEN_MISSING");
        }
        let cookies = format!("nightjar_refresh={token}; token={token}; session={token}");
        let asked = request(Method::GET, "/api/v1/cameras", &[("cookie", &cookies)], Body::empty());
        send(&lab.bare(), from(HOME, asked)).await.error(401, "AUTH_TOKEN_MISSING");
        let basic = format!("Basic {}", STANDARD.encode(format!("grace:{token}")));
        let asked = request(Method::GET, "/api/v1/cameras", &[("authorization", &basic)], Body::empty());
        send(&lab.bare(), from(HOME, asked)).await.error(401, "AUTH_TOKEN_INVALID");

        if *kind != "refresh" {
            let body = json!({ "refresh_token": token });
            post(lab, "/api/v1/auth/refresh", None, body).await.error(401, "AUTH_TOKEN_INVALID");
            let headers = [("content-type", "application/json"), ("cookie", cookies.as_str())];
            let asked = request(Method::POST, "/api/v1/auth/refresh", &headers, Body::from("{}"));
            send(&lab.bare(), from(HOME, asked)).await.error(401, "AUTH_TOKEN_INVALID");
        }
        // The media token is another file's.
        let url = format!("/api/v1/storage/segments/{segment}/download?token={escaped}");
        get(lab, &url, None).await.error(401, "AUTH_TOKEN_INVALID");
        let url = format!("/api/v1/ws/events?token={escaped}");
        // Access and API tokens are let in, and then are no WebSocket.
        let (status, code) = match *kind {
            "access" | "api" | "ticket" => (400, "VALIDATION_FAILED"),
            _ => (401, "AUTH_TOKEN_INVALID"),
        };
        get(lab, &url, None).await.error(status, code);
        let body = json!({ "token": token, "username": "eve", "password": "quiet herons in fog" });
        post(lab, "/api/v1/setup", None, body).await.error(401, "AUTH_TOKEN_INVALID");
        if *kind != "password" {
            let body = json!({ "username": "grace", "password": token });
            let reply = post(lab, "/api/v1/auth/login", None, body).await;
            assert!([401, 429].contains(&reply.status.as_u16()), "{kind} as a password");
        }
    }
    let access = &tokens[0].1;
    assert!(get(lab, "/api/v1/auth/me", Some(access)).await.status.is_success(), "it is still good");
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_sign_in_and_is_told() {
    let lab = &attacked().await;
    let session = signed_in(lab, "grace", Role::Viewer).await;
    let first = json!({ "refresh_token": session["refresh_token"] });
    let second = post(lab, "/api/v1/auth/refresh", None, first.clone()).await.data();
    let next = json!({ "refresh_token": second["refresh_token"] });
    let third = post(lab, "/api/v1/auth/refresh", None, next).await.data();
    let thief = request(
        Method::POST,
        "/api/v1/auth/refresh",
        &[("content-type", "application/json")],
        Body::from(first.to_string()),
    );
    let caught = send(&lab.bare(), from("203.0.113.9", thief)).await;
    caught.error(401, "AUTH_TOKEN_INVALID");
    get(lab, "/api/v1/auth/me", Some(&text(&third["token"]))).await.error(401, "AUTH_TOKEN_INVALID");
    lab.set_time(lab.state.clock.now() + Duration::from_secs(1));
    for token in [&third["refresh_token"], &second["refresh_token"], &session["refresh_token"]] {
        let body = json!({ "refresh_token": token });
        post(lab, "/api/v1/auth/refresh", None, body).await.error(401, "AUTH_TOKEN_INVALID");
    }

    let entries = lab.data("/api/v1/audit?action=auth.refresh").await;
    let entries = entries["items"].as_array().expect("a list");
    assert_eq!(entries.len(), 1, "once, however often it is tried: {entries:#?}");
    let entry = &entries[0];
    assert_eq!(entry["request_id"], caught.header("x-request-id"));
    assert_eq!(
        (&entry["outcome"], &entry["ip"], &entry["object_id"], &entry["actor"]["name"]),
        (&json!("refused"), &json!("203.0.113.9"), &session["user"]["id"], &json!("grace"))
    );
    let event = loop {
        let events = lab.data("/api/v1/events?type=refresh_token_reused").await;
        if let Some(event) = events["items"].get(0) {
            break event.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(event["severity"], "warning");
    assert_eq!(
        (&event["metadata"]["username"], &event["metadata"]["ip"]),
        (&json!("grace"), &json!("203.0.113.9"))
    );
}
