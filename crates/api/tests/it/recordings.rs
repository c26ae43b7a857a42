//! `/recordings`.

use nightjar_catalog::LedgerWrite;
use nightjar_model::{Gap, GapCause, GapId, StreamName};
use serde_json::json;
use uuid::Uuid;

use crate::lab::Lab;
use crate::studio::at;

#[tokio::test]
async fn recordings_are_listed_newest_first_page_by_page_and_by_cursor() {
    let lab = Lab::new().await;
    lab.studio.record(0, 50, 10).await;
    let data = lab.data("/api/v1/recordings?limit=2").await;
    let expected = json!({"page": 1, "limit": 2, "total": 5, "total_pages": 3});
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(&data["pagination"][key], value);
    }
    let first = &data["items"][0];
    assert_eq!(
        (&first["start"], &first["end"]),
        (&json!("2026-11-20T12:00:40.000Z"), &json!("2026-11-20T12:00:50.000Z"))
    );
    assert_eq!((&first["duration_seconds"], &first["frames"]), (&json!(10.0), &json!(250)));
    assert_eq!((&first["camera_key"], &first["width"]), (&json!("front-door"), &json!(320)));

    let mut seen = Vec::new();
    let mut page = data;
    loop {
        seen.extend(page["items"].as_array().expect("a list").iter().map(|item| item["id"].to_string()));
        let Some(cursor) = page["pagination"]["next_cursor"].as_str().map(str::to_owned) else { break };
        page = lab.data(&format!("/api/v1/recordings?limit=2&cursor={cursor}")).await;
        assert_eq!(page["pagination"]["page"], json!(null));
    }
    assert_eq!(seen.len(), 5);
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let third = lab.data("/api/v1/recordings?limit=2&page=3").await;
    assert_eq!(third["items"][0]["id"].to_string(), seen[4]);
}

#[tokio::test]
async fn recordings_are_filtered() {
    let lab = Lab::new().await;
    lab.studio.record(0, 50, 10).await;
    let total = async |query: &str| {
        lab.data(&format!("/api/v1/recordings?{query}")).await["pagination"]["total"].clone()
    };
    assert_eq!(total("camera_id=front-door").await, 5);
    assert_eq!(total(&format!("camera_id=front-door,{}", lab.studio.camera.id)).await, 5);
    assert_eq!(total("stream=sub").await, 0);
    assert_eq!(total("state=finished").await, 5);
    assert_eq!(total("state=open").await, 0);
    assert_eq!(total("start_date=2026-11-20&end_date=2026-11-20").await, 5);
    assert_eq!(total("start_date=2026-11-21").await, 0);
    assert_eq!(total("end_date=2026-11-19").await, 0);
    assert_eq!(total("start_date=2026-11-20T12:00:20Z&end_date=2026-11-20T12:00:30Z").await, 1);
    assert_eq!(total("start_date=2026-11-20T14:00:20%2B02:00&end_date=2026-11-20T12:00:30Z").await, 1);
    let oldest = lab.data("/api/v1/recordings?sort=start&limit=1").await;
    assert_eq!(oldest["items"][0]["start"], "2026-11-20T12:00:00.000Z");
    let same = lab.data("/api/v1/recordings?sort=timestamp&limit=1").await;
    assert_eq!(oldest["items"], same["items"]);
}

#[tokio::test]
async fn wrong_parameters_of_both_lists_are_named() {
    let lab = Lab::new().await;
    for list in ["/api/v1/recordings", "/api/v1/storage/segments"] {
        let get = async |query: &str| lab.get(&format!("{list}?{query}")).await;
        get("limit=0").await.wrong("limit", "from 1 to 500");
        get("limit=501").await.wrong("limit", "from 1 to 500");
        get("page=202").await.wrong("page", "use `cursor`");
        get("sort=bytes").await.wrong("sort", "valid ones: start, -start, timestamp, -timestamp");
        get("stream=third").await.wrong("stream", "valid ones: main, sub");
        get("state=lost").await.wrong("state", "valid ones: open, finished, deleting");
        get("start_date=yesterday").await.wrong("start_date", "must be a time like");
        get("start_date=2026-11-21&end_date=2026-11-20").await.wrong("end_date", "later than `start_date`");
        get("start_date=2026-02-30").await.error(400, "INVALID_TIME_RANGE");
        for cursor in ["x", "", "%00", &"f".repeat(47), &"é".repeat(24), "' OR 1=1 --"] {
            let cursor: String = cursor.bytes().map(|byte| format!("%{byte:02x}")).collect();
            get(&format!("cursor={cursor}")).await.error(400, "INVALID_CURSOR");
        }
        let cursor = "0".repeat(48);
        get(&format!("cursor={cursor}&page=1")).await.wrong("page", "does not go together");
        assert!(get(&format!("cursor={cursor}")).await.status.is_success(), "a cursor may name what is gone");
        get("camera_id=nobody").await.error(404, "CAMERA_NOT_FOUND");
        get("camera_id=").await.error(404, "CAMERA_NOT_FOUND");
        get(&format!("camera_id={}", vec!["a"; 501].join(","))).await.wrong("camera_id", "more than 500");
    }
}

