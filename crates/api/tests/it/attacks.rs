//! What attackers send, to every operation of the document: refused with the documented status, in the
//! envelope, and nothing is changed by it.

mod addresses;
mod bodies;
mod documented;
mod flood;
mod forge;
mod logins;
mod paths;
mod queries;
mod tokens;

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use nightjar_api::ApiConfig;
use nightjar_model::{GroupScope, OrgId, Role};
use nightjar_playback::PlaybackConfig;
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request, send};

const PASSWORD: &str = "four barn owls at dusk";
/// Where everybody is who has a right to be there.
const HOME: &str = "192.0.2.7";

/// Nobody is refused for asking too much, and addresses of media are one client's.
async fn attacked() -> Lab {
    let config = ApiConfig {
        user_rate: 1_000_000,
        ip_rate: 1_000_000,
        media_bound_to_ip: true,
        ..ApiConfig::default()
    };
    Lab::with(config, PlaybackConfig::default()).await
}

/// The request as it comes from this address.
fn from(ip: &str, mut request: Request<Body>) -> Request<Body> {
    let ip: IpAddr = ip.parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(ip, 40_000)));
    request
}

/// A request of somebody at home, with this token and body.
async fn ask(lab: &Lab, method: Method, path: &str, bearer: Option<&str>, body: &Value) -> Reply {
    let bearer = bearer.map(|bearer| format!("Bearer {bearer}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    send(&lab.bare(), from(HOME, request(method, path, &headers, body))).await
}

async fn get(lab: &Lab, path: &str, bearer: Option<&str>) -> Reply {
    ask(lab, Method::GET, path, bearer, &Value::Null).await
}

async fn post(lab: &Lab, path: &str, bearer: Option<&str>, body: Value) -> Reply {
    ask(lab, Method::POST, path, bearer, &body).await
}

/// A token that may do all there is.
async fn ruler(lab: &Lab) -> String {
    lab.people.sign_in(&lab.people.system_admin().await).await
}

/// The sign-in of a new account with a password.
async fn signed_in(lab: &Lab, username: &str, role: Role) -> Value {
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let admin = lab.people.sign_in(&admin).await;
    let account = json!({ "username": username, "password": PASSWORD, "role": role.as_str() });
    post(lab, "/api/v1/users", Some(&admin), account).await.data();
    let login = json!({ "username": username, "password": PASSWORD });
    post(lab, "/api/v1/auth/login", None, login).await.data()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Refused: no success, no failure of ours, in the envelope.
fn refused(reply: &Reply, told: &str) {
    let status = reply.status.as_u16();
    let body = String::from_utf8_lossy(&reply.body);
    assert!((400..500).contains(&status), "{told}: {status} {body}");
    let json = reply.json();
    assert!(json["success"] == false && json["error"]["code"].is_string(), "{told}: {json:#}");
    assert_eq!(json["request_id"], reply.header("x-request-id"), "{told}");
    let small = body.to_lowercase();
    for inside in
        ["root:x:", "[workspace", "sqlite", "postgres", "syntax error", "panicked", "/tmp/", "select "]
    {
        assert!(!small.contains(inside), "{told} shows the inside: {body}");
    }
}
