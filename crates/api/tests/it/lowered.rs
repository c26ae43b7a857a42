//! Rights that are taken away while something goes on, and those that nobody has by a detour.

use axum::body::{Body, Bytes};
use axum::http::Method;
use nightjar_model::{GroupScope, OrgId, Permission, Permissions, Role, User};
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request, send};

/// A request of somebody with this token.
async fn ask(lab: &Lab, method: Method, path: &str, bearer: &str, body: Value) -> Reply {
    let bearer = format!("Bearer {bearer}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    lab.send_bare(request(method, path, &headers, body)).await
}

async fn operator(lab: &Lab) -> (User, String) {
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let bearer = lab.people.sign_in(&user).await;
    (user, bearer)
}

/// Changes an account as its administrator does.
async fn change(lab: &Lab, user: &User, change: Value) {
    let path = format!("/api/v1/users/{}", user.id);
    let body = Body::from(change.to_string());
    let headers = [("content-type", "application/json")];
    let reply = lab.send_in_person(request(Method::PATCH, &path, &headers, body)).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
}

#[tokio::test]
async fn a_body_that_is_held_back_comes_too_late() {
    let lab = Lab::new().await;
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let bearer = format!("Bearer {}", lab.people.sign_in(&admin).await);
    let body =
        json!({ "username": "late", "password": "four barn owls at dusk", "role": "admin" }).to_string();
    let (last, rest) = tokio::sync::oneshot::channel::<()>();
    let (begin, end) = body.split_at(body.len() - 1);
    let parts = [Bytes::from(begin.to_owned()), Bytes::from(end.to_owned())];
    let mut rest = Some(rest);
    let stream =
        futures::StreamExt::then(futures::stream::iter(parts.into_iter().enumerate()), move |(at, part)| {
            let rest = if at == 1 { rest.take() } else { None };
            async move {
                if let Some(rest) = rest {
                    let _ = rest.await;
                }
                Ok::<_, std::io::Error>(part)
            }
        });
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let held_back = request(Method::POST, "/api/v1/users", &headers, Body::from_stream(stream));
    let router = lab.bare();
    let taken_away = async {
        change(&lab, &admin, json!({ "active": false })).await;
        last.send(()).expect("it still waits");
    };
    let (reply, ()) = tokio::join!(send(&router, held_back), taken_away);
    reply.error(401, "AUTH_TOKEN_INVALID");
    let users = lab.data("/api/v1/users?q=late").await;
    assert_eq!(users["items"], json!([]));
}

#[tokio::test]
async fn addresses_of_media_do_what_their_holder_may_do_now() {
    let lab = Lab::new().await;
    let id = lab.studio.record(0, 20, 20).await[0].id;
    let (user, bearer) = operator(&lab).await;
    let start = json!({ "camera_id": "front-door", "from": "2026-11-20T12:00:00Z" });
    let session = ask(&lab, Method::POST, "/api/v1/playback/start", &bearer, start).await.data();
    let signed = format!("/api/v1/recordings/{id}/signed-url?expires_in=86400");
    let signed = ask(&lab, Method::GET, &signed, &bearer, Value::Null).await.data();
    let text = |value: &Value| value.as_str().expect("an address").to_owned();
    let playlist = text(&session["playlist_url"]);
    let (download, file) = (text(&session["download_url"]), text(&signed["url"]));
    let get = async |url: &str| lab.send_bare(request(Method::GET, url, &[], Body::empty())).await;
    for url in [&playlist, &download, &file] {
        assert_eq!(get(url).await.status, 200, "{url}");
    }

    change(&lab, &user, json!({ "role": "viewer" })).await;
    assert_eq!(get(&playlist).await.status, 200, "viewers watch");
    for url in [&download, &file] {
        get(url).await.error(403, "AUTH_INSUFFICIENT_PERMISSIONS");
    }

    let group = lab.post("/api/v1/camera-groups", json!({ "name": "Elsewhere" })).await.data();
    change(&lab, &user, json!({ "groups": [group["id"]] })).await;
    for url in [&playlist, &download, &file] {
        assert_eq!(get(url).await.status, 404, "{url}");
    }
    let own = format!("/api/v1/playback/sessions/{}", text(&session["id"]));
    for (method, path) in [(Method::GET, own.clone()), (Method::POST, format!("{own}/extend"))] {
        assert_eq!(ask(&lab, method, &path, &bearer, Value::Null).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_password_does_not_go_to_another_device() {
    let lab = Lab::new().await;
    let camera =
        json!({ "name": "Door", "source": { "main_url": "rtsp://192.0.2.1/main", "password": "hunter2" } });
    let made = lab.post("/api/v1/cameras", camera).await.data();
    let path = format!("/api/v1/cameras/{}", made["id"].as_str().expect("an id"));
    let bearer = lab.people.token(Role::Admin).await;
    let patch =
        async |source: Value| ask(&lab, Method::PATCH, &path, &bearer, json!({ "source": source })).await;
    for elsewhere in [
        json!({ "main_url": "rtsp://198.51.100.9/main" }),
        json!({ "main_url": "rtsp://192.0.2.1:8554/main" }),
        json!({ "sub_url": "rtsp://198.51.100.9/sub" }),
        json!({ "main_url": "rtsp://198.51.100.9/main", "username": "admin" }),
        json!({ "main_url": "rtsp://admin@198.51.100.9/main" }),
    ] {
        patch(elsewhere).await.wrong("source.password", "entered again");
    }
    for fine in [
        json!({ "main_url": "rtsp://192.0.2.1:554/other" }),
        json!({ "sub_url": "rtsp://192.0.2.1/sub" }),
        json!({ "main_url": "rtsp://198.51.100.9/main", "sub_url": null, "password": "another" }),
        json!({ "main_url": "rtsp://admin:hunter3@198.51.100.10/main" }),
        json!({ "main_url": "rtsp://198.51.100.11/main", "password": null }),
        json!({ "main_url": "rtsp://198.51.100.12/main" }),
    ] {
        let told = fine.to_string();
        let reply = patch(fine).await;
        assert_eq!(reply.status, 200, "{told}: {:?}", reply.body);
    }
}

#[tokio::test]
async fn who_may_not_delete_footage_does_not_say_how_long_it_is_kept() {
    let lab = Lab::new().await;
    let made = json!({ "name": "Door", "source": { "main_url": "rtsp://192.0.2.1/main" }, "retention_seconds": 3600 });
    let made = lab.post("/api/v1/cameras", made).await.data();
    let path = format!("/api/v1/cameras/{}", made["id"].as_str().expect("an id"));
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let writes = Permissions::from_iter([Permission::CameraRead, Permission::CameraWrite]);
    let (_, bearer) = lab.people.limited_token(&admin, writes, GroupScope::All).await;
    let patch = async |change: Value| ask(&lab, Method::PATCH, &path, &bearer, change).await;
    for change in [
        json!({ "retention_seconds": 60 }),
        json!({ "retention_seconds": null }),
        json!({ "retention_bytes": 1 }),
    ] {
        patch(change).await.error(403, "AUTH_INSUFFICIENT_PERMISSIONS");
    }
    assert_eq!(patch(json!({ "name": "Gate", "retention_seconds": 3600 })).await.status, 200);
}

#[tokio::test]
async fn what_was_refused_is_in_the_trail() {
    let lab = Lab::new().await;
    let viewer = lab.people.user(OrgId::DEFAULT, Role::Viewer, GroupScope::All).await;
    let bearer = lab.people.sign_in(&viewer).await;
    let path = "/api/v1/cameras/front-door/footage";
    ask(&lab, Method::DELETE, path, &bearer, Value::Null).await.error(403, "AUTH_INSUFFICIENT_PERMISSIONS");
    let trail = lab.data("/api/v1/audit?action=request.refused").await;
    let entry = &trail["items"][0];
    assert_eq!(entry["details"]["operation"], "/api/v1/cameras/{id}/footage", "{trail:#}");
    assert_eq!((&entry["outcome"], &entry["actor"]["name"]), (&json!("refused"), &json!(viewer.username)));
}

#[tokio::test]
async fn an_account_made_from_elsewhere_is_in_the_trail_of_its_organization() {
    let lab = Lab::new().await;
    let org = lab.people.organization().await;
    let ruler = lab.people.sign_in(&lab.people.system_admin().await).await;
    let account = json!({
        "username": "sent", "password": "four barn owls at dusk", "role": "admin", "organization_id": org.0,
    });
    let made = ask(&lab, Method::POST, "/api/v1/users", &ruler, account).await.data();
    let there = lab.people.user(org, Role::Admin, GroupScope::All).await;
    let there = lab.people.sign_in(&there).await;
    for bearer in [&there, &ruler] {
        let trail =
            ask(&lab, Method::GET, "/api/v1/audit?action=user.create", bearer, Value::Null).await.data();
        let found =
            trail["items"].as_array().expect("a list").iter().any(|entry| entry["object_id"] == made["id"]);
        assert!(found, "{trail:#}");
    }
}
