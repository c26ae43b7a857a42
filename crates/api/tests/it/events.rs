//! `/events`.

use axum::body::Body;
use axum::http::Method;
use nightjar_catalog::EventWrite;
use nightjar_model::{
    Camera, CameraGroup, CameraId, Event, EventId, EventType, GroupId, GroupScope, NewEvent, OrgId, Role,
    Severity, WallTime,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::lab::{Lab, Reply, request};
use crate::studio::{at, camera};

/// An event of a camera, in the store.
pub(crate) async fn stored(lab: &Lab, camera: Option<CameraId>, start: WallTime) -> Event {
    let new = NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, start).with("zone", "door");
    let new = NewEvent { camera_id: camera, ..new };
    let event = new.with_id(EventId::at(start, rand()));
    lab.studio.catalog.apply_events(&[EventWrite::Happened(event.clone())]).await.expect("is written");
    event
}

fn rand() -> u64 {
    Uuid::now_v7().as_u128() as u64
}

/// A camera in a group of its own, and the group.
pub(crate) async fn grouped(lab: &Lab, key: &str) -> (CameraId, GroupId) {
    let group = CameraGroup {
        id: GroupId(Uuid::now_v7()),
        org_id: OrgId::DEFAULT,
        name: key.to_owned(),
        description: String::new(),
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    };
    lab.studio.catalog.create_camera_group(&group).await.expect("made");
    let camera = Camera { group_id: Some(group.id), ..camera(key) };
    (lab.studio.catalog.upsert_camera(&camera).await.expect("inserts"), group.id)
}

