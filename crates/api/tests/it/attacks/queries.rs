//! SQL in every parameter and every field: text like any other.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};

use super::documented::{escape, everything, operations};
use super::{Lab, ask, attacked, get, post, ruler, text};
use crate::studio::at;

const INJECTIONS: &[&str] = &[
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "'; DROP TABLE cameras; --",
    "x'); DELETE FROM users; --",
    "' UNION SELECT username, password_hash FROM users --",
    "1) OR 1=1 --",
    "1; SELECT pg_sleep(30) --",
    "'||(SELECT sqlite_version())||'",
    "%' OR 1=1 --",
    "%",
    "_",
    "\\",
    "\\'",
    "$1",
    "?1",
    "a,'b",
    "{{7*7}}",
    "\u{0}' OR 1=1",
    "ʼ OR 1=1",
];

/// Something of each kind, so that an injection would have something to show.
async fn furnished(lab: &Lab) -> String {
    let bearer = ruler(lab).await;
    let segments = lab.studio.record(0, 8, 4).await;
    crate::events::stored(lab, Some(lab.studio.camera.id), at(7)).await;
    post(lab, "/api/v1/camera-groups", Some(&bearer), json!({ "name": "Yard" })).await.data();
    assert_eq!(segments.len(), 2);
    bearer
}

#[tokio::test]
async fn sql_in_a_parameter_finds_nothing_and_changes_nothing() {
    let lab = &attacked().await;
    let bearer = furnished(lab).await;
    let before = everything(lab, &bearer).await;
    let camera = lab.studio.camera.id.to_string();
    for operation in operations() {
        if operation.method != Method::GET {
            continue;
        }
        let values: BTreeMap<&str, &str> =
            operation.places.iter().map(|place| (place.as_str(), camera.as_str())).collect();
        for (parameter, injection) in
            operation.parameters.iter().flat_map(|name| INJECTIONS.iter().map(move |it| (name, it)))
        {
            let path = format!("{}?{parameter}={}", operation.at(&values), escape(injection));
            let reply = get(lab, &path, Some(&bearer)).await;
            let told = format!("GET {path}: {}", reply.status);
            assert!(reply.status.as_u16() < 500, "{told}");
            // An underscore is in some names.
            if reply.status.is_success() && *injection != "_" {
                let items = reply.data()["items"].as_array().cloned();
                assert!(items.is_none_or(|items| items.is_empty()), "{told}: it found something");
            }
        }
    }
    assert_eq!(everything(lab, &bearer).await, before, "nothing was changed");
}

#[tokio::test]
async fn sql_in_a_field_is_kept_as_it_is_or_refused() {
    let lab = &attacked().await;
    let bearer = furnished(lab).await;
    let before = everything(lab, &bearer).await;
    let nobody = uuid::Uuid::now_v7().to_string();
    for operation in operations() {
        let values: BTreeMap<&str, &str> =
            operation.places.iter().map(|place| (place.as_str(), nobody.as_str())).collect();
        for injection in INJECTIONS {
            // One field at a time, and all at once.
            let mut bodies: Vec<Value> =
                operation.texts.iter().map(|field| json!({ field: injection })).collect();
            bodies.push(operation.texts.iter().map(|field| (field.clone(), json!(injection))).collect());
            for body in bodies {
                let reply =
                    ask(lab, operation.method.clone(), &operation.at(&values), Some(&bearer), &body).await;
                let told = format!("{} {body}: {}", operation.told(), reply.status);
                assert!(reply.status.as_u16() < 500, "{told} {:?}", reply.body);
            }
        }
    }
    let bearer = ruler(lab).await;
    let after = everything(lab, &bearer).await;
    for (before, after) in before.iter().zip(&after) {
        for item in before["items"].as_array().into_iter().flatten() {
            let same = |other: &Value| other["id"] == item["id"] && other["name"] == item["name"];
            let found = after["items"].as_array().into_iter().flatten().any(same);
            assert!(found, "{item:#} is gone or changed");
        }
    }
}

#[tokio::test]
async fn names_are_kept_letter_by_letter() {
    let lab = &attacked().await;
    let bearer = ruler(lab).await;
    for injection in INJECTIONS.iter().filter(|text| !text.contains('\u{0}')) {
        let made = post(lab, "/api/v1/camera-groups", Some(&bearer), json!({ "name": injection })).await;
        assert_eq!(made.data()["name"], json!(injection));
        let source = json!({ "main_url": format!("rtsp://192.0.2.9/{}", escape(injection)) });
        let camera = json!({ "name": injection, "location": injection, "tags": [], "source": source });
        let made = post(lab, "/api/v1/cameras", Some(&bearer), camera).await.data();
        let found = get(lab, &format!("/api/v1/cameras?q={}", escape(injection)), Some(&bearer)).await.data();
        let found =
            found["items"].as_array().expect("a list").iter().any(|camera| camera["id"] == made["id"]);
        assert!(found, "{injection} is found by itself");
        assert_eq!(text(&made["location"]), *injection);
    }
}
