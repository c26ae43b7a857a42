//! Trying a camera: what is refused before anybody talks to one, and what is told of a failure.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Method;
use nightjar_api::{ProbeFault, ProbeReason, ProbeReport};
use nightjar_model::{AddressKind, CameraSource, Refused};
use serde_json::json;

use crate::lab::{Lab, Reply, request, send};

const PROBE: &str = "/api/v1/cameras/probe";

#[tokio::test]
async fn addresses_that_lead_where_nobody_may_go_are_refused() {
    let lab = Lab::new().await;
    let cases = [
        ("rtsp://127.0.0.1/a", "this machine itself"),
        ("rtsp://0x7f.1/a", "this machine itself"),
        ("rtsp://[::ffff:127.0.0.1]:554/a", "this machine itself"),
        ("rtsp://localhost:6379/", "this machine itself"),
        ("rtsp://169.254.169.254/latest/meta-data", "service of the cloud"),
        ("rtsp://metadata.google.internal/", "service of the cloud"),
        ("rtsp://255.255.255.255/a", "no single machine"),
        ("http://192.0.2.1/a", "rtsp://"),
        ("nonsense", "is no address"),
    ];
    for (url, reason) in cases {
        lab.post(PROBE, json!({ "url": url })).await.wrong("url", reason);
        let camera = json!({ "name": "x", "source": { "main_url": url } });
        lab.post("/api/v1/cameras", camera).await.wrong("source.main_url", reason);
        let sub = json!({ "name": "x", "source": { "main_url": "rtsp://192.0.2.1/a", "sub_url": url } });
        lab.post("/api/v1/cameras", sub).await.wrong("source.sub_url", reason);
    }
    lab.post(PROBE, json!({})).await.wrong("body", "missing field `url`");
}

/// The answer, when whoever talks to cameras says this.
async fn when(lab: &Lab, result: Result<ProbeReport, ProbeFault>) -> Reply {
    let mut state = lab.state.clone();
    state.prober = Arc::new(move |source: CameraSource| {
        assert_eq!(source.main_url.as_str(), "rtsp://192.0.2.9/a?key=hunter3", "credentials are apart");
        assert_eq!(source.password.as_ref().map(|it| it.expose()), Some("hunter2"));
        let result = result.clone();
        Box::pin(async move { result })
    });
    let bearer = format!("Bearer {}", lab.people.token(nightjar_model::Role::Admin).await);
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let body = json!({ "url": "rtsp://admin:hunter2@192.0.2.9/a?key=hunter3" }).to_string();
    send(&nightjar_api::router(state), request(Method::POST, PROBE, &headers, Body::from(body))).await
}

#[tokio::test]
async fn each_reason_has_its_code_and_a_word() {
    let lab = Lab::new().await;
    let cases = [
        (ProbeReason::HostNotFound, "CAMERA_UNREACHABLE", "host_not_found"),
        (ProbeReason::ConnectionRefused, "CAMERA_UNREACHABLE", "connection_refused"),
        (ProbeReason::Unreachable, "CAMERA_UNREACHABLE", "unreachable"),
        (ProbeReason::Timeout, "CAMERA_UNREACHABLE", "timeout"),
        (ProbeReason::WrongCredentials, "CAMERA_ERROR", "wrong_credentials"),
        (ProbeReason::BasicRefused, "CAMERA_ERROR", "basic_refused"),
        (ProbeReason::NotRtsp, "CAMERA_ERROR", "not_rtsp"),
        (ProbeReason::StreamNotFound, "CAMERA_ERROR", "stream_not_found"),
        (ProbeReason::NoVideo, "CAMERA_ERROR", "no_video"),
        (ProbeReason::CodecNotSupported, "CAMERA_ERROR", "codec_not_supported"),
        (ProbeReason::NoMedia, "CAMERA_ERROR", "no_media"),
    ];
    for (reason, code, word) in cases {
        let reply = when(&lab, Err(ProbeFault { reason, cause: "inside".to_owned() })).await;
        let error = reply.error(502, code);
        assert_eq!(
            (&error["details"]["reason"], &error["details"]["operation"]),
            (&json!(word), &json!("probe"))
        );
        assert!(!String::from_utf8_lossy(&reply.body).contains("inside"));
    }
    let fault = |reason| Err(ProbeFault { reason, cause: String::new() });
    assert_eq!(
        when(&lab, fault(ProbeReason::Busy)).await.error(429, "CONCURRENT_LIMIT_EXCEEDED")["details"],
        json!({})
    );
    let refused = ProbeReason::NotAllowed(Refused { kind: AddressKind::ThisMachine });
    when(&lab, fault(refused)).await.wrong("url", "this machine itself");
}

#[tokio::test]
async fn what_was_tried_is_in_the_audit_trail_without_its_secrets() {
    let lab = Lab::new().await;
    let report = ProbeReport {
        video_codec: "h265",
        dimensions: (3840, 2160),
        fps: Some(24.999_9),
        key_frame_interval: None,
        bitrate: Some(8_000_000),
        audio: None,
        picture: Ok(vec![0xff, 0xd8, 0xff]),
    };
    let data = when(&lab, Ok(report.clone())).await.data();
    assert_eq!(
        data["video"],
        json!({ "codec": "h265", "width": 3840, "height": 2160, "fps": 25.0, "key_frame_interval": null })
    );
    assert_eq!(data["picture"], json!({ "content_type": "image/jpeg", "data": "/9j/" }));
    let without = ProbeReport { picture: Err("ffmpeg is not installed"), ..report };
    let data = when(&lab, Ok(without)).await.data();
    assert_eq!(
        (&data["picture"], &data["picture_missing"]),
        (&json!(null), &json!("ffmpeg is not installed"))
    );

    let trail = lab.data("/api/v1/audit").await;
    let entries: Vec<_> = trail["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|it| it["action"] == "camera.probe")
        .collect();
    assert_eq!(entries.len(), 2);
    let text = trail.to_string();
    assert!(text.contains("192.0.2.9") && !text.contains("hunter"), "{text}");
}
