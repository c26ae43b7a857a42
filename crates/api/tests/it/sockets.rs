//! `/ws/events`.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use nightjar_api::ApiConfig;
use nightjar_events::StatusChange;
use nightjar_model::{
    CameraId, EventType, GapCause, GroupScope, NewEvent, OrgId, RecordingState, Role, Severity, WallTime,
};
use nightjar_playback::PlaybackConfig;
use serde_json::{Value, json};

use crate::events::grouped;
use crate::lab::{Lab, request};
use crate::listener::{Heard, Listener, Port};
use crate::studio::at;

fn doorbell(camera: Option<CameraId>, start: WallTime) -> NewEvent {
    let new = NewEvent::new(OrgId::DEFAULT, EventType::DOORBELL, Severity::Info, start);
    NewEvent { camera_id: camera, ..new }
}

async fn operator(lab: &Lab, groups: GroupScope) -> String {
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, groups).await;
    lab.people.sign_in(&user).await
}

async fn subscribed(port: &Port, bearer: &str, request: Value) -> Listener {
    let mut listener = port.connect(bearer).await;
    listener.tell(request).await;
    listener
}

#[tokio::test]
async fn what_is_wanted_comes_as_it_happens_and_nothing_else() {
    let lab = Lab::new().await;
    let (yard, _) = grouped(&lab, "yard").await;
    let door = lab.studio.camera.id;
    let port = Port::open(lab.bare()).await;
    let bearer = operator(&lab, GroupScope::All).await;
    let mut silent = port.connect(&bearer).await;
    let mut all = subscribed(&port, &bearer, json!({ "action": "subscribe" })).await;
    let request =
        json!({ "action": "subscribe", "cameras": ["yard"], "event_types": ["doorbell", "ai_pet"] });
    let mut some = subscribed(&port, &bearer, request).await;

    lab.events_of(&[Some(door), None, Some(yard)]);
    lab.state.events.publish(NewEvent { event_type: EventType::AI_PERSON, ..doorbell(Some(yard), at(4)) });
    lab.state.events.begin("pet", NewEvent { event_type: EventType::AI_PET, ..doorbell(Some(yard), at(5)) });
    lab.state.events.end("pet", at(9));
    let first = all.hear_a("event").await;
    let stored = lab.data("/api/v1/events?sort=timestamp").await;
    assert_eq!(first["event"], stored["items"][0], "the same as in the list");
    let all_of_them = all.hear_events(5).await;
    assert_eq!(some.hear_events(2).await, [all_of_them[1].as_str(), &all_of_them[3]]);
    let end = some.hear_a("event").await;
    assert_eq!(
        (&end["event"]["id"], &end["event"]["end_timestamp"]),
        (&json!(all_of_them[3]), &json!("2026-11-20T12:00:09.000Z"))
    );

    some.tell(json!({ "action": "subscribe", "cameras": [], "event_types": ["doorbell"] })).await;
    all.tell(json!({ "action": "unsubscribe" })).await;
    lab.events_of(&[Some(door), None]);
    some.hear_events(2).await;
    // Fails if anything came before.
    silent.tell(json!({ "action": "unsubscribe" })).await;
    all.tell(json!({ "action": "unsubscribe" })).await;
}

impl Lab {
    /// Doorbells of these cameras, a second apart.
    fn events_of(&self, cameras: &[Option<CameraId>]) {
        for (second, camera) in cameras.iter().enumerate() {
            let start = at(i64::try_from(second).expect("is small"));
            assert!(self.state.events.publish(doorbell(*camera, start)));
        }
    }
}

