//! 1,000 clients that are each told 200 events a second, which are stored on their way.

use std::time::Duration;

use nightjar_events::Events;
use nightjar_model::{EventType, NewEvent, OrgId, Severity};
use tokio::time::{MissedTickBehavior, interval};

use crate::crowd::Crowd;
use crate::server::{self, Server};
use crate::{Result, cpu_seconds, monotonic, number, total, wall};

const CAMERAS: usize = 100;

/// Prints what it costs to tell them all.
pub(crate) async fn measure() -> Result<()> {
    let server = Server::start(CAMERAS).await?;
    let crowd = Crowd::start(&["listen", &server.address, &server.token]).await?;
    let before = cpu_seconds()?;
    let took = publish(&server.events).await;
    let told = crowd.told().await?;
    let cores = (cpu_seconds()? - before) / took.as_secs_f64();
    server.stop().await;
    let clients = number("NIGHTJAR_BENCH_CLIENTS", 1_000);
    let seconds = took.as_secs_f64();
    println!("{clients} clients, {} events in {seconds:.1} s: {cores:.2} cores; {told}", total());
    Ok(())
}

/// As many events a second as are asked for.
async fn publish(events: &Events) -> Duration {
    let started = monotonic();
    let rate = u32::try_from(number("NIGHTJAR_BENCH_RATE", 200)).unwrap_or(u32::MAX);
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for number in 0..total() {
        ticks.tick().await;
        let event = NewEvent::new(OrgId::DEFAULT, EventType::MOTION_DETECTED, Severity::Warning, wall());
        let event = event.of(server::camera(number % CAMERAS)).with("zone", "door").with("confidence", 0.87);
        events.publish(event.with("sent_micros", wall().micros()));
    }
    started.elapsed()
}
