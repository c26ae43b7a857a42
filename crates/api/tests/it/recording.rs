//! `/recording`.

use nightjar_model::{Camera, Mode, OrgId, RecordingState};
use serde_json::json;

use crate::lab::Lab;
use crate::studio::{at, camera};

async fn manual(lab: &Lab, key: &str) -> Option<bool> {
    let key = key.parse().expect("a key");
    lab.studio.catalog.camera_by_key(OrgId::DEFAULT, &key).await.expect("answers").expect("there").manual
}

#[tokio::test]
async fn stopping_and_starting_is_kept_only_where_it_differs_from_the_mode() {
    let lab = Lab::new().await;
    let off = Camera { mode: Mode::Off, ..camera("garage") };
    lab.studio.catalog.upsert_camera(&off).await.expect("inserts");
    let changes = lab.studio.catalog.changes();
    let before = *changes.borrow();
    let switch = async |what: &str, key: &str| {
        lab.post(&format!("/api/v1/recording/{what}"), json!({ "camera_id": key })).await.data()
    };
    assert_eq!(switch("stop", "front-door").await["wants_recording"], false);
    assert_eq!(manual(&lab, "front-door").await, Some(false));
    assert_eq!(switch("start", "front-door").await["wants_recording"], true);
    assert_eq!(manual(&lab, "front-door").await, None);
    assert_eq!(switch("start", &off.id.to_string()).await["wants_recording"], true);
    assert_eq!(manual(&lab, "garage").await, Some(true));
    assert_eq!(switch("stop", "garage").await["wants_recording"], false);
    assert_eq!(manual(&lab, "garage").await, None);
    assert!(*changes.borrow() >= before + 4, "the recorder is told");
}

#[tokio::test]
async fn what_can_not_be_started_is_said() {
    let lab = Lab::new().await;
    let disabled = Camera { enabled: false, ..camera("shed") };
    lab.studio.catalog.upsert_camera(&disabled).await.expect("inserts");
    let post = async |what: &str, body| lab.post(&format!("/api/v1/recording/{what}"), body).await;
    post("start", json!({"camera_id": "shed"})).await.error(409, "CONFLICT");
    for what in ["start", "stop"] {
        post(what, json!({"camera_id": "nobody"})).await.error(404, "CAMERA_NOT_FOUND");
        post(what, json!({"camera_id": "../../etc"})).await.error(404, "CAMERA_NOT_FOUND");
        post(what, json!({"camera_id": ["front-door"]})).await.wrong("camera_id", "invalid type");
        post(what, json!({"camera_id": null})).await.wrong("camera_id", "invalid type");
        post(what, json!({})).await.wrong("body", "camera_id");
        post(what, json!(null)).await.error(400, "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn the_status_counts_and_the_list_has_what_is_recorded() {
    let lab = Lab::new().await;
    lab.studio.catalog.upsert_camera(&camera("garage")).await.expect("inserts");
    let id = lab.studio.camera.id;
    lab.state.status.update_camera(id, at(990), |status| status.state = RecordingState::Recording);
    let status = lab.data("/api/v1/recording/status").await;
    let counts = ["total", "recording", "gap", "off"].map(|key| status[key].as_u64().expect("a number"));
    assert_eq!(counts, [2, 1, 0, 1]);
    let one = lab.data("/api/v1/recording/status?camera_id=garage").await;
    assert_eq!((&one["total"], &one["off"]), (&json!(1), &json!(1)));
    lab.get("/api/v1/recording/status?camera_id=nobody").await.error(404, "CAMERA_NOT_FOUND");
    lab.get("/api/v1/recording/status?camera=garage").await.wrong("camera", "valid ones: camera_id");
    let list = lab.data("/api/v1/recording/cameras").await;
    assert_eq!((&list["pagination"]["total"], &list["items"][0]["key"]), (&json!(1), &json!("front-door")));
    lab.get("/api/v1/recording/cameras?limit=501").await.wrong("limit", "from 1 to 500");
}
