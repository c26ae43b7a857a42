//! `/storage`, and the bytes behind it.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::lab::{Lab, request};
use crate::studio::at;

/// A lab with one file of 10 s: its address and its bytes.
async fn one_file() -> (Lab, String, Vec<u8>) {
    let lab = Lab::new().await;
    let segment = lab.studio.record(0, 10, 10).await.remove(0);
    let bytes = std::fs::read(lab.studio.local.root().join(&segment.key)).expect("there");
    let data = lab.data("/api/v1/storage/segments").await;
    let item = &data["items"][0];
    assert_eq!((&item["key"], &item["bytes"]), (&json!(segment.key), &json!(bytes.len())));
    assert_eq!(item["location"], json!({"local": true, "remote": false}));
    assert_eq!(item["blake3"].as_str().map(str::len), Some(64));
    let url = item["download_url"].as_str().expect("an address").to_owned();
    (lab, url, bytes)
}

#[tokio::test]
async fn a_file_is_downloaded_whole_and_in_parts() {
    let (lab, url, bytes) = one_file().await;
    let whole = lab.get(&url).await;
    assert_eq!((whole.status.as_u16(), whole.body.as_ref()), (200, bytes.as_slice()));
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.header("content-length"), bytes.len().to_string());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert!(whole.header("content-disposition").starts_with("attachment; filename=\""));
    let len = bytes.len();
    for (range, expected) in [
        ("bytes=0-99".to_owned(), 0..100),
        (format!("bytes={}-", len - 10), len - 10..len),
        ("bytes=-10".to_owned(), len - 10..len),
        (format!("bytes=100-{}", len * 2), 100..len),
    ] {
        let part = lab.get_with(&url, &[("range", &range), ("accept-encoding", "gzip")]).await;
        assert_eq!((part.status.as_u16(), part.body.as_ref()), (206, &bytes[expected.clone()]), "{range}");
        assert_eq!(
            part.header("content-range"),
            format!("bytes {}-{}/{len}", expected.start, expected.end - 1)
        );
        assert_eq!(part.header("content-encoding"), "");
    }
    for range in ["bytes=5-4", "bytes=0-1,3-4", "lines=1-2", "bytes"] {
        assert_eq!(lab.get_with(&url, &[("range", range)]).await.status, 200, "{range} is ignored");
    }
}

#[tokio::test]
async fn a_range_outside_the_file_is_a_416_that_says_its_size() {
    let (lab, url, bytes) = one_file().await;
    let reply = lab.get_with(&url, &[("range", "bytes=99999999-")]).await;
    reply.error(416, "RANGE_NOT_SATISFIABLE");
    assert_eq!(reply.header("content-range"), format!("bytes */{}", bytes.len()));
}

#[tokio::test]
async fn validators_are_honoured() {
    let (lab, url, bytes) = one_file().await;
    let etag = lab.get(&url).await.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.len() > 10);
    let ranged = [("range", "bytes=0-9"), ("if-range", etag.as_str())];
    assert_eq!(lab.get_with(&url, &ranged).await.status, 206);
    let stale = lab.get_with(&url, &[("range", "bytes=0-9"), ("if-range", "\"other\"")]).await;
    assert_eq!((stale.status.as_u16(), stale.body.len()), (200, bytes.len()));
    let known = lab.get_with(&url, &[("if-none-match", &etag)]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    assert_eq!(known.header("etag"), etag);
}

#[tokio::test]
async fn head_says_what_get_would() {
    let (lab, url, bytes) = one_file().await;
    let head = lab.send(request(Method::HEAD, &url, &[], Body::empty())).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), bytes.len().to_string());
    let part = lab.send(request(Method::HEAD, &url, &[("range", "bytes=0-9")], Body::empty())).await;
    assert_eq!((part.status.as_u16(), part.header("content-length")), (206, "10"));
}

#[tokio::test]
async fn a_download_needs_a_token_of_its_own() {
    let (lab, url, _) = one_file().await;
    let (path, token) = url.split_once("?token=").expect("a token");
    lab.get(path).await.error(401, "AUTH_TOKEN_MISSING");
    for wrong in ["", "x", &token[1..], &"A".repeat(28)] {
        lab.get(&format!("{path}?token={wrong}")).await.error(401, "AUTH_TOKEN_INVALID");
    }
    let other = "/api/v1/storage/segments/0190aaaa-0000-7000-8000-000000000000/download";
    lab.get(&format!("{other}?token={token}")).await.error(401, "AUTH_TOKEN_INVALID");
    for bad in ["x", "..%2f..%2fcatalog.db", "%2e%2e"] {
        lab.get(&format!("/api/v1/storage/segments/{bad}/download?token={token}"))
            .await
            .error(404, "RECORDING_NOT_FOUND");
    }
    lab.set_time(at(1_000 + 900));
    lab.get(&url).await.error(401, "AUTH_TOKEN_INVALID");
}

#[tokio::test]
async fn a_file_that_is_gone_is_said_without_its_path() {
    let (lab, url, _) = one_file().await;
    let key =
        lab.data("/api/v1/storage/segments").await["items"][0]["key"].as_str().expect("a key").to_owned();
    assert!(lab.studio.local.delete(&key).expect("deletes"));
    let reply = lab.get(&url).await;
    let error = reply.error(503, "STORAGE_UNAVAILABLE");
    assert!(!error.to_string().contains(&key), "{error:#}");
    assert_eq!(reply.header("retry-after"), "30");
}

#[tokio::test]
async fn usage_is_summed_up() {
    let (lab, _, bytes) = one_file().await;
    lab.state.status.update_storage(|storage| {
        storage.volume_bytes = 1_000_000;
        storage.free_bytes = 400_000;
        storage.bucket_ok = Some(true);
        storage.uploads_pending = 3;
    });
    let usage = lab.data("/api/v1/storage/usage").await;
    assert_eq!((&usage["bytes"], &usage["segments"]), (&json!(bytes.len()), &json!(1)));
    assert_eq!(usage["volume"], json!({"total_bytes": 1_000_000, "free_bytes": 400_000}));
    assert_eq!(usage["bucket"], json!({"ok": true, "uploads_pending": 3}));
    assert_eq!(usage["cameras"][0]["camera_key"], "front-door");
    assert_eq!(usage["cameras"][0]["oldest"], "2026-11-20T12:00:00.000Z");
}
