//! `/cameras/{id}/configs`.

use axum::body::Body;
use axum::http::Method;
use nightjar_catalog::AuditFilter;
use nightjar_model::{AuditEntry, GroupScope, OrgId, Permission, Permissions, Role};
use serde_json::{Value, json};

use crate::lab::{Lab, Reply, request};
use crate::studio::{at, camera};

const PATH: &str = "/api/v1/cameras/front-door/configs";

async fn put(lab: &Lab, part: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    lab.send(request(Method::PUT, &format!("{PATH}/{part}"), &all, Body::from(body.to_string()))).await
}

async fn trail(lab: &Lab) -> Vec<AuditEntry> {
    let filter = AuditFilter { action: Some("camera.configure".to_owned()), ..AuditFilter::default() };
    lab.state.catalog.audit(OrgId::DEFAULT, &filter, None, 100).await.expect("is read")
}

#[tokio::test]
async fn settings_are_kept_in_versions_and_said_not_to_be_applied() {
    let lab = Lab::new().await;
    let first = put(&lab, "image", &[("if-match", "\"0\"")], &json!({ "brightness": 128 })).await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"1\""));
    let first = first.data();
    assert_eq!((&first["type"], &first["version"]), (&json!("image"), &json!(1)));
    assert_eq!(first["data"], json!({ "brightness": 128 }));
    assert_eq!((&first["applied"], &first["applied_at"]), (&json!(false), &Value::Null));
    assert!(first["not_applied_because"].as_str().is_some_and(|text| text.contains("no driver")), "{first}");

    lab.set_time(at(1_010));
    let again = put(&lab, "image", &[], &json!({ "brightness": 128 })).await;
    assert_eq!(again.header("etag"), "\"1\"", "the same again makes no new version");
    assert_eq!(trail(&lab).await.len(), 1, "nor an entry of the audit trail");
    let second = put(&lab, "image", &[("if-match", "\"1\"")], &json!({ "contrast": 1 })).await;
    assert_eq!(second.header("etag"), "\"2\"");
    assert_eq!(second.data()["versions"].as_array().map(Vec::len), Some(2));
    put(&lab, "image", &[("if-match", "\"1\"")], &json!({})).await.error(409, "VERSION_CONFLICT");
    put(&lab, "image", &[("if-match", "\"0\"")], &json!({})).await.error(409, "VERSION_CONFLICT");

    let newest = lab.get(&format!("{PATH}/image")).await;
    assert_eq!(newest.header("etag"), "\"2\"");
    let newest = newest.data();
    assert_eq!((&newest["data"], &newest["version"]), (&json!({ "contrast": 1 }), &json!(2)));
    assert_eq!(newest["created_at"], "2026-11-20T12:16:50.000Z");
    assert_eq!(newest["versions"][1]["version"], json!(1));
    assert_eq!(newest["versions"][1]["created_by"], newest["created_by"]);
    let older = lab.get(&format!("{PATH}/image?version=1")).await;
    assert_eq!(older.header("etag"), "\"1\"");
    assert_eq!(older.data()["data"], json!({ "brightness": 128 }));
    lab.get(&format!("{PATH}/image?version=3")).await.error(404, "CAMERA_CONFIG_NOT_FOUND");
    lab.get(&format!("{PATH}/image?version=0")).await.wrong("version", "from 1 to");

    put(&lab, "alarm", &[], &json!({})).await.data();
    let list = lab.data(PATH).await;
    let parts: Vec<_> = list["configs"].as_array().expect("a list").iter().collect();
    assert_eq!(parts.iter().map(|part| &part["type"]).collect::<Vec<_>>(), ["alarm", "image"]);
    assert_eq!((&parts[1]["version"], &parts[1]["applied"]), (&json!(2), &json!(false)));
    assert!(list["types"].as_array().expect("types").contains(&json!("network")));
}

#[tokio::test]
async fn what_there_is_not_is_said() {
    let lab = Lab::new().await;
    lab.get(&format!("{PATH}/image")).await.error(404, "CAMERA_CONFIG_NOT_FOUND");
    for reply in [lab.get(&format!("{PATH}/sound")).await, put(&lab, "sound", &[], &json!({})).await] {
        let error = reply.error(404, "CAMERA_CONFIG_NOT_FOUND");
        assert!(
            error["details"]["type"].as_str().is_some_and(|text| text.contains("image, encoding")),
            "{error}"
        );
    }
    lab.get("/api/v1/cameras/nobody/configs").await.error(404, "CAMERA_NOT_FOUND");
    lab.get("/api/v1/cameras/nobody/configs/image").await.error(404, "CAMERA_NOT_FOUND");
    for wrong in [json!([]), json!("text"), json!(1), json!(null)] {
        put(&lab, "image", &[], &wrong).await.wrong("body", "must be a JSON object");
    }
    put(&lab, "image", &[("if-match", "1")], &json!({})).await.wrong("If-Match", "must be the `ETag`");
    let large = json!({ "text": "x".repeat(64 * 1024) });
    put(&lab, "image", &[], &large).await.error(413, "PAYLOAD_TOO_LARGE");
    let most = json!({ "text": "x".repeat(64 * 1024 - 11) });
    assert_eq!(most.to_string().len(), 64 * 1024);
    put(&lab, "image", &[], &most).await.data();
}

#[tokio::test]
async fn secrets_are_shown_to_those_who_may_change_them_and_never_in_the_audit_trail() {
    let lab = Lab::new().await;
    let wifi = |password: &str| json!({ "wifi": { "ssid": "house", "password": password }, "port": 80 });
    put(&lab, "network", &[], &wifi("hunter2")).await.data();
    let changed = put(&lab, "network", &[], &wifi("hunter3")).await.data();
    assert_eq!(changed["data"], wifi("hunter3"));
    assert_eq!(lab.data(&format!("{PATH}/network")).await["data"], wifi("hunter3"));

    let viewer = lab.people.token(Role::Viewer).await;
    let bearer = format!("Bearer {viewer}");
    let seen = lab.get_with(&format!("{PATH}/network?version=1"), &[("authorization", &bearer)]).await.data();
    assert_eq!(seen["data"], wifi("***"));
    let back = put(&lab, "network", &[], &seen["data"]).await;
    back.wrong("wifi.password", "was not shown");

    let trail = trail(&lab).await;
    let hidden = json!({ "ssid": "house", "password": "***" });
    assert_eq!(trail.len(), 2);
    assert_eq!(
        trail[0].record.details,
        json!({ "type": "network", "version": 2, "changes": { "wifi": { "from": hidden, "to": hidden } } })
    );
    assert!(!format!("{trail:?}").contains("hunter"));
}

#[tokio::test]
async fn who_may_only_read_changes_nothing_and_each_camera_has_its_own() {
    let lab = Lab::new().await;
    lab.studio.catalog.upsert_camera(&camera("garage")).await.expect("inserts");
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let read: Permissions = [Permission::CameraRead].into_iter().collect();
    let (_, bearer) = lab.people.limited_token(&admin, read, GroupScope::All).await;
    let bearer = format!("Bearer {bearer}");
    put(&lab, "image", &[("authorization", &bearer)], &json!({}))
        .await
        .error(403, "AUTH_INSUFFICIENT_PERMISSIONS");
    put(&lab, "image", &[], &json!({ "flip": true })).await.data();
    let garage = "/api/v1/cameras/garage/configs/image";
    lab.get(garage).await.error(404, "CAMERA_CONFIG_NOT_FOUND");
}
