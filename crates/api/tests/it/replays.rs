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

/// Large events of a camera, in the store, a millisecond apart.
async fn store_many(lab: &Lab, camera: CameraId) -> Vec<Event> {
    let text = "x".repeat(4_000);
    let event = |number: u64| {
        let start = at(0) + Duration::from_millis(number);
        let new = NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, start).of(camera);
        new.with("text", text.as_str()).with_id(EventId::at(start, number))
    };
    let events: Vec<Event> = (0..MANY as u64).map(event).collect();
    for batch in events.chunks(500) {
        let writes: Vec<EventWrite> = batch.iter().cloned().map(EventWrite::Happened).collect();
        lab.studio.catalog.apply_events(&writes).await.expect("is written");
    }
    events
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
        self.send(request(Method::PATCH, &path, &headers, Body::from(change.to_string()))).await.data();
    }
}

#[tokio::test]
async fn what_is_out_of_reach_meanwhile_does_not_come() {
    let lab = Lab::new().await;
    let (yard, group) = grouped(&lab, "yard").await;
    store_many(&lab, lab.studio.camera.id).await;
    let port = Port::open(lab.bare()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let bearer = lab.people.sign_in(&user).await;
    let mut listener = begin(&port, &bearer).await;
    lab.patch_user(&user, json!({ "groups": [group] })).await;
    let ring = NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, at(900)).of(yard);
    assert!(lab.state.events.publish(ring));
    let mut heard = 1;
    while listener.hear_a("event").await["event"]["camera_id"] != json!(yard) {
        heard += 1;
    }
    assert!(heard < MANY - 500, "{heard} of {MANY} came");
}

#[tokio::test]
async fn it_ends_with_the_permission() {
    let lab = Lab::new().await;
    store_many(&lab, lab.studio.camera.id).await;
    let port = Port::open(lab.bare()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let all = Permissions::from_iter([Permission::EventRead, Permission::CameraRead]);
    let (token, secret) = lab.people.limited_token(&user, all, GroupScope::All).await;
    let mut listener = begin(&port, &secret).await;
    let headers = [("content-type", "application/json")];
    let path = format!("/api/v1/tokens/{}/permissions", token.id);
    let less = Body::from(json!({ "permissions": ["camera:read"] }).to_string());
    lab.send(request(Method::PUT, &path, &headers, less)).await.data();
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
