//! A database that takes nothing for a while.

use std::time::Duration;

use nightjar_events::EventsConfig;

use crate::lab::{Lab, at, config, doorbell};

const DAY: i64 = 86_400;

#[tokio::test]
async fn events_wait_for_the_database_and_those_beyond_the_bound_are_counted() {
    let config = EventsConfig { waiting: 100, queue: 200, ..config() };
    let mut lab = Lab::with(config, "?max_page_count=900").await;
    let big = || "x".repeat(4_000);
    let mut published = 0;
    // Until it is full and nothing more can wait.
    while lab.events.dropped() < 100 {
        lab.events.publish(doorbell(published % DAY).with("text", big()));
        published += 1;
        if published % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let before = lab.stored().await.len();
    assert!(before > 150 && before < 900, "{before}");

    while lab.catalog.forget_events(at(3 * DAY)).await.expect("room can be made") {}
    let waiting = u64::try_from(published).expect("is positive") - lab.events.dropped() - before as u64;
    assert!((1..=300).contains(&waiting), "{waiting}");
    let written = tokio::time::timeout(Duration::from_secs(60), async {
        while (lab.stored().await.len() as u64) < waiting {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    written.await.expect("all are written once there is room");
    lab.stop().await;
    assert_eq!(lab.stored().await.len() as u64, waiting);
}
