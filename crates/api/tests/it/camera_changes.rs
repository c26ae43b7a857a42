//! Cameras and groups, changed over HTTP.

use axum::body::Body;
use axum::http::Method;
use nightjar_model::{GroupScope, OrgId, Role};
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request};

async fn send(lab: &Lab, method: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    lab.send(request(method, path, &all, Body::from(body.to_string()))).await
}

fn camera(name: &str, host: &str) -> Value {
    json!({ "name": name, "source": { "main_url": format!("rtsp://admin:secret@{host}/main") } })
}

#[tokio::test]
async fn a_camera_is_added_changed_and_deleted() {
    let lab = Lab::new().await;
    let made = lab.post("/api/v1/cameras", camera("Gate", "192.0.2.1")).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""));
    let made = made.data();
    assert!(made["key"].as_str().is_some_and(|key| key.starts_with("gate-")), "{made}");
    assert_eq!(made["source"]["main_url"], json!("rtsp://192.0.2.1/main"));
    assert_eq!(made["source"]["has_credentials"], json!(true));
    let path = format!("/api/v1/cameras/{}", made["id"].as_str().expect("an id"));

    let patch = json!({ "name": "North gate", "tags": ["outdoor", "gate"], "retention_seconds": 86400 });
    let changed = send(&lab, Method::PATCH, &path, &[("if-match", "\"1\"")], patch).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.data();
    assert_eq!(changed["tags"], json!(["gate", "outdoor"]));
    assert_eq!(changed["source"]["has_credentials"], json!(true), "they stay unless they are named");
    send(&lab, Method::PATCH, &path, &[("if-match", "\"1\"")], json!({ "name": "x" }))
        .await
        .error(409, "VERSION_CONFLICT");
    let open = json!({ "source": { "username": null, "password": null } });
    let changed = send(&lab, Method::PATCH, &path, &[], open).await.data();
    assert_eq!(changed["source"]["has_credentials"], json!(false));
    let replaced = send(&lab, Method::PUT, &path, &[], camera("Gate", "192.0.2.9")).await.data();
    assert_eq!((&replaced["tags"], &replaced["retention_seconds"]), (&json!([]), &Value::Null));

    assert_eq!(lab.delete(&path).await.status.as_u16(), 204);
    lab.get(&path).await.error(404, "CAMERA_NOT_FOUND");
    lab.delete(&path).await.error(404, "CAMERA_NOT_FOUND");
}

#[tokio::test]
async fn what_another_camera_has_is_told_apart() {
    let lab = Lab::new().await;
    let mut first = camera("Gate", "192.0.2.1");
    first["serial_number"] = json!("S-1");
    lab.post("/api/v1/cameras", first).await.data();
    lab.post("/api/v1/cameras", camera("Copy", "192.0.2.1")).await.error(409, "CAMERA_HOST_DUPLICATE");
    let mut serial = camera("Other", "192.0.2.2");
    serial["serial_number"] = json!("S-1");
    lab.post("/api/v1/cameras", serial).await.error(409, "CAMERA_SERIAL_DUPLICATE");
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let lab = Lab::new().await;
    let cases = [
        (json!({ "name": "x" }), "body", "missing field `source`"),
        (json!({ "name": "", "source": { "main_url": "rtsp://h/" } }), "name", "must not be empty"),
        (json!({ "name": "x", "source": { "main_url": "nonsense" } }), "source.main_url", "is no address"),
        (json!({ "name": "x", "source": { "main_url": "http://h/" } }), "source.main_url", "rtsp://"),
        (camera_with("segment_seconds", json!(3)), "segment_seconds", "10 to 86400"),
        (camera_with("tags", json!([""])), "tags", "1 to 64"),
        (camera_with("group_id", json!("01900000-0000-7000-8000-000000000009")), "group_id", "no such"),
        (camera_with("key", json!("-x")), "key", "must be 1 to 64"),
        (camera_with("colour", json!("red")), "colour", "unknown field"),
    ];
    for (body, field, reason) in cases {
        lab.post("/api/v1/cameras", body).await.wrong(field, reason);
    }
}

fn camera_with(field: &str, value: Value) -> Value {
    let mut body = camera("Gate", "192.0.2.1");
    body[field] = value;
    body
}

#[tokio::test]
async fn groups_hold_cameras_and_leave_them_behind() {
    let lab = Lab::new().await;
    let group = lab.post("/api/v1/camera-groups", json!({ "name": "Doors" })).await.data();
    let id = group["id"].as_str().expect("an id");
    lab.post("/api/v1/camera-groups", json!({ "name": "Doors" })).await.error(409, "CONFLICT");
    let made = lab.post("/api/v1/cameras", camera_with("group_id", json!(id))).await.data();
    assert_eq!(made["group_id"], json!(id));
    assert_eq!(lab.delete(&format!("/api/v1/camera-groups/{id}")).await.status.as_u16(), 204);
    let camera = lab.data(&format!("/api/v1/cameras/{}", made["id"].as_str().expect("an id"))).await;
    assert_eq!(camera["group_id"], Value::Null);
}

