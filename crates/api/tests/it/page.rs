//! The dashboard and the documentation.

use axum::body::Body;
use axum::http::Method;

use crate::lab::{Lab, request};

#[tokio::test]
async fn every_page_of_the_dashboard_is_the_same_document() {
    let lab = Lab::new().await;
    let root = lab.get("/").await;
    assert_eq!(root.status, 200);
    assert!(root.header("content-type").starts_with("text/html"));
    assert_eq!(root.header("cache-control"), "no-cache");
    for path in ["/cameras/front-door", "/recordings", "/index.html"] {
        assert_eq!(lab.get(path).await.body, root.body, "{path}");
    }
}

#[tokio::test]
async fn what_looks_like_a_file_and_is_none_is_a_404() {
    let lab = Lab::new().await;
    for path in [
        "/assets/none.js",
        "/favicon.nothing",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/assets/..%2f..%2fsecret.txt",
    ] {
        let reply = lab.get(path).await;
        assert!(
            reply.status == 404 || reply.header("content-type").starts_with("text/html"),
            "{path}: {reply:?}"
        );
        assert!(!String::from_utf8_lossy(&reply.body).contains("[workspace"), "{path}");
    }
    lab.get("/assets/none.js").await.error(404, "NOT_FOUND");
    let post = request(Method::POST, "/", &[], Body::empty());
    lab.send(post).await.error(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn the_documentation_is_a_page_of_the_dashboard() {
    let lab = Lab::new().await;
    let root = lab.get("/").await;
    for path in ["/api/docs", "/api/docs?op=list_cameras&q=camera"] {
        let page = lab.get(path).await;
        assert_eq!((page.status.as_u16(), &page.body), (200, &root.body), "{path}");
        assert_eq!(page.header("content-security-policy"), root.header("content-security-policy"));
    }
    lab.get("/api/docs/more").await.error(404, "NOT_FOUND");
    let spec = lab.get("/api/openapi.json").await.json();
    assert!(spec["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
}
