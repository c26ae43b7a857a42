//! Health, readiness and metrics, on both ports.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Method;
use nightjar_cache::{Cache, CacheConfig};
use nightjar_model::{GroupScope, OrgId, Permission, Permissions, Role, Secret, User};
use serde_json::json;

use crate::lab::{Lab, request, send};
use crate::stores;
use crate::studio::at;

#[tokio::test]
async fn health_says_how_the_parts_are() {
    let lab = Lab::new().await;
    let health = lab.get("/health").await.json();
    assert_eq!(
        (&health["status"], &health["version"], &health["uptime"]),
        (&json!("degraded"), &json!("1.2.3"), &json!("1m40s"))
    );
    assert_eq!(health["uptime_seconds"], 100);
    assert_eq!(health["components"]["cameras"], json!({"total": 1, "online": 0, "offline": 1}));
    let kind = if stores::are_shared() { "postgres" } else { "sqlite" };
    assert_eq!(
        (&health["components"]["database"], &health["details"]["database"]),
        (&json!("healthy"), &json!(kind))
    );
    assert_eq!(health["components"]["redis"], "healthy");
    lab.state.status.update_camera(lab.studio.camera.id, at(1), |status| status.connected = true);
    assert_eq!(lab.get("/health").await.json()["status"], "healthy");
    lab.state.status.update_storage(|storage| storage.bucket_ok = Some(false));
    assert_eq!(lab.get("/health").await.json()["components"]["storage"], "degraded");
    lab.studio.catalog.close().await;
    let sick = lab.get("/health").await;
    assert_eq!((sick.status.as_u16(), &sick.json()["status"]), (200, &json!("unhealthy")));
}

#[tokio::test]
async fn a_shared_cache_that_is_away_degrades_health_and_delays_nothing() {
    let lab = Lab::new().await;
    lab.state.status.update_camera(lab.studio.camera.id, at(1), |status| status.connected = true);
    let mut state = lab.state.clone();
    let nobody = Secret::new("redis://admin:hunter2@127.0.0.1:1");
    state.cache = Cache::redis(&nobody, CacheConfig::default()).await.expect("an address");
    let asked = request(Method::GET, "/health", &[], Body::empty());
    let health = send(&nightjar_api::router(state), asked).await.json();
    assert_eq!((&health["status"], &health["components"]["redis"]), (&json!("degraded"), &json!("degraded")));
    let details = health["details"]["cache"].as_str().expect("details");
    assert!(details.contains("connection refused") && !details.contains("hunter2"), "{details}");
}

#[tokio::test]
async fn readiness_needs_the_recorders_and_strictly_the_cameras() {
    let lab = Lab::new().await;
    assert_eq!(lab.get("/ready").await.json(), json!({"ready": true, "reasons": []}));
    let strict = lab.get("/ready?strict=cameras").await;
    assert_eq!(strict.status, 503);
    assert_eq!(strict.json()["reasons"], json!(["1 camera is not connected"]));
    lab.state.status.update_camera(lab.studio.camera.id, at(1), |status| status.connected = true);
    assert_eq!(lab.get("/ready?strict=cameras").await.status, 200);
    lab.state.recorders_started.store(false, Ordering::Release);
    assert_eq!(lab.get("/ready").await.json()["reasons"], json!(["the recorders are not started yet"]));
    lab.get("/ready?strict=everything").await.wrong("strict", "valid ones: cameras");
    lab.get("/ready?loose=1").await.wrong("loose", "valid ones: strict");
}

#[tokio::test]
async fn the_metrics_port_serves_metrics_and_health_and_nothing_else() {
    let lab = Lab::new().await;
    let router = nightjar_api::metrics_router(lab.state.clone());
    let get = async |path: &str| send(&router, request(Method::GET, path, &[], Body::empty())).await;
    let metrics = get("/metrics").await;
    assert_eq!((metrics.status.as_u16(), metrics.body.as_ref()), (200, b"nightjar_test 1\n".as_slice()));
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    assert_eq!(get("/ready").await.status, 200);
    assert_eq!(get("/health").await.status, 200);
    for path in ["/", "/api/v1/cameras", "/index.html"] {
        get(path).await.error(404, "NOT_FOUND");
    }
    let reasons = get("/ready?strict=cameras").await.json()["reasons"].clone();
    assert_eq!(reasons, json!(["camera `front-door` is not connected"]));
}

/// Cameras of all organizations are named in metrics: to those who rule the installation, and to tokens
/// that they make for it.
#[tokio::test]
async fn the_public_listener_names_cameras_only_to_those_who_may_read_metrics() {
    let lab = Lab::new().await;
    let people = &lab.people;
    let metrics: Permissions = [Permission::MetricsRead].into_iter().collect();
    let system = people.system_admin().await;
    let admin = people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let limited = User { groups: GroupScope::only([]), ..system.clone() };
    let may =
        [people.sign_in(&system).await, people.limited_token(&system, metrics, GroupScope::All).await.1];
    let may_not = [
        None,
        Some(people.sign_in(&admin).await),
        Some(people.limited_token(&system, admin.permissions(), GroupScope::All).await.1),
        Some(people.limited_token(&limited, metrics, GroupScope::only([])).await.1),
        Some("nonsense".to_owned()),
    ];
    let get = async |path: &str, bearer: Option<&String>| {
        let value = bearer.map(|bearer| format!("Bearer {bearer}"));
        let headers: Vec<_> = value.iter().map(|value| ("authorization", value.as_str())).collect();
        lab.send_bare(request(Method::GET, path, &headers, Body::empty())).await
    };
    for bearer in &may {
        assert_eq!(get("/metrics", Some(bearer)).await.status, 200);
        let reasons = get("/ready?strict=cameras", Some(bearer)).await.json()["reasons"].clone();
        assert_eq!(reasons, json!(["camera `front-door` is not connected"]));
    }
    for bearer in &may_not {
        let refused = get("/metrics", bearer.as_ref()).await;
        assert!([401, 403].contains(&refused.status.as_u16()), "{bearer:?}: {refused:?}");
        for path in ["/ready?strict=cameras", "/ready", "/health"] {
            let answer = get(path, bearer.as_ref()).await;
            assert!(!String::from_utf8_lossy(&answer.body).contains("front-door"), "{bearer:?}: {answer:?}");
        }
        let reasons = get("/ready?strict=cameras", bearer.as_ref()).await.json()["reasons"].clone();
        assert_eq!(reasons, json!(["1 camera is not connected"]));
    }
}
