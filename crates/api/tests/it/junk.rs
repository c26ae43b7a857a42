//! Whatever a client sends, it gets an answer, and never a 500.

use axum::body::Body;
use axum::http::{Method, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::lab::{Lab, send};

/// What a client may put anywhere.
fn junk() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        "\\PC{0,12}",
        Just(String::new()),
        Just("../../../../etc/passwd".to_owned()),
        Just("0190aaaa-0000-7000-8000-000000000000".to_owned()),
        Just("front-door".to_owned()),
        Just("\u{0}\u{feff}\u{202e}".to_owned()),
        Just("'; DROP TABLE cameras; --".to_owned()),
        Just("2026-11-20T12:00:00Z".to_owned()),
        Just("9999-12-31T23:59:59.999999999-23:59".to_owned()),
        Just("-0001-01-01".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("YES".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        junk().prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("camera_id".to_owned()),
        Just("from".to_owned()),
        Just("to".to_owned()),
        Just("stream".to_owned()),
        junk()
    ];
    leaf.prop_recursive(3, 20, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A request of junk to one of the documented paths.
#[derive(Debug, Clone)]
struct Junk {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn requests(paths: Vec<(String, Vec<String>)>) -> impl Strategy<Value = Junk> {
    let method = prop::sample::select(vec![
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::DELETE,
        Method::PUT,
        Method::OPTIONS,
    ]);
    let path = prop::sample::select(paths).prop_flat_map(|(template, parameters)| {
        let ids = prop::collection::vec(junk(), template.matches('{').count());
        let name = if parameters.is_empty() {
            junk().boxed()
        } else {
            prop_oneof![4 => prop::sample::select(parameters), 1 => junk()].boxed()
        };
        let query = prop::collection::vec((name, junk()), 0..4);
        (Just(template), ids, query).prop_map(|(template, ids, query)| fill(&template, &ids, &query))
    });
    let header = (
        prop::sample::select(vec![
            "range",
            "if-range",
            "if-none-match",
            "accept-encoding",
            "content-type",
            "x-request-id",
        ]),
        "[ -~]{0,30}",
    );
    let range = Just(("range", "bytes=0-".to_owned()));
    let content_type = Just(("content-type", "application/json".to_owned()));
    let headers = prop::collection::vec(prop_oneof![header, range, content_type], 0..4);
    let body = prop_oneof![json().prop_map(|value| value.to_string().into_bytes()), any::<Vec<u8>>()];
    (method, path, headers, body).prop_map(|(method, path, headers, body)| Junk {
        method,
        path,
        headers,
        body,
    })
}

fn fill(template: &str, ids: &[String], query: &[(String, String)]) -> String {
    let mut ids = ids.iter();
    let parts: Vec<String> = template
        .split('/')
        .map(|part| {
            if part.starts_with('{') {
                escape(ids.next().map_or("", String::as_str))
            } else {
                part.to_owned()
            }
        })
        .collect();
    let query: Vec<String> =
        query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    format!("{}?{}", parts.join("/"), query.join("&"))
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// Every documented path with the names of its query parameters.
fn paths() -> Vec<(String, Vec<String>)> {
    let document = nightjar_api::openapi_document();
    let item = |(path, item): (&String, &Value)| {
        let operations = item.as_object().into_iter().flat_map(|item| item.values());
        let parameters = operations.filter_map(|operation| operation["parameters"].as_array()).flatten();
        let query = parameters.filter(|parameter| parameter["in"] == "query");
        (path.clone(), query.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect())
    };
    document["paths"].as_object().expect("paths").iter().map(item).collect()
}

#[test]
fn junk_is_refused_in_the_envelope_and_never_breaks_anything() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let lab = runtime.block_on(async {
        let lab = Lab::new().await;
        lab.studio.record(0, 8, 4).await;
        lab
    });
    let router = lab.router();
    let mut runner = TestRunner::new(Config { cases: 3_000, failure_persistence: None, ..Config::default() });
    let result = runner.run(&requests(paths()), |junk| {
        let mut request = Request::builder().method(junk.method.clone()).uri(&junk.path);
        for (name, value) in &junk.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(junk.body.clone())).expect("a valid request");
        let reply = runtime.block_on(send(&router, request));
        let status = reply.status.as_u16();
        prop_assert!(status < 500, "{status}: {}", String::from_utf8_lossy(&reply.body));
        prop_assert!(!reply.header("x-request-id").is_empty());
        if status >= 400 && junk.method != Method::HEAD && reply.header("content-encoding").is_empty() {
            let json = reply.json();
            prop_assert_eq!(&json["success"], &Value::Bool(false));
            prop_assert!(json["error"]["code"].is_string());
        }
        Ok(())
    });
    result.expect("no request breaks anything");
}

/// Each operation says, when asked for a parameter that it does not have, which it has: these are
/// the documented ones.
#[tokio::test]
async fn the_documented_parameters_are_those_that_are_read() {
    let lab = Lab::new().await;
    let segment = lab.studio.record(0, 8, 4).await[0].id.to_string();
    let bearer = lab.people.sign_in(&lab.people.system_admin().await).await;
    let bearer = format!("Bearer {bearer}");
    let document = nightjar_api::openapi_document();
    for (path, item) in document["paths"].as_object().expect("paths") {
        // The one answers whatever it is asked, the other whatever a provider may add (RFC 6749 §4.1.2).
        if path == "/health" || path.ends_with("/callback") {
            continue;
        }
        let Some(operation) = item.get("get") else { continue };
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let mut documented: Vec<&str> =
            parameters.iter().filter(|p| p["in"] == "query").filter_map(|p| p["name"].as_str()).collect();
        documented.sort_unstable();
        let path = path
            .replace("{camera_id}", "front-door")
            .replace("{id}", &segment)
            .replace("{file}", "x.mp4")
            .replace("{type}", "image")
            .replace("{entry}", "0.m4s");
        let path = format!("{path}?no_such_parameter=1");
        let reply = lab.get_with(&path, &[("authorization", &bearer)]).await;
        let said = reply.error(400, "VALIDATION_FAILED");
        let said = said["details"]["no_such_parameter"].as_str().expect("a reason").to_owned();
        let read: Vec<&str> =
            said.split_once("valid ones: ").map_or(Vec::new(), |(_, names)| names.split(", ").collect());
        assert_eq!(read, documented, "{path}");
    }
}
