//! From publishing to telling.

use nightjar_events::{Events, EventsConfig, Notice};
use nightjar_model::{Acknowledgement, Event, UserId};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::lab::{Lab, at, config, doorbell, told};

#[tokio::test]
async fn what_is_published_is_stored_and_told_in_its_order() {
    let mut lab = Lab::new(config()).await;
    let mut notices = lab.events.subscribe();
    for number in 0..1_000 {
        assert!(lab.events.publish(doorbell(number / 7).with("number", number)));
    }
    let told = told(&mut notices, 1_000).await;
    assert!(told.is_sorted_by_key(|event| event.id));
    assert!(told.iter().zip(0..).all(|(event, number)| event.metadata["number"] == number));
    assert_eq!(lab.stored().await, told);
    lab.stop().await;
    assert_eq!(lab.events.dropped(), 0);
}

#[tokio::test]
async fn the_first_event_after_a_calm_time_waits_for_no_batch() {
    let config = EventsConfig { interval: std::time::Duration::from_secs(3_600), ..config() };
    let lab = Lab::new(config).await;
    let mut notices = lab.events.subscribe();
    lab.events.publish(doorbell(1));
    assert_eq!(told(&mut notices, 1).await.len(), 1);
}

#[tokio::test]
async fn publishing_never_waits_and_what_finds_no_room_is_counted() {
    let lab = Lab::new(config()).await;
    let config = EventsConfig { queue: 8, ..config() };
    let (events, writer) = Events::new(lab.catalog.clone(), config, CancellationToken::new());
    let taken = (0..100).filter(|number| events.publish(doorbell(*number))).count();
    assert_eq!((taken, events.dropped()), (8, 92));
    drop(writer);
    assert!(!events.publish(doorbell(0)));
}

#[tokio::test]
async fn what_lasts_is_told_when_it_begins_and_when_it_ends() {
    let mut lab = Lab::new(config()).await;
    let mut notices = lab.events.subscribe();
    lab.events.begin("motion", doorbell(1));
    lab.events.end("motion", at(9));
    let told = told(&mut notices, 2).await;
    assert_eq!((told[0].id, told[0].end), (told[1].id, None));
    assert_eq!(told[1].end, Some(at(9)));
    assert_eq!(lab.stored().await, told[1..]);
    lab.stop().await;
}

#[tokio::test]
async fn what_was_acknowledged_while_it_lasted_still_is_when_it_ends() {
    let mut lab = Lab::new(config()).await;
    let mut notices = lab.events.subscribe();
    lab.events.begin("motion", doorbell(1));
    let began = told(&mut notices, 1).await.remove(0);
    let seen = Acknowledgement { at: at(5), by: UserId(Uuid::from_u128(7)) };
    lab.catalog.acknowledge_event(began.org_id, began.id, seen).await.expect("is written");
    lab.events.end("motion", at(9));
    let expected = Event { end: Some(at(9)), acknowledged: Some(seen), ..began };
    assert_eq!(told(&mut notices, 1).await, [expected]);
    lab.stop().await;
}

#[tokio::test]
async fn a_stop_writes_what_waits_and_ends_what_lasts() {
    let config = EventsConfig { interval: std::time::Duration::from_secs(3_600), ..config() };
    let mut lab = Lab::new(config).await;
    lab.events.publish(doorbell(0));
    lab.events.begin("motion", doorbell(1));
    for number in 2..300 {
        lab.events.publish(doorbell(number));
    }
    lab.stop().await;
    let stored = lab.stored().await;
    assert_eq!(stored.len(), 300);
    assert!(stored[1].end.is_some_and(|end| end >= at(100)));
    assert_eq!(stored.iter().filter(|event| event.end.is_some()).count(), 1);
}

#[tokio::test]
async fn a_slow_listener_is_told_how_much_it_missed() {
    let mut lab = Lab::new(EventsConfig { feed: 4, ..config() }).await;
    let mut notices = lab.events.subscribe();
    for number in 0..20 {
        lab.events.publish(doorbell(number));
    }
    lab.stop().await;
    assert_eq!(notices.next().await, Some(Notice::Missed(16)));
    assert_eq!(told(&mut notices, 4).await.len(), 4);
}
