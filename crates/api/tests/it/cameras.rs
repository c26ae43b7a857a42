//! `/cameras`.

use nightjar_model::{GapCause, RecordingState};
use serde_json::json;

use crate::lab::Lab;
use crate::studio::{at, camera};

async fn three(lab: &Lab) {
    for key in ["garage", "Yard"] {
        lab.studio.catalog.upsert_camera(&camera(key)).await.expect("inserts");
    }
    let front = lab.studio.camera.id;
    lab.state.status.update_camera(front, at(990), |status| {
        status.connected = true;
        status.state = RecordingState::Recording;
        status.since = at(990);
        status.fps = 25.0;
        status.bitrate = 2_000_000;
        status.dimensions = Some((1920, 1080));
        status.codecs = vec!["h264", "aac"];
    });
}

#[tokio::test]
async fn cameras_are_listed_without_their_credentials() {
    let lab = Lab::new().await;
    three(&lab).await;
    let reply = lab.get("/api/v1/cameras").await;
    assert!(!String::from_utf8_lossy(&reply.body).contains("hunter2"));
    let data = reply.data();
    let keys: Vec<_> = data["items"].as_array().expect("a list").iter().map(|c| c["key"].clone()).collect();
    assert_eq!(keys, ["Yard", "front-door", "garage"]);
    let front = &data["items"][1];
    assert_eq!(front["source"]["main_url"], "rtsp://10.0.0.7:554/main?password=***");
    assert_eq!(front["source"]["has_credentials"], true);
    assert_eq!(front["status"]["recording_state"], "recording");
    let expected = json!({"page": 1, "limit": 50, "total": 3, "total_pages": 1, "next_cursor": null});
    assert_eq!(data["pagination"], expected);
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again() {
    let lab = Lab::new().await;
    three(&lab).await;
    let path = "/api/v1/cameras?limit=5";
    let tag = lab.get(path).await.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    let reply = lab.get_with(path, &[("if-none-match", &tag)]).await;
    assert_eq!((reply.status.as_u16(), reply.body.len(), reply.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(lab.get_with(path, &[("if-none-match", "\"0\"")]).await.status, 200);
    let front = lab.studio.camera.id;
    lab.state.status.update_camera(front, at(991), |status| status.bitrate = 3_000_000);
    assert_eq!(lab.get_with(path, &[("if-none-match", &tag)]).await.status, 304, "only measured");
    lab.state.status.update_camera(front, at(992), |status| status.state = RecordingState::Off);
    let reply = lab.get_with(path, &[("if-none-match", &tag)]).await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.header("etag"), tag);
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_paged() {
    let lab = Lab::new().await;
    three(&lab).await;
    let keys = async |query: &str| {
        let data = lab.data(&format!("/api/v1/cameras?{query}")).await;
        let items = data["items"].as_array().expect("a list").clone();
        items.iter().map(|camera| camera["key"].as_str().expect("a key").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(keys("status=online").await, ["front-door"]);
    assert_eq!(keys("status=recording,off").await.len(), 3);
    assert_eq!(keys("status=gap").await.len(), 0);
    assert_eq!(keys("q=YARD").await, ["Yard"]);
    assert_eq!(keys("sort=-name").await, ["Yard", "garage", "front-door"]);
    assert_eq!(keys("limit=2&page=2").await, ["garage"]);
    assert_eq!(keys("limit=500&page=1000000").await.len(), 0);
    assert_eq!(keys("driver=rtsp").await.len(), 3);
}

#[tokio::test]
async fn wrong_parameters_of_the_list_are_named() {
    let lab = Lab::new().await;
    let get = async |query: &str| lab.get(&format!("/api/v1/cameras?{query}")).await;
    for limit in ["0", "501", "-1", "1e3", "", "99999999999999999999"] {
        get(&format!("limit={limit}")).await.wrong("limit", "from 1 to 500");
    }
    get("page=0").await.wrong("page", "from 1 to");
    get("sort=size").await.wrong("sort", "valid ones: key, -key, name, -name");
    get("status=asleep")
        .await
        .wrong("status", "valid ones: online, offline, error, connecting, recording, gap, off");
    get("status=online,").await.wrong("status", "has no such value");
    get("driver=onvif").await.wrong("driver", "valid ones: rtsp");
}

#[tokio::test]
async fn a_camera_is_found_by_id_and_by_key() {
    let lab = Lab::new().await;
    let id = lab.studio.camera.id.to_string();
    for name in ["front-door", &id, &id.to_uppercase(), &id.replace('-', "")] {
        assert_eq!(lab.data(&format!("/api/v1/cameras/{name}")).await["id"], id);
    }
}

#[tokio::test]
async fn what_is_no_camera_is_a_404() {
    let lab = Lab::new().await;
    let unknown = "0190aaaa-0000-7000-8000-000000000000";
    for name in
        [unknown, "nobody", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00b", "front-door%20", "%27%3B--", "🦉"]
    {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { "%F0%9F%A6%89".to_owned() })
            .collect();
        lab.get(&format!("/api/v1/cameras/{name}")).await.error(404, "CAMERA_NOT_FOUND");
        lab.get(&format!("/api/v1/cameras/{name}/status")).await.error(404, "CAMERA_NOT_FOUND");
    }
    lab.get("/api/v1/cameras/%ff%fe").await.error(404, "NOT_FOUND");
    lab.get(&format!("/api/v1/cameras/{}", "x".repeat(5_000))).await.error(404, "CAMERA_NOT_FOUND");
}

#[tokio::test]
async fn the_status_says_since_when_and_why() {
    let lab = Lab::new().await;
    let path = "/api/v1/cameras/front-door/status";
    let unknown = lab.data(path).await;
    assert_eq!((&unknown["recording_state"], &unknown["since"]), (&json!("off"), &json!(null)));
    lab.state.status.update_camera(lab.studio.camera.id, at(1), |status| {
        status.state = RecordingState::Gap(GapCause::AuthFailed);
        status.since = at(500);
        status.details = "the camera refused the password".to_owned();
        status.reconnects = 3;
    });
    let status = lab.data(path).await;
    assert_eq!(status["recording_state"], "gap");
    assert_eq!(status["gap_cause"], "auth_failed");
    assert_eq!(status["since"], "2026-11-20T12:08:20.000Z");
    assert_eq!(status["wants_recording"], true);
    assert_eq!(status["details"], "the camera refused the password");
}
