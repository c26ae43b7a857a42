//! Entry points of the fuzz targets (`fuzz/`): what this crate reads of a request. Compiled with `--cfg fuzzing`
//! only.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use nightjar_model::{CameraId, EventId, EventType, SegmentCursor};
use serde_json::Value;
use uuid::Uuid;

use crate::error::ApiError;
use crate::guard::client::Client;
use crate::live::message::Request;
use crate::media::{Asked, attach, names_etag, parse_range};
use crate::page::CursorQuery;
use crate::query::QueryReader;
use crate::state::ApiConfig;
use crate::time::Bound;
use crate::{body, echo, idempotency, redact, version};

/// `Range`, `If-None-Match` and the name of a download.
pub fn ranges(text: &str, len: u64) {
    if let Asked::Part(range) = parse_range(text, len) {
        assert!(range.start < range.end && range.end <= len, "{range:?} of {len}");
    }
    let _ = names_etag(HeaderValue::from_str(text).ok().as_ref(), "\"1\"");
    let mut response = Response::default();
    attach(&mut response, text);
    assert!(response.headers().contains_key(CONTENT_DISPOSITION));
}

/// The headers by which a client, a version and a repeated request are recognized; each line is `name: value`.
pub fn headers(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(64) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let proxy = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let config = ApiConfig { trusted_proxies: vec![proxy], ..ApiConfig::default() };
    let mut extensions = Extensions::new();
    extensions.insert(ConnectInfo(SocketAddr::new(proxy, 9)));
    let client = Client::of(&extensions, &headers, &config, Uuid::nil());
    assert!(client.ip.is_some());
    let _ = idempotency::key(&headers);
    for value in headers.values().filter_map(|value| value.to_str().ok()) {
        let _ = version::parse(value);
    }
}

/// A query string, read by every kind of parameter.
pub fn query(text: &str) {
    let Ok(mut reader) = QueryReader::new(text) else { return };
    let _ = CursorQuery::<SegmentCursor>::read(&mut reader);
    let _ = (reader.time("from", Bound::Start), reader.time("to", Bound::End));
    let _ = (reader.value::<CameraId>("id"), reader.values::<EventType>("types"));
    let _ = (reader.value::<EventId>("event"), reader.number("n", 1, 9));
    let _ = (reader.one_of("sort", &["name", "-name"]), reader.text("q"));
    if let Err(error) = reader.finish() {
        answered(error);
    }
}

/// A JSON body, merged into another and shown without its secrets.
pub fn body(data: &[u8]) {
    match body::parse::<Value>(data) {
        Ok(value) => {
            let merged = body::merge(value.clone(), value.clone());
            let _ = (redact::redacted(&merged), redact::placeholder_in(&value));
        }
        Err(error) => answered(error),
    }
}

/// A message of a WebSocket client.
pub fn message(text: &str) {
    if let Err(error) = Request::parse(text) {
        answered(error);
    }
    let _ = (echo::word(text), echo::without_value(text));
}

/// Every refusal is a client's error.
fn answered(error: ApiError) {
    assert!(error.into_response().status().is_client_error());
}
