//! Signing in and what it is worth, over HTTP.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use nightjar_api::ApiConfig;
use nightjar_model::{GroupScope, OrgId, Role};
use nightjar_playback::PlaybackConfig;
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request};

const PASSWORD: &str = "correct horse battery";

/// A request without any sign-in of the lab's.
fn bare(method: Method, path: &str, bearer: Option<&str>, body: &Value) -> Request<Body> {
    let bearer = bearer.map(|bearer| format!("Bearer {bearer}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    request(method, path, &headers, Body::from(body.to_string()))
}

async fn post(lab: &Lab, path: &str, bearer: Option<&str>, body: Value) -> Reply {
    lab.send_bare(bare(Method::POST, path, bearer, &body)).await
}

async fn get(lab: &Lab, path: &str, bearer: &str) -> Reply {
    lab.send_bare(bare(Method::GET, path, Some(bearer), &Value::Null)).await
}

/// Adds an account with a password, as the administrator.
async fn add(lab: &Lab, username: &str, role: &str) -> Value {
    let body = json!({ "username": username, "password": PASSWORD, "role": role });
    lab.post_in_person("/api/v1/users", body).await.data()
}

async fn login(lab: &Lab, username: &str) -> Value {
    let body = json!({ "username": username, "password": PASSWORD });
    post(lab, "/api/v1/auth/login", None, body).await.data()
}

#[tokio::test]
async fn a_sign_in_gives_what_the_role_may_and_ends_with_sign_out() {
    let lab = Lab::new().await;
    add(&lab, "grace", "viewer").await;
    let signed_in = login(&lab, "Grace").await;
    let token = signed_in["token"].as_str().expect("a token");
    let me = get(&lab, "/api/v1/auth/me", token).await.data();
    assert_eq!((&me["username"], &me["role"]), (&json!("grace"), &json!("viewer")));
    assert_eq!(me["permissions"], json!(["camera:read", "recording:read", "event:read"]));
    assert!(get(&lab, "/api/v1/cameras", token).await.status.is_success());
    get(&lab, "/api/v1/users", token).await.error(403, "AUTH_INSUFFICIENT_PERMISSIONS");

    let out = post(&lab, "/api/v1/auth/logout", Some(token), json!({})).await;
    assert_eq!(out.status.as_u16(), 204);
    get(&lab, "/api/v1/cameras", token).await.error(401, "AUTH_TOKEN_INVALID");
    let refresh = json!({ "refresh_token": signed_in["refresh_token"] });
    post(&lab, "/api/v1/auth/refresh", None, refresh).await.error(401, "AUTH_TOKEN_INVALID");
}

#[tokio::test]
async fn a_wrong_password_tells_nothing_and_slows_down() {
    let lab = Lab::new().await;
    add(&lab, "grace", "viewer").await;
    let try_with = async |username: &str| {
        let body = json!({ "username": username, "password": "wrong, all of it" });
        post(&lab, "/api/v1/auth/login", None, body).await
    };
    let (known, unknown) = (try_with("grace").await, try_with("nobody").await);
    let told = |reply: &Reply| reply.error(401, "AUTH_CREDENTIALS_INVALID");
    assert_eq!(told(&known), told(&unknown));
    let mut refused = None;
    for _ in 0..20 {
        let reply = try_with("grace").await;
        if reply.status.as_u16() == 429 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("it slows down");
    refused.error(429, "RATE_LIMIT_EXCEEDED");
    assert!(refused.header("retry-after").parse::<u64>().expect("seconds") >= 1);
    // The right password does not help until the time is over.
    let body = json!({ "username": "grace", "password": PASSWORD });
    post(&lab, "/api/v1/auth/login", None, body).await.error(429, "RATE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_second_use_ends_the_sign_in() {
    let lab = Lab::new().await;
    add(&lab, "grace", "viewer").await;
    let first = login(&lab, "grace").await;
    let refresh = json!({ "refresh_token": first["refresh_token"] });
    let second = post(&lab, "/api/v1/auth/refresh", None, refresh.clone()).await.data();
    let next = json!({ "refresh_token": second["refresh_token"] });
    let third = post(&lab, "/api/v1/auth/refresh", None, next).await.data();
    let token = third["token"].as_str().expect("a token");
    assert!(get(&lab, "/api/v1/auth/me", token).await.status.is_success());
    post(&lab, "/api/v1/auth/refresh", None, refresh).await.error(401, "AUTH_TOKEN_INVALID");
    get(&lab, "/api/v1/auth/me", token).await.error(401, "AUTH_TOKEN_INVALID");
    let newest = json!({ "refresh_token": third["refresh_token"] });
    post(&lab, "/api/v1/auth/refresh", None, newest).await.error(401, "AUTH_TOKEN_INVALID");
}

#[tokio::test]
async fn a_browser_whose_answer_got_lost_stays_signed_in() {
    let lab = Lab::new().await;
    add(&lab, "grace", "viewer").await;
    let body = json!({ "username": "grace", "password": PASSWORD, "cookie": true });
    let signed_in = post(&lab, "/api/v1/auth/login", None, body).await;
    let cookie_of = |reply: &Reply| reply.header("set-cookie").split(';').next().expect("a pair").to_owned();
    let refresh = async |cookie: &str| {
        let headers = [("content-type", "application/json"), ("cookie", cookie)];
        let reply =
            lab.send_bare(request(Method::POST, "/api/v1/auth/refresh", &headers, Body::from("{}"))).await;
        (reply.data()["token"].as_str().expect("a token").to_owned(), cookie_of(&reply))
    };
    let cookie = cookie_of(&signed_in);
    let lost = refresh(&cookie).await;
    lab.set_time(lab.state.clock.now() + Duration::from_secs(3));
    let again = refresh(&cookie).await;
    assert_ne!(again.1, lost.1);
    assert!(get(&lab, "/api/v1/auth/me", &again.0).await.status.is_success());
    let next = refresh(&again.1).await;
    assert!(get(&lab, "/api/v1/auth/me", &next.0).await.status.is_success());
    let audit = lab.data("/api/v1/audit?action=auth.refresh").await;
    assert_eq!(audit["items"], json!([]), "nothing has happened");
}

#[tokio::test]
async fn a_browser_keeps_its_refresh_token_in_a_cookie_that_no_script_sees() {
    let lab = Lab::new().await;
    add(&lab, "grace", "viewer").await;
    let body = json!({ "username": "grace", "password": PASSWORD, "cookie": true });
    let signed_in = post(&lab, "/api/v1/auth/login", None, body).await;
    let cookie = signed_in.header("set-cookie").to_owned();
    assert_eq!(signed_in.data()["refresh_token"], Value::Null);
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let headers = [("content-type", "application/json"), ("cookie", pair.as_str())];
    let again = request(Method::POST, "/api/v1/auth/refresh", &headers, Body::from("{}"));
    let reply = lab.send_bare(again).await;
    assert!(reply.header("set-cookie").starts_with("nightjar_refresh="));
    reply.data();
}

#[tokio::test]
async fn media_addresses_end_with_the_sign_in_that_asked_for_them() {
    let lab = Lab::new().await;
    let segment = lab.studio.record(0, 10, 5).await[0].id;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let token = lab.people.sign_in(&user).await;
    let signed = get(&lab, &format!("/api/v1/recordings/{segment}/signed-url"), &token).await.data();
    let url = signed["url"].as_str().expect("an address");
    let fetch = async || lab.send_bare(request(Method::GET, url, &[], Body::empty())).await;
    assert_eq!(fetch().await.status.as_u16(), 200);
    post(&lab, "/api/v1/auth/logout", Some(&token), json!({})).await;
    fetch().await.error(401, "AUTH_TOKEN_INVALID");
}

#[tokio::test]
async fn every_access_to_footage_is_in_the_audit_trail() {
    let lab = Lab::new().await;
    let segment = lab.studio.record(0, 10, 5).await[0].id;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let token = lab.people.sign_in(&user).await;
    let signed = get(&lab, &format!("/api/v1/recordings/{segment}/signed-url"), &token).await.data();
    let url = signed["url"].as_str().expect("an address");
    lab.send_bare(request(Method::GET, url, &[], Body::empty())).await;
    let entries = lab.data(&format!("/api/v1/audit?actor={}&action=footage.", user.id)).await;
    let actions: Vec<&Value> =
        entries["items"].as_array().expect("entries").iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, [&json!("footage.download"), &json!("footage.sign_url")]);
    assert_eq!(entries["items"][0]["actor"]["name"], json!(user.username));
    let report = lab.state.catalog.verify_audit(OrgId::DEFAULT).await.expect("read");
    assert_eq!(report.fault, None);
}

#[tokio::test]
async fn an_account_may_ask_only_so_often() {
    let config = ApiConfig { user_rate: 5, ..ApiConfig::default() };
    let lab = Lab::with(config, PlaybackConfig::default()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Viewer, GroupScope::All).await;
    let token = lab.people.sign_in(&user).await;
    for left in (0..5).rev() {
        let reply = get(&lab, "/api/v1/auth/me", &token).await;
        assert!(reply.status.is_success());
        assert_eq!(reply.header("ratelimit-remaining"), left.to_string());
    }
    let refused = get(&lab, "/api/v1/auth/me", &token).await;
    refused.error(429, "RATE_LIMIT_EXCEEDED");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    lab.set_time(lab.state.clock.now() + Duration::from_secs(wait));
    assert!(get(&lab, "/api/v1/auth/me", &token).await.status.is_success());
}

#[tokio::test]
async fn an_ipv6_network_may_ask_only_as_often_as_one_address() {
    let config = ApiConfig { ip_rate: 5, ..ApiConfig::default() };
    let lab = Lab::with(config, PlaybackConfig::default()).await;
    let ask = async |ip: &str| {
        let mut asked = request(Method::GET, "/api/v1/setup", &[], Body::empty());
        let ip: IpAddr = ip.parse().expect("an address");
        asked.extensions_mut().insert(ConnectInfo(SocketAddr::new(ip, 40_000)));
        lab.send_bare(asked).await
    };
    for number in 1..=5 {
        assert!(ask(&format!("2001:db8::{number}")).await.status.is_success());
        assert!(ask(&format!("192.0.2.{number}")).await.status.is_success());
    }
    ask("2001:db8::6").await.error(429, "RATE_LIMIT_EXCEEDED");
    ask("2001:db8::ffff:0:0:1").await.error(429, "RATE_LIMIT_EXCEEDED");
    assert!(ask("2001:db8:0:1::1").await.status.is_success(), "another network");
    assert!(ask("192.0.2.6").await.status.is_success(), "IPv4 addresses are each their own");
}

#[tokio::test]
async fn the_first_administrator_is_made_with_the_link_and_only_once() {
    let lab = Lab::new().await;
    assert_eq!(lab.data("/api/v1/setup").await["needed"], json!(false));
    let body = json!({ "token": "guessed", "username": "eve", "password": PASSWORD });
    post(&lab, "/api/v1/setup", None, body).await.error(401, "AUTH_TOKEN_INVALID");
}

#[tokio::test]
async fn no_answer_and_no_audit_entry_shows_a_secret() {
    let lab = Lab::new().await;
    let canary = "canary-7f3a9";
    let camera = json!({
        "name": "Gate",
        "source": { "main_url": format!("rtsp://admin:{canary}@192.0.2.1/main"), "password": null },
    });
    let mut seen = String::new();
    let made = lab.post("/api/v1/cameras", camera).await;
    seen += &String::from_utf8_lossy(&made.body);
    let id = made.data()["id"].as_str().expect("an id").to_owned();
    for path in ["/api/v1/cameras", &format!("/api/v1/cameras/{id}"), "/api/v1/audit"] {
        seen += &String::from_utf8_lossy(&lab.get(path).await.body);
    }
    let wrong = json!({ "name": "Gate", "source": { "main_url": format!("not an address {canary}") } });
    seen += &String::from_utf8_lossy(&lab.post("/api/v1/cameras", wrong).await.body);
    assert!(!seen.contains(canary), "{seen}");
}
