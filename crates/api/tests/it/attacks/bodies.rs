//! Bodies that are no JSON of the right kind, and headers that want to be more than one.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::documented::{everything, operations};
use super::{HOME, ask, attacked, from, get, refused, ruler};
use crate::lab::{request, send};

const JSON: &str = "application/json";

/// Bodies with their content types.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str, depth: usize| {
        format!("{}1{}", open.repeat(depth), close.repeat(depth)).into_bytes()
    };
    let name = |value: &str| format!("{{\"name\":{value}}}").into_bytes();
    vec![
        (JSON, deep("[", "]", 30_000)),
        (JSON, deep("{\"name\":", "}", 6_000)),
        (JSON, deep("{\"source\":", "}", 127)),
        (JSON, "[".repeat(60_000).into_bytes()),
        (JSON, b"{\"username\":\"a\",\"username\":\"b\",\"password\":\"c\"}".to_vec()),
        (JSON, b"{\"name\":\"a\",\"name\":\"b\"}".to_vec()),
        (JSON, name("1e400")),
        (JSON, name(&"9".repeat(20_000))),
        (JSON, name("NaN")),
        (JSON, name("\"\\ud800\"")),
        (JSON, name("\"\\u0000\"")),
        (JSON, b"\xef\xbb\xbf{}".to_vec()),
        (JSON, b"{\"name\":\"\xff\xfe\"}".to_vec()),
        (JSON, b"{}{}".to_vec()),
        (JSON, b"{\"__proto__\":{\"role\":\"admin\"},\"constructor\":{}}".to_vec()),
        (JSON, b"{\"role\":\"admin\",\"system_admin\":true,\"org_id\":\"x\"}".to_vec()),
        (JSON, b"\"text\"".to_vec()),
        (JSON, b"null".to_vec()),
        (JSON, vec![b' '; 70_000]),
        (JSON, format!("{{\"name\":\"{}\"}}", "x".repeat(70_000)).into_bytes()),
        ("", b"{}".to_vec()),
        ("text/plain", b"{}".to_vec()),
        ("text/plain; application/json", b"{}".to_vec()),
        ("application/jsonp", b"{}".to_vec()),
        ("application/x-www-form-urlencoded", b"username=a&password=b".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n{}\r\n--x--".to_vec()),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_vec()),
    ]
}

#[tokio::test]
async fn no_body_breaks_anything() {
    let lab = &attacked().await;
    let bearer = ruler(lab).await;
    let before = everything(lab, &bearer).await;
    let header = format!("Bearer {bearer}");
    for operation in operations().into_iter().filter(|operation| operation.has_body) {
        let nobody = "0190aaaa-0000-7000-8000-000000000000";
        let values: BTreeMap<&str, &str> =
            operation.places.iter().map(|place| (place.as_str(), nobody)).collect();
        for (content_type, body) in bodies() {
            let headers = [("authorization", header.as_str()), ("content-type", content_type)];
            let told = format!("{} {content_type} {:.40}", operation.told(), String::from_utf8_lossy(&body));
            let asked = request(operation.method.clone(), &operation.at(&values), &headers, Body::from(body));
            refused(&send(&lab.bare(), from(HOME, asked)).await, &told);
        }
    }
    assert_eq!(everything(lab, &bearer).await, before, "nothing was changed");
}

/// What names end up in: none of them has a second line, or a second parameter.
#[tokio::test]
async fn names_do_not_make_headers() {
    let lab = attacked().await;
    let bearer = ruler(&lab).await;
    for name in
        ["a\r\nset-cookie: x=1", "a\nb", "a\"; filename=\"b.exe", "a\u{2028}b", "a\\\"b", "\u{202e}4pm"]
    {
        let camera = json!({ "name": name, "source": { "main_url": "rtsp://192.0.2.9/x" } });
        let made = ask(&lab, Method::POST, "/api/v1/cameras", Some(&bearer), &camera).await;
        assert!(made.header("set-cookie").is_empty() && made.status.as_u16() < 500, "{name:?}");
        if made.status.is_success() {
            let id = made.data()["id"].as_str().expect("an id").to_owned();
            ask(&lab, Method::DELETE, &format!("/api/v1/cameras/{id}"), Some(&bearer), &Value::Null).await;
        }
        let key = json!({ "name": "x", "key": name, "source": { "main_url": "rtsp://192.0.2.9/x" } });
        refused(&ask(&lab, Method::POST, "/api/v1/cameras", Some(&bearer), &key).await, name);
    }
}

