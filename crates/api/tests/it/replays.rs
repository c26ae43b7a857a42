//! `resume` on `/ws/events`: what was missed, out of the store.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use nightjar_catalog::EventWrite;
use nightjar_model::{
    CameraId, Event, EventId, EventType, GroupScope, NewEvent, OrgId, Permission, Permissions, Role,
    Severity, User,
};
use serde_json::{Value, json};

use crate::events::grouped;
use crate::lab::{Lab, request};
use crate::listener::{Heard, Listener, Port};
use crate::studio::at;

/// More than what the connection takes for a client that does not read.
const MANY: usize = 6_000;

fn ring(second: i64) -> NewEvent {
    NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, at(second))
}

/// Large events of a camera, in the store.
async fn store_large(lab: &Lab, camera: CameraId) {
    let text = "x".repeat(4_000);
    store(lab, MANY, |new| new.of(camera).with("text", text.as_str())).await;
}

/// Events of the installation, in the store.
async fn store_small(lab: &Lab, count: usize) -> Vec<String> {
    store(lab, count, |new| new).await
}

/// Events in the store, a millisecond apart; gives their ids.
async fn store(lab: &Lab, count: usize, like: impl Fn(NewEvent) -> NewEvent) -> Vec<String> {
    let event = |number: usize| {
        let start = at(0) + Duration::from_millis(number as u64);
        like(NewEvent { start, ..ring(0) }).with_id(EventId::at(start, 1))
    };
    let events: Vec<Event> = (0..count).map(event).collect();
    for batch in events.chunks(500) {
        let writes: Vec<EventWrite> = batch.iter().cloned().map(EventWrite::Happened).collect();
        lab.studio.catalog.apply_events(&writes).await.expect("is written");
    }
    events.iter().map(|event| event.id.to_string()).collect()
}

/// An operator who sees everything.
async fn operator(lab: &Lab) -> String {
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    lab.people.sign_in(&user).await
}

/// A client that is connected all the time.
async fn witness(lab: &Lab, port: &Port) -> Listener {
    let mut listener = port.connect(&operator(lab).await).await;
    listener.tell(json!({ "action": "subscribe" })).await;
    listener
}

/// A client that comes back, and knows this event.
async fn resumed(lab: &Lab, port: &Port, last: &str) -> Listener {
    let mut listener = witness(lab, port).await;
    listener.send(json!({ "action": "resume", "last_event_id": last })).await;
    listener
}

/// Asks for all that there is, and reads the first of it.
async fn begin(port: &Port, bearer: &str) -> Listener {
    let mut listener = port.connect(bearer).await;
    listener.tell(json!({ "action": "subscribe" })).await;
    listener.send(json!({ "action": "resume", "last_event_id": EventId::floor(at(-1_000)) })).await;
    listener.hear_a("event").await;
    listener
}

impl Lab {
    async fn patch_user(&self, user: &User, change: Value) {
        let headers = [("content-type", "application/json")];
        let path = format!("/api/v1/users/{}", user.id);
        self.send_in_person(request(Method::PATCH, &path, &headers, Body::from(change.to_string())))
            .await
            .data();
    }
}

#[tokio::test]
async fn what_was_reported_late_comes_too() {
    let lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let mut witness = witness(&lab, &port).await;
    lab.state.events.publish(ring(500));
    let known = witness.hear_events(1).await.remove(0);
    lab.state.events.publish(ring(200));
    let late = witness.hear_events(1).await.remove(0);
    let mut back = resumed(&lab, &port, &known).await;
    assert_eq!(back.hear_events(2).await, [late, known]);
    back.tell(json!({ "action": "unsubscribe" })).await;
}

#[tokio::test]
async fn what_happened_after_the_clock_was_set_back_comes_too() {
    let lab = Lab::new().await;
    lab.set_time(at(5_000));
    let port = Port::open(lab.bare()).await;
    let mut witness = witness(&lab, &port).await;
    lab.state.events.publish(ring(5_000));
    let known = witness.hear_events(1).await;
    for second in [1_400, 2_300] {
        lab.state.events.publish(ring(second));
    }
    let missed = witness.hear_events(2).await;
    lab.set_time(at(2_400));
    let mut back = resumed(&lab, &port, &known[0]).await;
    assert_eq!(back.hear_events(3).await, [missed, known].concat());
}

