//! Every change and its audit entry are one transaction: when the trail can't be written, nothing has
//! changed. An operation that is in neither list fails the test.

mod store;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Method;
use nightjar_access::totp_code;
use nightjar_catalog::AuditFilter;
use nightjar_model::{OrgId, Secret, User};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::lab::{Lab, Reply, request};
use crate::studio::at;
use store::Store;

const PASSWORD: &str = "correct horse battery";

/// What changes something that lasts, with an entry in the audit trail. In this order, so that one
/// finds what it needs.
const AUDITED: &[(&str, &str)] = &[
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/proof"),
    ("POST", "/auth/logout"),
    ("PUT", "/auth/password"),
    ("DELETE", "/auth/sessions/{id}"),
    ("POST", "/auth/totp/confirm"),
    ("POST", "/auth/totp/disable"),
    ("POST", "/users"),
    ("PATCH", "/users/{id}"),
    ("DELETE", "/users/{id}"),
    ("POST", "/tokens"),
    ("PUT", "/tokens/{id}/permissions"),
    ("DELETE", "/tokens/{id}"),
    ("POST", "/organizations"),
    ("POST", "/cameras"),
    ("PUT", "/cameras/{id}"),
    ("PATCH", "/cameras/{id}"),
    ("PUT", "/cameras/{id}/configs/{type}"),
    ("DELETE", "/cameras/{id}"),
    ("POST", "/camera-tags"),
    ("POST", "/camera-groups"),
    ("PUT", "/camera-groups/{id}"),
    ("DELETE", "/camera-groups/{id}"),
    ("POST", "/recording/stop"),
    ("POST", "/recording/start"),
    ("POST", "/events/{id}/acknowledge"),
    ("DELETE", "/recordings/{id}"),
    ("DELETE", "/cameras/{id}/footage"),
    ("POST", "/playback/start"),
    ("POST", "/setup"),
];

/// What changes nothing that lasts, or nothing that counts before it is confirmed.
const UNAUDITED: &[(&str, &str)] = &[
    ("POST", "/auth/totp/enroll"),
    // Written down before the camera is tried, which is elsewhere than in the database.
    ("POST", "/cameras/probe"),
    ("DELETE", "/playback/sessions/{id}"),
    ("POST", "/playback/sessions/{id}/extend"),
    ("POST", "/ws/tickets"),
];

/// A request that would go well.
struct Asked {
    path: String,
    body: Value,
    bearer: String,
    expected: u16,
}

#[tokio::test]
async fn nothing_changes_when_its_audit_entry_cannot_be_written() {
    let lab = Lab::new().await;
    lab.studio.record(0, 10, 5).await;
    let store = Store(&lab.studio._database.url);
    for (number, (method, path)) in AUDITED.iter().enumerate() {
        let asked = prepare(&lab, &store, (method, path), number).await;
        store.break_trail();
        let before = store.rows();
        let refused = send(&lab, method, &asked).await;
        let after = store.rows();
        assert!(refused.status.as_u16() >= 500, "{method} {path}: {refused:?}");
        assert_eq!(before, after, "{method} {path} changed something");
        store.mend_trail();
        let done = send(&lab, method, &asked).await;
        assert_eq!(done.status.as_u16(), asked.expected, "{method} {path}: {done:?}");
        let entries = |rows: &[String]| rows.iter().filter(|row| row.contains("audit_log")).count();
        assert!(entries(&store.rows()) > entries(&before), "{method} {path} is in no entry");
    }
    for organization in lab.state.catalog.organizations().await.expect("are read") {
        let report = lab.state.catalog.verify_audit(organization.id).await.expect("is read");
        assert_eq!(report.fault, None);
    }
}

#[test]
fn every_operation_that_changes_something_is_audited_or_has_its_reason() {
    let document = nightjar_api::openapi_document();
    let paths = document["paths"].as_object().expect("paths");
    let changing: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().expect("operations").keys();
            methods.filter(|method| *method != "get").map(move |method| {
                format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1"))
            })
        })
        .collect();
    let known: BTreeSet<String> =
        AUDITED.iter().chain(UNAUDITED).map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(changing, known);
}

async fn send(lab: &Lab, method: &str, asked: &Asked) -> Reply {
    let bearer = format!("Bearer {}", asked.bearer);
    let mut headers = vec![("content-type", "application/json")];
    if !asked.bearer.is_empty() {
        headers.push(("authorization", &bearer));
    }
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let body = if asked.body.is_null() { Body::empty() } else { Body::from(asked.body.to_string()) };
    lab.send_bare(request(method, &asked.path, &headers, body)).await
}

