//! A database that takes nothing for a while.

use std::time::Duration;

use nightjar_catalog::{CatalogError, EventWrite};
use nightjar_events::EventsConfig;
use nightjar_model::{EventId, NewEvent};

use crate::lab::{Lab, at, config, doorbell};

const DAY: i64 = 86_400;

fn big(second: i64) -> NewEvent {
    doorbell(second).with("text", "x".repeat(4_000))
}

/// Writes past the pipeline until there is no room.
async fn fill(lab: &Lab) -> u64 {
    let mut written = 0;
    loop {
        let event = |number: i64| big(number).with_id(EventId::at(at(number), 0));
        let writes: Vec<EventWrite> = (written..written + 10).map(event).map(EventWrite::Happened).collect();
        match lab.catalog.apply_events(&writes).await {
            Ok(_) => written += 10,
            Err(CatalogError::Full(_)) => return written.unsigned_abs(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn events_wait_for_the_database_and_those_beyond_the_bound_are_counted() {
    let config = EventsConfig { waiting: 100, queue: 200, ..config() };
    let mut lab = Lab::with(config, "?max_page_count=900").await;
    let filled = fill(&lab).await;
    assert!(filled > 150, "{filled}");
    let mut published = 0;
    while lab.events.dropped() < 100 {
        lab.events.publish(big(DAY + published));
        published += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let stored = lab.stored().await.len() as u64 - filled;
    let waiting = published.unsigned_abs() - lab.events.dropped() - stored;
    assert!((100..=300).contains(&waiting), "{waiting} of {published} wait");

    while lab.catalog.forget_events(at(3 * DAY)).await.expect("room can be made") {}
    let written = tokio::time::timeout(Duration::from_secs(60), async {
        while (lab.stored().await.len() as u64) < waiting {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    written.await.expect("all are written once there is room");
    lab.stop().await;
    assert_eq!(lab.stored().await.len() as u64, waiting);
}