#[tokio::test]
async fn a_ticket_lets_a_browser_in_once() {
    let lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let bearer = operator(&lab, GroupScope::All).await;
    let ticket = async || {
        let headers = [("authorization", format!("Bearer {bearer}"))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let made = request(Method::POST, "/api/v1/ws/tickets", &headers, Body::empty());
        lab.send_bare(made).await.data()["url"].as_str().expect("an address").to_owned()
    };
    let (first, second) = (ticket().await, ticket().await);
    let mut listener = port.try_connect(&first, None).await.expect("is let in");
    listener.tell(json!({ "action": "subscribe" })).await;
    lab.events_of(&[None]);
    listener.hear_events(1).await;
    let refused = |outcome: Result<Listener, (u16, Value)>| {
        let Err((status, body)) = outcome else { panic!("is let in") };
        (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let invalid = (401, "AUTH_TOKEN_INVALID".to_owned());
    assert_eq!(refused(port.try_connect(&first, None).await), invalid, "it works once");
    let with = |token: &str| format!("/api/v1/ws/events?token={token}");
    for wrong in [with("x.y"), with("njt_x"), with("a.b.c"), second.replace("token=", "token=0")] {
        assert_eq!(refused(port.try_connect(&wrong, None).await), invalid, "{wrong}");
    }
    let missing = (401, "AUTH_TOKEN_MISSING".to_owned());
    assert_eq!(refused(port.try_connect("/api/v1/ws/events", None).await), missing);
    lab.set_time(lab.state.clock.now() + Duration::from_secs(61));
    assert_eq!(refused(port.try_connect(&second, None).await), invalid, "it lives a minute");
}

/// The requirements' own example: `new WebSocket('…/ws/events?token=JWT_TOKEN')`.
#[tokio::test]
async fn an_access_token_or_api_token_in_the_address_counts_like_one_in_the_header() {
    let lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Admin, GroupScope::All).await;
    let access = lab.people.sign_in(&user).await;
    let create = async |draft: Value| {
        let headers =
            [("authorization", format!("Bearer {access}")), ("content-type", "application/json".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let asked = request(Method::POST, "/api/v1/tokens", &headers, Body::from(draft.to_string()));
        lab.send_bare(asked).await.data()
    };
    let secret_of = |token: &Value| token["secret"].as_str().expect("a secret").to_owned();
    let token = create(json!({ "name": "good", "permissions": ["event:read"] })).await;
    let secret = secret_of(&token);
    let with = |token: &str| format!("/api/v1/ws/events?token={token}");
    let refused = async |path: &str| {
        let Err((status, body)) = port.try_connect(path, None).await else { panic!("is let in") };
        (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    for good in [&access, &secret] {
        for _ in 0..2 {
            let mut listener = port.try_connect(&with(good), None).await.expect("is let in");
            listener.tell(json!({ "action": "subscribe" })).await;
            lab.events_of(&[None]);
            listener.hear_events(1).await;
        }
    }
    let blind = secret_of(&create(json!({ "name": "blind", "permissions": ["camera:read"] })).await);
    assert_eq!(refused(&with(&blind)).await, (403, "AUTH_INSUFFICIENT_PERMISSIONS".to_owned()));
    let elsewhere = json!({ "name": "x", "permissions": ["event:read"], "allowed_ips": ["192.0.2.0/24"] });
    let elsewhere = secret_of(&create(elsewhere).await);
    assert_eq!(refused(&with(&elsewhere)).await, (403, "AUTH_IP_NOT_ALLOWED".to_owned()));

    let mut revoked = port.try_connect(&with(&secret), None).await.expect("is let in");
    lab.delete(&format!("/api/v1/tokens/{}", token["token"]["id"].as_str().expect("an id"))).await;
    assert_eq!(tokio::time::timeout(Duration::from_secs(2), revoked.hear()).await, Ok(Heard::Closed(4401)));
    let invalid = (401, "AUTH_TOKEN_INVALID".to_owned());
    assert_eq!(refused(&with(&secret)).await, invalid, "it is revoked");
    lab.set_time(lab.state.clock.now() + Duration::from_secs(16 * 60));
    assert_eq!(refused(&with(&access)).await, invalid, "it has expired");
}

#[tokio::test]
async fn nobody_hears_of_cameras_out_of_reach() {
    let lab = Lab::new().await;
    let (yard, group) = grouped(&lab, "yard").await;
    let port = Port::open(lab.bare()).await;
    let limited = operator(&lab, GroupScope::only([group])).await;
    let elsewhere = lab.people.organization().await;
    let stranger = lab.people.user(elsewhere, Role::Admin, GroupScope::All).await;
    let stranger = lab.people.sign_in(&stranger).await;
    let topics = json!({ "action": "subscribe", "topics": ["events", "status"] });
    let mut limited = subscribed(&port, &limited, topics.clone()).await;
    let mut stranger = subscribed(&port, &stranger, topics).await;
    lab.events_of(&[Some(lab.studio.camera.id), None, Some(yard)]);
    let heard = limited.hear_a("event").await;
    assert_eq!(heard["event"]["camera_id"], json!(yard));
    for camera_id in [lab.studio.camera.id, yard] {
        lab.state.events.tell_status(StatusChange {
            org_id: OrgId::DEFAULT,
            camera_id,
            connected: false,
            state: RecordingState::Gap(GapCause::AuthFailed),
            details: "wrong password".to_owned(),
            at: at(9),
        });
    }
    let expected = json!({
        "type": "status", "camera_id": yard, "camera_name": "yard", "connected": false, "recording_state": "gap",
        "gap_cause": "auth_failed", "details": "wrong password", "timestamp": "2026-11-20T12:00:09.000Z",
    });
    let mut heard = limited.hear_a("status").await;
    heard["camera_name"] = json!("yard");
    assert_eq!(heard, expected);
    stranger.tell(json!({ "action": "unsubscribe" })).await;
    limited.send(json!({ "action": "subscribe", "cameras": ["front-door"] })).await;
    assert_eq!(limited.hear_a("error").await["error"]["code"], "CAMERA_NOT_FOUND");
}

#[tokio::test]
async fn a_socket_ends_with_the_sign_in_and_with_the_server() {
    let mut lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let user = lab.people.user(OrgId::DEFAULT, Role::Operator, GroupScope::All).await;
    let (first, second) = (lab.people.sign_in(&user).await, lab.people.sign_in(&user).await);
    let mut ended = subscribed(&port, &first, json!({ "action": "subscribe" })).await;
    let mut living = subscribed(&port, &second, json!({ "action": "subscribe" })).await;
    let (token, secret) = lab.people.token_of(&user).await;
    let mut revoked = subscribed(&port, &secret, json!({ "action": "subscribe" })).await;
    let headers =
        [("authorization", format!("Bearer {first}")), ("content-type", "application/json".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let out = request(Method::POST, "/api/v1/auth/logout", &headers, Body::from("{}"));
    assert_eq!(lab.send_bare(out).await.status.as_u16(), 204);
    let soon = tokio::time::timeout(Duration::from_secs(2), ended.hear()).await;
    assert_eq!(soon, Ok(Heard::Closed(4401)));
    lab.delete(&format!("/api/v1/tokens/{}", token.id)).await;
    let soon = tokio::time::timeout(Duration::from_secs(2), revoked.hear()).await;
    assert_eq!(soon, Ok(Heard::Closed(4401)));
    lab.events_of(&[None]);
    living.hear_events(1).await;
    lab.stop().await;
    assert_eq!(living.hear().await, Heard::Closed(1001));
}

#[tokio::test]
async fn what_was_missed_comes_again_without_a_gap_and_without_a_double() {
    let lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let bearer = operator(&lab, GroupScope::All).await;
    let mut witness = subscribed(&port, &bearer, json!({ "action": "subscribe" })).await;
    let publish = async |from: i64, to: i64| {
        for number in from..to {
            assert!(
                lab.state
                    .events
                    .publish(doorbell(None, at(100) + Duration::from_millis(number.unsigned_abs())))
            );
            if number % 20 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    };
    publish(0, 50).await;
    let seen = witness.hear_events(50).await;
    publish(50, 1_500).await;
    // Comes back while events go on happening.
    let (mut back, ()) = tokio::join!(
        async {
            let mut back = port.connect(&bearer).await;
            back.send(json!({ "action": "subscribe" })).await;
            back.send(json!({ "action": "resume", "last_event_id": seen[49] })).await;
            back
        },
        publish(1_500, 3_000)
    );
    let missed = witness.hear_events(2_950).await;
    // What came shortly before the last one might have been late: it comes again.
    let mut heard = back.hear_events(3_000).await;
    // What happens while the store is read is told twice over, in two orders; but told once.
    heard.sort_unstable();
    assert_eq!(heard, [seen, missed].concat());
    back.tell(json!({ "action": "unsubscribe" })).await;
}

#[tokio::test]
async fn a_client_that_is_too_slow_is_told_how_much_it_missed() {
    let lab = Lab::new().await;
    let port = Port::open(lab.bare()).await;
    let bearer = operator(&lab, GroupScope::All).await;
    let mut slow = subscribed(&port, &bearer, json!({ "action": "subscribe" })).await;
    let text = "x".repeat(2_000);
    let mut published = 0_u64;
    for number in 0..40_000_u32 {
        let start = at(0) + Duration::from_millis(number.into());
        let event = doorbell(None, start).with("text", text.as_str());
        lab.state.events.tell_event(event.with_id(nightjar_model::EventId::at(start, 0)));
        published += 1;
        if number % 100 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let (mut heard, mut missed) = (0, 0);
    while heard + missed < published {
        match slow.hear().await {
            Heard::Text(text) if text["type"] == "lagged" => {
                missed += text["missed"].as_u64().expect("a number")
            }
            Heard::Text(_) => heard += 1,
            Heard::Closed(code) => panic!("closed with {code}"),
        }
    }
    assert!(missed > 0 && heard > 0, "{missed} missed, {heard} heard");
    assert_eq!(heard + missed, published);
}

#[tokio::test]
async fn nonsense_is_told_and_too_much_of_it_ends_the_socket() {
    let config = ApiConfig { sockets: 2, ..ApiConfig::default() };
    let lab = Lab::with(config, PlaybackConfig::default()).await;
    let port = Port::open(lab.bare()).await;
    let bearer = operator(&lab, GroupScope::All).await;
    let mut listener = port.connect(&bearer).await;
    let wrong = [
        "",
        "nonsense",
        "[]",
        "{\"action\":\"dance\"}",
        "{\"action\":\"subscribe\",\"camera\":[]}",
        "{\"action\":\"subscribe\",\"topics\":[\"gossip\"]}",
        "{\"action\":\"subscribe\",\"event_types\":[\"No Type\"]}",
        "{\"action\":\"resume\",\"last_event_id\":\"0190aaaa-0000-7000-8000-000000000000\"}",
    ];
    for text in wrong {
        listener.send_text(text).await;
        assert_eq!(listener.hear_a("error").await["error"]["code"], "VALIDATION_FAILED", "{text}");
    }
    listener.tell(json!({ "action": "subscribe" })).await;
    listener.send_text("{\"action\":\"resume\",\"last_event_id\":\"x\"}").await;
    assert_eq!(listener.hear_a("error").await["error"]["code"], "EVENT_NOT_FOUND");
    for _ in 0..60 {
        listener.send(json!({ "action": "unsubscribe" })).await;
    }
    assert_eq!(listener.hear().await, Heard::Closed(1008));

    // Its place is free a moment after it has heard that it is closed.
    let mut large = port.connect_when_free(&bearer).await;
    let _second = port.connect_when_free(&bearer).await;
    let Err((status, body)) = port.try_connect("/api/v1/ws/events", Some(&bearer)).await else {
        panic!("is let in")
    };
    assert_eq!((status, &body["error"]["code"]), (429, &json!("CONCURRENT_LIMIT_EXCEEDED")));
    large.send_text(&"x".repeat(100_000)).await;
    assert!(matches!(large.hear().await, Heard::Closed(_)));
}