/// The data of a request that goes well.
async fn ask(lab: &Lab, bearer: &str, method: &str, path: &str, body: Value) -> Value {
    let asked = Asked { path: format!("/api/v1{path}"), body, bearer: bearer.to_owned(), expected: 200 };
    let reply = send(lab, method, &asked).await;
    assert!(reply.status.is_success(), "{method} {path}: {reply:?}");
    if reply.body.is_empty() { Value::Null } else { reply.data() }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Somebody who is signed in with a password: the account's name, the access token and the refresh
/// token.
async fn somebody(lab: &Lab, admin: &str) -> (String, String, String) {
    let username = format!("user-{}", Uuid::now_v7().simple());
    let new = json!({ "username": username, "password": PASSWORD, "role": "operator" });
    ask(lab, admin, "POST", "/users", new).await;
    let login = json!({ "username": username, "password": PASSWORD });
    let signed_in = ask(lab, "", "POST", "/auth/login", login).await;
    (username, text(&signed_in["token"]), text(&signed_in["refresh_token"]))
}

/// Makes everything that the operation needs.
async fn prepare(lab: &Lab, store: &Store<'_>, operation: (&str, &str), number: usize) -> Asked {
    let admin: User = lab.people.system_admin().await;
    let bearer = lab.people.sign_in(&admin).await;
    let path = operation.1;
    let made = match path {
        _ if path.starts_with("/auth") => of_oneself(lab, &bearer, operation).await,
        _ if path.starts_with("/users") || path.starts_with("/tokens") => {
            of_accounts(lab, &bearer, operation).await
        }
        "/setup" => {
            store.execute("DELETE FROM users");
            let token = lab.state.access.setup_token().await.expect("made").expect("nobody is there");
            let body = json!({ "token": token.expose(), "username": "ada", "password": PASSWORD });
            (path.to_owned(), body, String::new())
        }
        _ => of_cameras(lab, &bearer, operation, number).await,
    };
    let (path, body, bearer) = made;
    let expected = match operation {
        // A refresh token that was used twice ends the sign-in.
        (_, "/auth/refresh") => 401,
        ("DELETE", "/recordings/{id}" | "/cameras/{id}/footage") => 202,
        ("DELETE", _) | (_, "/auth/logout" | "/auth/password" | "/auth/totp/disable") => 204,
        ("POST", "/users" | "/tokens" | "/organizations" | "/cameras" | "/camera-groups" | "/setup") => 201,
        ("POST", "/playback/start") => 201,
        _ => 200,
    };
    Asked { path: format!("/api/v1{path}"), body, bearer, expected }
}

async fn of_oneself(lab: &Lab, admin: &str, (_, path): (&str, &str)) -> (String, Value, String) {
    let (username, token, refresh) = somebody(lab, admin).await;
    let enrolled = async || {
        let enrolment = ask(lab, &token, "POST", "/auth/totp/enroll", json!({ "password": PASSWORD })).await;
        let code = totp_code(&Secret::new(text(&enrolment["secret"])), lab.state.clock.now());
        json!({ "code": code.expect("a code") })
    };
    let mut path = path.to_owned();
    let (body, bearer) = match path.as_str() {
        "/auth/login" => (json!({ "username": username, "password": PASSWORD }), String::new()),
        "/auth/refresh" => {
            let next = json!({ "refresh_token": refresh });
            let next = ask(lab, "", "POST", "/auth/refresh", next).await;
            let next = json!({ "refresh_token": next["refresh_token"] });
            ask(lab, "", "POST", "/auth/refresh", next).await;
            (json!({ "refresh_token": refresh }), String::new())
        }
        "/auth/proof" => (json!({ "password": PASSWORD }), token),
        "/auth/logout" => (json!({}), token),
        "/auth/password" => {
            (json!({ "current_password": PASSWORD, "new_password": "quiet herons in fog" }), token)
        }
        "/auth/sessions/{id}" => {
            let sessions = ask(lab, &token, "GET", "/auth/sessions", Value::Null).await;
            path = format!("/auth/sessions/{}", text(&sessions["items"][0]["id"]));
            (Value::Null, token)
        }
        "/auth/totp/confirm" => (enrolled().await, token),
        "/auth/totp/disable" => {
            let code = enrolled().await;
            ask(lab, &token, "POST", "/auth/totp/confirm", code).await;
            (json!({ "password": PASSWORD }), token)
        }
        other => panic!("{other} has no request yet"),
    };
    (path, body, bearer)
}

async fn of_accounts(lab: &Lab, admin: &str, operation: (&str, &str)) -> (String, Value, String) {
    let new = json!({
        "username": format!("user-{}", Uuid::now_v7().simple()), "password": PASSWORD, "role": "viewer",
    });
    let new_token = json!({ "name": "export", "permissions": ["camera:read"] });
    let id = match operation {
        (_, "/users/{id}") => text(&ask(lab, admin, "POST", "/users", new.clone()).await["id"]),
        (_, "/tokens" | "/users") => String::new(),
        _ => text(&ask(lab, admin, "POST", "/tokens", new_token.clone()).await["token"]["id"]),
    };
    let body = match operation {
        ("POST", "/users") => new,
        ("PATCH", _) => json!({ "role": "operator", "password": "quiet herons in fog" }),
        ("POST", "/tokens") => new_token,
        ("PUT", _) => json!({ "permissions": ["recording:read"] }),
        ("DELETE", _) => Value::Null,
        other => panic!("{other:?} has no request yet"),
    };
    (operation.1.replace("{id}", &id), body, admin.to_owned())
}

async fn of_cameras(
    lab: &Lab,
    admin: &str,
    (method, path): (&str, &str),
    number: usize,
) -> (String, Value, String) {
    let camera =
        |name: &str| json!({ "name": name, "source": { "main_url": format!("rtsp://192.0.2.{number}/") } });
    let group = |name: &str| json!({ "name": format!("{name} {number}") });
    let ours = lab.studio.camera.id.to_string();
    let id = match path {
        "/cameras/{id}/footage" => ours.clone(),
        _ if path.starts_with("/cameras/{id}") => {
            text(&ask(lab, admin, "POST", "/cameras", camera("Gate")).await["id"])
        }
        "/camera-groups/{id}" => text(&ask(lab, admin, "POST", "/camera-groups", group("Yard")).await["id"]),
        "/events/{id}/acknowledge" => {
            crate::events::stored(lab, Some(lab.studio.camera.id), at(7)).await.id.to_string()
        }
        "/recordings/{id}" => {
            text(&ask(lab, admin, "GET", "/recordings", Value::Null).await["items"][0]["id"])
        }
        _ => String::new(),
    };
    let body = match (method, path) {
        ("POST", "/organizations") => group("Campus"),
        ("POST", "/cameras") => camera("Gate"),
        ("PUT", "/cameras/{id}") => camera("North gate"),
        ("PATCH", "/cameras/{id}") => json!({ "name": "North gate" }),
        ("PUT", "/cameras/{id}/configs/{type}") => json!({ "brightness": 60 }),
        ("POST", "/camera-tags") => json!({ "camera_ids": [tagged(lab, admin, number).await], "add": ["x"] }),
        ("POST", "/camera-groups") => group("Yard"),
        ("PUT", "/camera-groups/{id}") => group("Hall"),
        ("POST", "/recording/start" | "/recording/stop") => json!({ "camera_id": ours }),
        ("POST", "/playback/start") => json!({
            "camera_id": ours, "from": "2026-11-20T12:00:00Z", "to": "2026-11-20T12:00:10Z",
        }),
        ("DELETE", _) | (_, "/events/{id}/acknowledge") => Value::Null,
        other => panic!("{other:?} has no request yet"),
    };
    (path.replace("{id}", &id).replace("{type}", "image"), body, admin.to_owned())
}

/// A camera that the API may tag.
async fn tagged(lab: &Lab, admin: &str, number: usize) -> String {
    let camera = json!({ "name": "Tagged", "source": { "main_url": format!("rtsp://192.0.2.{number}/t") } });
    text(&ask(lab, admin, "POST", "/cameras", camera).await["id"])
}

#[tokio::test]
async fn a_change_is_in_the_trail_once_however_often_it_was_tried() {
    let lab = Lab::new().await;
    let made = lab.post("/api/v1/camera-groups", json!({ "name": "Yard" })).await.data();
    lab.post("/api/v1/camera-groups", json!({ "name": "Yard" })).await.error(409, "CONFLICT");
    let filter = AuditFilter { action: Some("camera_group.create".to_owned()), ..AuditFilter::default() };
    let entries = lab.state.catalog.audit(OrgId::DEFAULT, &filter, None, 10).await.expect("is read");
    assert_eq!(entries.len(), 1, "what was refused has changed nothing");
    assert_eq!(entries[0].record.object_id, text(&made["id"]));
}