async fn get(lab: &Lab, bearer: &str, path: &str) -> Reply {
    let headers = [("authorization", format!("Bearer {bearer}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    lab.send_bare(request(Method::GET, path, &headers, Body::empty())).await
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("a list");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn an_event_has_the_shape_of_the_contract() {
    let lab = Lab::new().await;
    let event = stored(&lab, Some(lab.studio.camera.id), at(7)).await;
    let expected = json!({
        "id": event.id, "camera_id": lab.studio.camera.id, "camera_name": lab.studio.camera.name,
        "event_type": "doorbell", "severity": "info", "timestamp": "2026-11-20T12:00:07.000Z",
        "end_timestamp": null, "metadata": { "zone": "door" }, "acknowledged": false,
        "acknowledged_at": null, "acknowledged_by": null,
    });
    assert_eq!(lab.data(&format!("/api/v1/events/{}", event.id)).await, expected);
    let list = lab.data("/api/v1/events").await;
    assert_eq!(list["items"], json!([expected]));
    assert_eq!(list["pagination"]["total"], 1);
    for unknown in ["nothing", "0190aaaa-0000-7000-8000-000000000000"] {
        lab.get(&format!("/api/v1/events/{unknown}")).await.error(404, "EVENT_NOT_FOUND");
    }
}

#[tokio::test]
async fn pages_go_by_number_and_by_cursor_in_both_orders() {
    let lab = Lab::new().await;
    let mut expected = Vec::new();
    for second in 0..25 {
        expected.push(stored(&lab, Some(lab.studio.camera.id), at(second / 3)).await.id);
    }
    expected.sort_unstable();
    let mut expected: Vec<String> = expected.iter().map(EventId::to_string).collect();
    for sort in ["timestamp", "-timestamp"] {
        let (mut by_number, mut by_cursor, mut cursor) = (Vec::new(), Vec::new(), String::new());
        for number in 1..=3 {
            let base = format!("/api/v1/events?sort={sort}&limit=10");
            let page = lab.data(&format!("{base}&page={number}")).await;
            assert_eq!(
                (&page["pagination"]["total"], &page["pagination"]["total_pages"]),
                (&json!(25), &json!(3))
            );
            by_number.extend(ids(&page));
            let page = lab.data(&format!("{base}{cursor}")).await;
            by_cursor.extend(ids(&page));
            let next = page["pagination"]["next_cursor"].as_str();
            assert_eq!(next.is_none(), number == 3);
            cursor = next.map(|next| format!("&cursor={next}")).unwrap_or_default();
        }
        assert_eq!((&by_number, &by_cursor), (&expected, &expected));
        expected.reverse();
    }
}

#[tokio::test]
async fn filters_go_together_and_wrong_ones_are_named() {
    let lab = Lab::new().await;
    let (yard, _) = grouped(&lab, "yard").await;
    let at_door = stored(&lab, Some(lab.studio.camera.id), at(7)).await.id.to_string();
    let in_yard = stored(&lab, Some(yard), at(8)).await.id.to_string();
    let of_nobody = stored(&lab, None, at(9)).await.id.to_string();
    lab.post(&format!("/api/v1/events/{in_yard}/acknowledge"), json!({})).await.data();
    let cases = [
        ("", vec![&of_nobody, &in_yard, &at_door]),
        ("camera_id=yard", vec![&in_yard]),
        (&format!("camera_id=yard,{}", lab.studio.camera.id), vec![&in_yard, &at_door]),
        ("type=doorbell,ai_person&severity=info", vec![&of_nobody, &in_yard, &at_door]),
        ("severity=critical,warning", vec![]),
        ("acknowledged=true", vec![&in_yard]),
        ("acknowledged=false&sort=timestamp", vec![&at_door, &of_nobody]),
        ("start_date=2026-11-20T12:00:08Z", vec![&of_nobody, &in_yard]),
        ("end_date=2026-11-20T12:00:08Z", vec![&at_door]),
        ("start_date=2026-11-21", vec![]),
    ];
    for (query, expected) in cases {
        let list = lab.data(&format!("/api/v1/events?{query}")).await;
        assert_eq!(ids(&list).iter().collect::<Vec<_>>(), expected, "{query}");
        assert_eq!(list["pagination"]["total"], expected.len(), "{query}");
    }
    let wrong = [
        ("type=Motion", "type", "must be a type like"),
        ("severity=bad", "severity", "valid ones: info, warning, critical"),
        ("acknowledged=maybe", "acknowledged", "valid ones: true, false"),
        ("cursor=nothing", "cursor", "not one that this list"),
        ("sort=severity", "sort", "valid ones: timestamp, -timestamp"),
        ("end_date=2026-11-20&start_date=2026-11-22", "end_date", "must be later"),
        ("camera=yard", "camera", "is not a parameter"),
    ];
    for (query, field, reason) in wrong {
        lab.get(&format!("/api/v1/events?{query}")).await.wrong(field, reason);
    }
    lab.get("/api/v1/events?camera_id=nowhere").await.error(404, "CAMERA_NOT_FOUND");
}

#[tokio::test]
async fn whoever_is_limited_to_groups_sees_the_events_of_their_cameras_only() {
    let lab = Lab::new().await;
    let (yard, group) = grouped(&lab, "yard").await;
    let hidden = [stored(&lab, Some(lab.studio.camera.id), at(7)).await, stored(&lab, None, at(8)).await];
    let seen = stored(&lab, Some(yard), at(9)).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::only([group])).await;
    let bearer = lab.people.sign_in(&user).await;
    let list = get(&lab, &bearer, "/api/v1/events").await.data();
    assert_eq!((ids(&list), &list["pagination"]["total"]), (vec![seen.id.to_string()], &json!(1)));
    get(&lab, &bearer, "/api/v1/events?camera_id=front-door").await.error(404, "CAMERA_NOT_FOUND");
    for event in hidden {
        get(&lab, &bearer, &format!("/api/v1/events/{}", event.id)).await.error(404, "EVENT_NOT_FOUND");
    }
    get(&lab, &bearer, &format!("/api/v1/events/{}", seen.id)).await.data();
    let nobodys = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::only([])).await;
    let bearer = lab.people.sign_in(&nobodys).await;
    assert!(ids(&get(&lab, &bearer, "/api/v1/events").await.data()).is_empty());
}

#[tokio::test]
async fn acknowledging_is_done_once_and_written_down() {
    let lab = Lab::new().await;
    let event = stored(&lab, Some(lab.studio.camera.id), at(7)).await;
    let path = format!("/api/v1/events/{}/acknowledge", event.id);
    let first = lab.post(&path, json!({})).await.data();
    assert_eq!(
        (&first["acknowledged"], &first["acknowledged_at"]),
        (&json!(true), &json!("2026-11-20T12:16:40.000Z"))
    );
    lab.set_time(at(2_000));
    assert_eq!(lab.post(&path, json!({})).await.data(), first);
    let entries = lab.data("/api/v1/audit?action=event.acknowledge").await;
    assert_eq!(entries["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(entries["items"][0]["object_id"], json!(event.id));
    assert_eq!(entries["items"][0]["details"]["event_type"], "doorbell");
}