#[tokio::test]
async fn what_ended_or_was_acknowledged_meanwhile_comes_first() {
    let lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let mut witness = witness(&lab, &port).await;
    lab.state.events.begin("over", ring(5));
    lab.state.events.end("over", at(30));
    lab.state.events.begin("lasting", ring(10));
    lab.state.events.publish(ring(20));
    lab.state.events.publish(ring(600));
    let known = witness.hear_events(5).await;
    let [_, _, lasting, seen, last] = &known[..] else { panic!("{known:?}") };
    lab.state.events.end("lasting", at(700));
    lab.post(&format!("/api/v1/events/{seen}/acknowledge"), json!({})).await.data();
    witness.hear_events(2).await;
    let mut back = resumed(&lab, &port, last).await;
    let ended = back.hear_a("event").await;
    assert_eq!((&ended["event"]["id"], ended["event"]["end_timestamp"].is_null()), (&json!(lasting), false));
    let acknowledged = back.hear_a("event").await;
    assert_eq!(acknowledged["event"]["id"], json!(seen));
    assert_eq!(acknowledged["event"]["acknowledged"], true);
    assert_eq!(&back.hear_events(1).await[0], last);
    back.tell(json!({ "action": "unsubscribe" })).await;
}

#[tokio::test]
async fn a_client_far_behind_gets_on_even_if_all_of_it_might_have_been_late() {
    let lab = Lab::new().await;
    let ids = store_small(&lab, 12_000).await;
    let port = Port::open(lab.bare()).await;
    let mut back = resumed(&lab, &port, &ids[0]).await;
    assert_eq!(back.hear_events(10_000).await, ids[..10_000]);
    assert_eq!(back.hear_a("lagged").await["missed"], 2_000);
    back.send(json!({ "action": "resume", "last_event_id": ids[9_999] })).await;
    assert_eq!(back.hear_events(2_000).await, ids[10_000..]);
    back.tell(json!({ "action": "unsubscribe" })).await;
}

#[tokio::test]
async fn what_is_out_of_reach_meanwhile_does_not_come() {
    let lab = Lab::new().await;
    let (yard, group) = grouped(&lab, "yard").await;
    store_large(&lab, lab.studio.camera.id).await;
    let port = Port::open(lab.bare()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let bearer = lab.people.sign_in(&user).await;
    let mut listener = begin(&port, &bearer).await;
    lab.patch_user(&user, json!({ "groups": [group] })).await;
    assert!(lab.state.events.publish(ring(900).of(yard)));
    let mut heard = 1;
    while listener.hear_a("event").await["event"]["camera_id"] != json!(yard) {
        heard += 1;
    }
    assert!(heard < MANY - 500, "{heard} of {MANY} came");
}

#[tokio::test]
async fn it_ends_with_the_permission() {
    let lab = Lab::new().await;
    store_large(&lab, lab.studio.camera.id).await;
    let port = Port::open(lab.bare()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let all = Permissions::from_iter([Permission::EventRead, Permission::CameraRead]);
    let (token, secret) = lab.people.limited_token(&user, all, GroupScope::All).await;
    let mut listener = begin(&port, &secret).await;
    let admin = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let bearer = format!("Bearer {}", lab.people.sign_in(&admin).await);
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let path = format!("/api/v1/tokens/{}/permissions", token.id);
    let less = Body::from(json!({ "permissions": ["camera:read"] }).to_string());
    lab.send_bare(request(Method::PUT, &path, &headers, less)).await.data();
    let mut heard = 1;
    let end = loop {
        match listener.hear().await {
            Heard::Text(text) if text["type"] == "event" => heard += 1,
            end => break end,
        }
    };
    assert!(heard < MANY - 500, "{heard} of {MANY} came");
    assert_eq!(end, Heard::Closed(4403));
}
