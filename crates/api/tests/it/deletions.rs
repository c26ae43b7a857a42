//! Deleting footage: `/cameras/{id}/footage`, `/recordings/{id}`.

use axum::http::StatusCode;
use nightjar_catalog::AuditFilter;
use nightjar_model::{Camera, ManagedBy, OrgId, RecordingId, SegmentId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::lab::Lab;
use crate::studio::{at, fragments};

const FOOTAGE: &str = "/api/v1/cameras/front-door/footage";

/// What the recorder does when it is told, as far as these tests see it.
async fn carry_out(lab: &Lab) -> bool {
    let catalog = &lab.studio.catalog;
    let mut all = true;
    for purge in catalog.running_purges().await.expect("are read") {
        let found = catalog.purgeable(&purge, 100).await.expect("are read");
        let ids: Vec<SegmentId> = found.iter().map(|segment| segment.id).collect();
        catalog.mark_deleting(&ids).await.expect("are marked");
        for segment in catalog.deleting(None, 100).await.expect("are read") {
            lab.studio.local.delete(&segment.key).expect("is deleted");
            catalog.forget_purged(&[segment.id], "deleted on request", purge.id).await.expect("is forgotten");
        }
        all &= catalog.finish_purge(&purge, lab.state.clock.now()).await.expect("is tried").is_some();
    }
    all
}

async fn asked(lab: &Lab, path: &str) -> Value {
    let reply = lab.delete(path).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{reply:?}");
    reply.data()
}

async fn deletions(lab: &Lab) -> Vec<Value> {
    let list = lab.data(&format!("{FOOTAGE}/deletions")).await;
    list["deletions"].as_array().expect("a list").clone()
}

async fn starts(lab: &Lab) -> Vec<String> {
    let list = lab.data("/api/v1/recordings?sort=start").await;
    let items = list["items"].as_array().expect("a list").iter();
    items.map(|item| item["start"].as_str().expect("a time")[14..19].to_owned()).collect()
}

#[tokio::test]
async fn the_whole_files_of_a_range_go_and_it_can_be_watched() {
    let lab = Lab::new().await;
    lab.studio.record(0, 50, 10).await;
    let begun = asked(&lab, &format!("{FOOTAGE}?from=2026-11-20T12:00:05Z&to=2026-11-20T12:00:40Z")).await;
    assert_eq!(begun["state"], "running");
    assert_eq!((&begun["found"]["segments"], &begun["deleted"]["segments"]), (&json!(3), &json!(0)));
    assert_eq!(begun["from"], "2026-11-20T12:00:05.000Z");
    assert_eq!(deletions(&lab).await, std::slice::from_ref(&begun));
    assert!(carry_out(&lab).await);
    let done = deletions(&lab).await.remove(0);
    assert_eq!((&done["state"], &done["deleted"]), (&json!("finished"), &begun["found"]));
    assert_eq!(done["finished_at"], "2026-11-20T12:16:40.000Z");
    assert_eq!(starts(&lab).await, ["00:00", "00:40"]);
    let path = "/api/v1/recordings/timeline/front-door?from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:50Z";
    let timeline = lab.data(path).await;
    let gap = &timeline["gaps"][0];
    assert_eq!((&gap["cause"], &gap["start"]), (&json!("deleted"), &json!("2026-11-20T12:00:10.000Z")));
    assert_eq!(gap["end"], "2026-11-20T12:00:40.000Z");

    let filter = AuditFilter { q: Some("footage.delete".to_owned()), ..AuditFilter::default() };
    let trail = lab.state.catalog.audit(OrgId::DEFAULT, &filter, None, 10).await.expect("is read");
    let told: Vec<_> = trail.iter().map(|entry| entry.record.action.as_str()).collect();
    assert_eq!(told, ["footage.deleted", "footage.delete"]);
    assert_eq!(trail[0].record.details["bytes"], done["deleted"]["bytes"]);
    assert_eq!(trail[0].record.details["deletion_id"], trail[1].record.details["deletion_id"]);
    assert_eq!(trail[1].record.details["segments_found"], 3);
}

#[tokio::test]
async fn all_of_it_goes_but_not_what_is_being_written() {
    let lab = Lab::new().await;
    lab.studio.record(0, 20, 10).await;
    let mut writing = lab.studio.open(RecordingId(Uuid::now_v7()), &fragments(20, 10)).await;
    writing.add(&fragments(20, 10));
    let begun = asked(&lab, FOOTAGE).await;
    assert_eq!((&begun["found"]["segments"], &begun["to"]), (&json!(2), &json!("2026-11-20T12:16:40.000Z")));
    assert!(!carry_out(&lab).await, "it may end within the range");
    assert_eq!(starts(&lab).await, ["00:20"]);
    let written = lab.studio.finish(writing).await;
    assert!(carry_out(&lab).await);
    let left = lab.get(&format!("/api/v1/recordings/{}", written.id)).await;
    left.error(404, "RECORDING_NOT_FOUND");
    assert_eq!(deletions(&lab).await[0]["deleted"]["segments"], 3);
}

#[tokio::test]
async fn one_recording_is_gone_for_everybody_at_once() {
    let lab = Lab::new().await;
    let segments = lab.studio.record(0, 30, 10).await;
    let path = format!("/api/v1/recordings/{}", segments[1].id);
    let signed = lab.data(&format!("{path}/signed-url")).await["url"].as_str().expect("a URL").to_owned();
    let begun = asked(&lab, &path).await;
    assert_eq!(begun["recording_id"], segments[1].id.to_string());
    assert_eq!(begun["found"], json!({ "segments": 1, "bytes": segments[1].bytes }));
    lab.get(&path).await.error(404, "RECORDING_NOT_FOUND");
    lab.delete(&path).await.error(404, "RECORDING_NOT_FOUND");
    lab.get(&signed).await.error(404, "RECORDING_NOT_FOUND");
    assert!(carry_out(&lab).await);
    assert_eq!(starts(&lab).await, ["00:00", "00:20"]);
    assert_eq!(deletions(&lab).await[0]["state"], "finished");
    for bad in ["0190aaaa-0000-7000-8000-000000000000", "x"] {
        lab.delete(&format!("/api/v1/recordings/{bad}")).await.error(404, "RECORDING_NOT_FOUND");
    }
}

#[tokio::test]
async fn an_open_recording_is_not_deleted() {
    let lab = Lab::new().await;
    let writing = lab.studio.open(RecordingId(Uuid::now_v7()), &fragments(0, 10)).await;
    lab.delete(&format!("/api/v1/recordings/{}", writing.id)).await.error(409, "CONFLICT");
    lab.studio.finish(writing).await;
}

#[tokio::test]
async fn a_session_over_deleted_footage_says_that_it_is_not_there() {
    let lab = Lab::new().await;
    let segments = lab.studio.record(0, 30, 10).await;
    let body =
        json!({ "camera_id": "front-door", "from": "2026-11-20T12:00:00Z", "to": "2026-11-20T12:00:30Z" });
    let session = lab.post("/api/v1/playback/start", body).await.data();
    let url = session["playlist_url"].as_str().expect("a URL").to_owned();
    let (base, query) = url.split_once("/playlist.m3u8").expect("a playlist");
    let playlist = async || String::from_utf8(lab.get(&url).await.body.to_vec()).expect("text");
    let media = |id: &dyn std::fmt::Display| format!("{base}/media/{id}.mp4{query}");
    let first = media(&segments[0].id);
    assert!(lab.get(&first).await.status.is_success());
    assert!(playlist().await.contains(&segments[0].id.to_string()));
    asked(&lab, &format!("/api/v1/recordings/{}", segments[0].id)).await;
    lab.get(&first).await.error(404, "RECORDING_NOT_FOUND");
    assert!(!playlist().await.contains(&segments[0].id.to_string()));
    assert!(carry_out(&lab).await);
    lab.get(&first).await.error(404, "RECORDING_NOT_FOUND");
    assert!(lab.get(&media(&segments[2].id)).await.status.is_success(), "the rest can be watched");
    asked(&lab, FOOTAGE).await;
    assert!(carry_out(&lab).await);
    lab.get(&format!("{base}/download.mp4{query}")).await.error(404, "RECORDING_NOT_FOUND");
}

#[tokio::test]
async fn the_footage_of_a_deleted_camera_can_go_too() {
    let lab = Lab::new().await;
    let of_api = Camera { managed_by: ManagedBy::Api, ..lab.studio.camera.clone() };
    lab.studio.catalog.upsert_camera(&of_api).await.expect("is changed");
    lab.studio.record(0, 20, 10).await;
    assert_eq!(lab.delete("/api/v1/cameras/front-door").await.status.as_u16(), 204);
    let begun = asked(&lab, FOOTAGE).await;
    assert_eq!((&begun["to"], &begun["found"]["segments"]), (&Value::Null, &json!(2)));
    assert!(carry_out(&lab).await);
    assert_eq!(deletions(&lab).await[0]["state"], "finished");
    assert_eq!(starts(&lab).await, Vec::<String>::new());
}

#[tokio::test]
async fn impossible_ranges_and_cameras_are_refused() {
    let lab = Lab::new().await;
    lab.set_time(at(1_000));
    let delete = async |query: &str| lab.delete(&format!("{FOOTAGE}?{query}")).await;
    delete("from=2026-11-20T12:00:10Z&to=2026-11-20T12:00:10Z").await.wrong("to", "later than `from`");
    delete("from=2026-11-20T13:00:00Z").await.wrong("from", "must not be in the future");
    delete("from=yesterday").await.wrong("from", "must be a time like");
    delete("before=2026-11-20").await.wrong("before", "valid ones: from, to");
    lab.delete("/api/v1/cameras/nobody/footage").await.error(404, "CAMERA_NOT_FOUND");
    lab.get("/api/v1/cameras/nobody/footage/deletions").await.error(404, "CAMERA_NOT_FOUND");
    assert_eq!(deletions(&lab).await, Vec::<Value>::new());
    let today = asked(&lab, &format!("{FOOTAGE}?from=2026-11-20&to=2026-11-20")).await;
    assert_eq!(today["to"], "2026-11-20T12:16:40.000Z", "not what is not there yet");
}
