//! What every answer tells browsers.

use axum::body::Body;
use axum::http::Method;
use nightjar_api::ApiConfig;
use nightjar_playback::PlaybackConfig;
use uuid::Uuid;

use crate::lab::{Lab, Reply, request};

async fn lab(config: ApiConfig) -> Lab {
    Lab::with(config, PlaybackConfig::default()).await
}

/// Method and path of every operation of the document, and of what is not in it.
fn everything() -> Vec<(Method, String)> {
    let document = nightjar_api::openapi_document();
    let paths = document["paths"].as_object().expect("paths");
    let documented = paths.iter().flat_map(|(path, operations)| {
        let id = Uuid::now_v7().to_string();
        let path = ["{id}", "{camera_id}", "{entry}", "{file}"]
            .iter()
            .fold(path.clone(), |path, name| path.replace(name, &id));
        let methods = operations.as_object().expect("operations").keys().cloned().collect::<Vec<_>>();
        methods
            .into_iter()
            .map(move |method| (method.to_uppercase().parse().expect("a method"), path.clone()))
    });
    let others = [
        "/",
        "/index.html",
        "/cameras/front",
        "/logo.svg",
        "/none.js",
        "/metrics",
        "/api/docs",
        "/api/openapi.json",
        "/api/none",
    ];
    documented.chain(others.map(|path| (Method::GET, path.to_owned()))).collect()
}

fn check(reply: &Reply, told: &str) {
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{told}");
    assert_eq!(reply.header("referrer-policy"), "no-referrer", "{told}");
    assert_eq!(reply.header("x-frame-options"), "DENY", "{told}");
    assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{told}");
    assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{told}");
    assert!(reply.header("permissions-policy").contains("camera=()"), "{told}");
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{told}: {policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{told}: {policy}");
    assert_eq!(reply.header("strict-transport-security"), "", "{told}: this is plain HTTP");
}

#[tokio::test]
async fn every_answer_protects_whoever_gets_it() {
    let lab = lab(ApiConfig { ip_rate: 100_000, user_rate: 100_000, ..ApiConfig::default() }).await;
    for (method, path) in everything() {
        let json = [("content-type", "application/json")];
        let asked = || request(method.clone(), &path, &json, Body::from("{}"));
        for reply in [lab.send_bare(asked()).await, lab.send(asked()).await] {
            let told = format!("{method} {path}: {}", reply.status);
            check(&reply, &told);
            assert!(!path.starts_with("/api/v1") || reply.header("cache-control") == "no-store", "{told}");
        }
    }
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_tls_only_where_there_is_tls() {
    let lab = lab(ApiConfig { tls: true, ..ApiConfig::default() }).await;
    for path in ["/", "/api/v1/cameras", "/health", "/api/none"] {
        assert!(lab.get(path).await.header("strict-transport-security").starts_with("max-age="), "{path}");
    }
}

#[tokio::test]
async fn the_page_loads_its_own_files_and_media_from_where_media_is() {
    let config = ApiConfig { media_origin: Some("https://s3.example".to_owned()), ..ApiConfig::default() };
    for (config, media) in [(ApiConfig::default(), ""), (config, " https://s3.example")] {
        let lab = lab(config).await;
        let page = lab.get("/").await;
        let policy = page.header("content-security-policy");
        if String::from_utf8_lossy(&page.body).contains("Nightjar is running") {
            continue; // This build has no page.
        }
        for part in [
            "default-src 'none'; script-src 'self'; style-src 'self';".to_owned(),
            format!("media-src 'self' blob:{media};"),
            format!("connect-src 'self'{media};"),
            "img-src 'self' data: blob:;".to_owned(),
        ] {
            assert!(policy.contains(&part), "{policy} has no {part}");
        }
    }
}

const OPS: &str = "https://ops.example";

fn preflight(origin: &str) -> axum::http::Request<Body> {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization,if-match,idempotency-key"),
    ];
    request(Method::OPTIONS, "/api/v1/cameras", &headers, Body::empty())
}

#[tokio::test]
async fn without_origins_no_other_page_may_do_anything() {
    let lab = lab(ApiConfig::default()).await;
    let reply = lab.get_with("/api/v1/cameras", &[("origin", OPS)]).await;
    assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (200, ""));
    let reply = lab.send_bare(preflight(OPS)).await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
    reply.error(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn pages_of_configured_origins_may_and_others_may_not() {
    let lab = lab(ApiConfig { cors_origins: vec![OPS.to_owned()], ..ApiConfig::default() }).await;
    let allowed = lab.send_bare(preflight(OPS)).await;
    assert_eq!((allowed.status.as_u16(), allowed.header("access-control-allow-origin")), (200, OPS));
    assert_eq!(allowed.header("access-control-allow-credentials"), "true");
    assert!(allowed.header("access-control-allow-methods").contains("PUT"));
    assert!(allowed.header("access-control-allow-headers").contains("idempotency-key"));
    assert!(allowed.header("vary").contains("origin"));
    check(&allowed, "a preflight");

    let reply = lab.get_with("/api/v1/cameras", &[("origin", OPS)]).await;
    assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (200, OPS));
    assert!(reply.header("access-control-expose-headers").contains("etag"));
    let refused =
        lab.send_bare(request(Method::GET, "/api/v1/cameras", &[("origin", OPS)], Body::empty())).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("access-control-allow-origin")),
        (401, OPS),
        "so that it can be read"
    );

    for other in ["https://evil.example", "https://ops.example.evil.example", "http://ops.example", "null"] {
        assert_eq!(
            lab.send_bare(preflight(other)).await.header("access-control-allow-origin"),
            "",
            "{other}"
        );
        let reply = lab.get_with("/api/v1/cameras", &[("origin", other)]).await;
        assert_eq!(reply.header("access-control-allow-origin"), "", "{other}");
        let mut vary = reply.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
        assert!(vary.any(|value| value.to_lowercase().contains("origin")), "{other}");
    }
    let media = lab.get("/api/v1/playback/sessions/x/download.mp4").await;
    assert_eq!(media.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(lab.get("/logo.svg").await.header("cross-origin-resource-policy"), "same-origin");
}