#[tokio::test]
async fn many_cameras_are_tagged_at_once_or_none() {
    let lab = Lab::new().await;
    let ids: Vec<String> = {
        let mut ids = Vec::new();
        for number in 1..4 {
            let host = format!("192.0.2.{number}");
            let made = lab.post("/api/v1/cameras", camera("Gate", &host)).await.data();
            ids.push(made["id"].as_str().expect("an id").to_owned());
        }
        ids
    };
    let body = json!({ "camera_ids": ids, "add": ["night"], "remove": [] });
    assert_eq!(lab.post("/api/v1/camera-tags", body).await.data()["cameras"], json!(3));
    let tags = lab.data("/api/v1/camera-tags").await;
    assert!(tags["tags"].as_array().expect("tags").contains(&json!({ "tag": "night", "cameras": 3 })));
    let body = json!({ "camera_ids": [ids[0], "nonsense"], "add": ["day"] });
    lab.post("/api/v1/camera-tags", body).await.error(404, "CAMERA_NOT_FOUND");
}

/// An administrator of some groups must not learn from a refusal what else there is.
#[tokio::test]
async fn refusals_tell_nothing_of_hidden_cameras() {
    let lab = Lab::new().await;
    let group = |name: &str| json!({ "name": name });
    let mine = lab.post("/api/v1/camera-groups", group("Mine")).await.data()["id"].clone();
    let hidden_group = lab.post("/api/v1/camera-groups", group("Hidden")).await.data()["id"].clone();
    let url = "rtsp://192.0.2.1/live?channel=1&password=hunter2";
    let hidden = json!({
        "name": "Vault", "serial_number": "S-1", "group_id": hidden_group, "source": { "main_url": url }
    });
    lab.post("/api/v1/cameras", hidden.clone()).await.data();

    let scope = GroupScope::only([mine.as_str().and_then(|id| id.parse().ok()).expect("an id")]);
    let user = lab.people.user(OrgId::DEFAULT, Role::Admin, scope).await;
    let bearer = format!("Bearer {}", lab.people.token_of(&user).await.1);
    let auth: &[(&str, &str)] = &[("authorization", &bearer)];
    let add = |camera: Value| send(&lab, Method::POST, "/api/v1/cameras", auth, camera);

    // The same device as that of a hidden camera is as good as any other.
    let mut own = hidden.clone();
    own["group_id"] = mine.clone();
    let own = add(own).await.data();
    // Of one's own cameras it is told, without the password being compared.
    for url in
        [url, "rtsp://me:x@192.0.2.1:554/live?channel=1&password=wrong", "rtsp://192.0.2.1/live?channel=1"]
    {
        let copy = json!({ "name": "Copy", "group_id": mine, "source": { "main_url": url } });
        let refused = add(copy).await;
        assert!(!String::from_utf8_lossy(&refused.body).contains("hunter2"), "{refused:?}");
        refused.error(409, "CAMERA_HOST_DUPLICATE");
    }
    let twin = json!({
        "name": "Twin", "serial_number": "S-1", "group_id": mine, "source": { "main_url": "rtsp://192.0.2.7/" }
    });
    add(twin).await.error(409, "CAMERA_SERIAL_DUPLICATE");
    // Another channel of the device is another camera, and can be moved onto nothing that is in sight.
    let second = json!({
        "name": "Second", "group_id": mine, "source": { "main_url": "rtsp://192.0.2.1/live?channel=2" }
    });
    let second = add(second).await.data();
    let path = format!("/api/v1/cameras/{}", second["id"].as_str().expect("an id"));
    let onto = json!({ "source": { "main_url": "rtsp://192.0.2.1/live?channel=1&password=x" } });
    send(&lab, Method::PATCH, &path, auth, onto).await.error(409, "CAMERA_HOST_DUPLICATE");

    // A hidden group is no different from one that does not exist.
    let nowhere = json!("01900000-0000-7000-8000-000000000009");
    let answers = [&hidden_group, &nowhere].map(|group| {
        let camera = json!({ "name": "x", "group_id": group, "source": { "main_url": "rtsp://192.0.2.9/" } });
        add(camera)
    });
    for answer in answers {
        answer.await.wrong("group_id", "must be one of the groups");
    }

    // Whoever sees both changes either one without meeting the other.
    let path = format!("/api/v1/cameras/{}", own["id"].as_str().expect("an id"));
    send(&lab, Method::PATCH, &path, &[], json!({ "name": "Renamed" })).await.data();
    lab.post("/api/v1/cameras", json!({ "name": "x", "source": { "main_url": url } }))
        .await
        .error(409, "CAMERA_HOST_DUPLICATE");
}