#[tokio::test]
async fn headers_of_a_request_do_not_come_back() {
    let lab = attacked().await;
    let bearer = format!("Bearer {}", ruler(&lab).await);
    let long = "x".repeat(20_000);
    let names = [
        "x-request-id",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-original-url",
        "x-rewrite-url",
        "x-http-method-override",
        "host",
        "origin",
        "referer",
        "user-agent",
        "cookie",
        "if-match",
        "if-none-match",
        "range",
        "accept-language",
        "idempotency-key",
    ];
    for name in names {
        for value in ["marked-7f3a\u{e9}", "marked-7f3a", "marked-7f3a, \"; DELETE", &long] {
            let mut asked =
                request(Method::GET, "/api/v1/cameras", &[("authorization", &bearer)], Body::empty());
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
            asked.headers_mut().insert(name, value);
            let reply = send(&lab.bare(), from(HOME, asked)).await;
            assert!(reply.status.as_u16() < 500, "{name}");
            let shown = format!("{:?} {}", reply.headers, String::from_utf8_lossy(&reply.body));
            assert!(!shown.contains("marked-7f3a") && !shown.contains(&long[..100]), "{name}: {shown}");
        }
    }
    // What is no header at all never gets here: see the tests of the whole server.
    assert!(HeaderValue::from_bytes(b"a\r\nb").is_err());
    assert!(get(&lab, "/api/v1/cameras", Some(&bearer[7..])).await.status.is_success());
}

#[tokio::test]
async fn no_name_turns_the_text_around_or_hides_what_it_holds() {
    let lab = &attacked().await;
    let bearer = ruler(lab).await;
    let account = json!({ "username": "grace", "password": super::PASSWORD, "role": "viewer" });
    let made = super::post(lab, "/api/v1/users", Some(&bearer), account.clone()).await.data();
    let user = format!("/api/v1/users/{}", super::text(&made["id"]));
    let camera = json!({ "name": "Gate", "source": { "main_url": "rtsp://192.0.2.7/1" } });
    let token = json!({ "name": "x", "permissions": ["camera:read"] });
    let group = json!({ "name": "Yard" });
    let taken = json!({ "username": "eve", "password": super::PASSWORD, "role": "viewer" });
    let cases = [
        (Method::PATCH, user.as_str(), json!({}), ["display_name", "email"].as_slice()),
        (Method::POST, "/api/v1/users", taken, &["username", "display_name", "email"]),
        (
            Method::POST,
            "/api/v1/cameras",
            camera,
            &["name", "company", "model", "serial_number", "location", "place"],
        ),
        (Method::POST, "/api/v1/camera-groups", group, &["name", "description"]),
        (Method::POST, "/api/v1/tokens", token, &["name", "remark"]),
        (Method::POST, "/api/v1/organizations", json!({}), &["name"]),
    ];
    for (method, path, body, fields) in cases {
        for field in fields {
            for hidden in ["a\u{202e}b@c", "a\u{2066}b@c", "a\u{200b}b@c", "a\u{feff}b@c", "a\u{e0041}b@c"] {
                let mut body = body.clone();
                body[*field] = json!(hidden);
                ask(lab, method.clone(), path, Some(&bearer), &body).await.wrong(field, "must");
            }
        }
    }
    let tags = json!({ "camera_ids": [lab.studio.camera.id.to_string()], "add": ["a\u{202e}b"] });
    ask(lab, Method::POST, "/api/v1/camera-tags", Some(&bearer), &tags).await.wrong("add", "invisible");
}