#[tokio::test]
async fn one_recording_is_shown_and_what_is_none_is_a_404() {
    let lab = Lab::new().await;
    let segments = lab.studio.record(0, 10, 10).await;
    let id = segments[0].id.to_string();
    assert_eq!(lab.data(&format!("/api/v1/recordings/{id}")).await["id"], id);
    for bad in ["0190aaaa-0000-7000-8000-000000000000", "x", "..%2f..", "front-door"] {
        lab.get(&format!("/api/v1/recordings/{bad}")).await.error(404, "RECORDING_NOT_FOUND");
        lab.get(&format!("/api/v1/recordings/{bad}/signed-url")).await.error(404, "RECORDING_NOT_FOUND");
    }
    lab.studio.catalog.mark_deleting(&[segments[0].id]).await.expect("marks");
    lab.get(&format!("/api/v1/recordings/{id}")).await.error(404, "RECORDING_NOT_FOUND");
}

#[tokio::test]
async fn a_signed_address_works_until_it_expires() {
    let lab = Lab::new().await;
    let id = lab.studio.record(0, 10, 10).await[0].id;
    let data = lab.data(&format!("/api/v1/recordings/{id}/signed-url?expires_in=60")).await;
    assert_eq!(data["expires_at"], "2026-11-20T12:17:40.000Z");
    let url = data["url"].as_str().expect("an address").to_owned();
    assert!(lab.get(&url).await.status.is_success());
    lab.set_time(at(1_060));
    lab.get(&url).await.error(401, "AUTH_TOKEN_INVALID");
    lab.get(&format!("/api/v1/recordings/{id}/signed-url?expires_in=0"))
        .await
        .wrong("expires_in", "from 1 to 86400");
    lab.get(&format!("/api/v1/recordings/{id}/signed-url?expires_in=86401"))
        .await
        .wrong("expires_in", "from 1 to 86400");
}

#[tokio::test]
async fn a_timeline_has_spans_and_gaps_with_their_cause() {
    let lab = Lab::new().await;
    lab.studio.record(0, 100, 10).await;
    lab.studio.record(300, 100, 10).await;
    let gap = |start, end: Option<i64>, cause| Gap {
        id: GapId(Uuid::now_v7()),
        org_id: lab.studio.camera.org_id,
        camera_id: lab.studio.camera.id,
        stream: StreamName::Main,
        start: at(start),
        end: end.map(at),
        cause,
        details: "no answer".to_owned(),
    };
    let lost = gap(100, Some(300), GapCause::CameraUnreachable);
    let off = gap(400, None, GapCause::Disabled);
    lab.studio
        .catalog
        .apply(&[LedgerWrite::GapRecorded(lost), LedgerWrite::GapOpened(off)])
        .await
        .expect("applies");

    let path = "/api/v1/recordings/timeline/front-door?from=2026-11-20T12:00:00Z";
    let timeline = lab.data(&format!("{path}&resolution=100")).await;
    let spans = timeline["spans"].as_array().expect("a list");
    assert_eq!(spans.len(), 2, "{timeline:#}");
    assert_eq!((&spans[0]["segments"], &spans[0]["end"]), (&json!(10), &json!("2026-11-20T12:01:40.000Z")));
    let gaps = timeline["gaps"].as_array().expect("a list");
    assert_eq!(gaps.len(), 2, "{timeline:#}");
    assert_eq!(
        (&gaps[0]["cause"], &gaps[0]["loss"], &gaps[0]["ongoing"]),
        (&json!("camera_unreachable"), &json!(true), &json!(false))
    );
    assert_eq!(
        (&gaps[1]["cause"], &gaps[1]["loss"], &gaps[1]["ongoing"]),
        (&json!("disabled"), &json!(false), &json!(true))
    );
    assert_eq!(gaps[1]["end"], timeline["to"]);
    assert_eq!(timeline["slo"], json!({"ratio": 0.5, "recorded_seconds": 200.0, "lost_seconds": 200.0}));
    let recorded: Vec<_> = timeline["bins"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|bin| bin["recorded_seconds"].clone())
        .collect();
    assert_eq!(recorded, [100.0, 0.0, 0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(timeline["bins"][1]["lost_seconds"], 100.0);
    let clipped = lab.data(&format!("{path}&to=2026-11-20T12:00:50Z")).await;
    assert_eq!(clipped["spans"][0]["end"], "2026-11-20T12:00:50.000Z");
    assert_eq!(clipped["bins"], json!(null));
    let day = lab.data("/api/v1/recordings/timeline/front-door").await;
    assert_eq!(
        (&day["from"], &day["to"]),
        (&json!("2026-11-19T12:16:40.000Z"), &json!("2026-11-20T12:16:40.000Z"))
    );
}

#[tokio::test]
async fn impossible_windows_are_refused() {
    let lab = Lab::new().await;
    let get = async |query: &str| lab.get(&format!("/api/v1/recordings/timeline/front-door?{query}")).await;
    get("from=2026-11-20T13:00:00Z").await.wrong("from", "must not be in the future");
    get("from=2026-11-20T12:00:00Z&to=2026-11-20T11:00:00Z").await.wrong("to", "later than `from`");
    get("from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:00Z").await.wrong("to", "later than `from`");
    get("from=2026-01-01&to=2026-11-20").await.wrong("to", "31 days");
    get("from=0001-01-01&to=9999-12-31").await.wrong("to", "31 days");
    get("from=2026-11-20&to=2026-11-20&resolution=1").await.wrong("resolution", "more than 5000 bins");
    get("resolution=0").await.wrong("resolution", "from 1 to 86400");
    get("from=noon").await.wrong("from", "must be a time like");
    get("stream=x").await.wrong("stream", "valid ones");
    lab.get("/api/v1/recordings/timeline/nobody").await.error(404, "CAMERA_NOT_FOUND");
}
