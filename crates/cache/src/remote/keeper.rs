//! Keeps the connection: connects, makes sure that the server can be written to, pays what is
//! owed, listens, and begins again when the connection is lost.

use std::sync::Arc;
use std::time::Duration;

use nightjar_model::Backoff;
use redis::aio::MultiplexedConnection;
use redis::{Msg, PushInfo, PushKind};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::Invalidation;

use super::server::Pushes;
use super::{Shared, wall_time};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A connection that lasted so long was a good one: after it, pauses start over.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// How often an idle connection is tried.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Runs until it is dropped.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    for generation in 1.. {
        match open(&shared).await {
            Ok((connection, pushes)) => {
                // What was said while nobody listened is not known.
                shared.notices.tell(&Invalidation::All);
                shared.link.up(connection.clone(), generation);
                tracing::info!(server = shared.server.shown(), "connected to the cache's server");
                let since = instant();
                serve(&shared, generation, connection, pushes).await;
                if since.elapsed() >= GOOD_FOR {
                    backoff.reset();
                    continue;
                }
            }
            Err(reason) => shared.link.still_down(reason),
        }
        sleep(backoff.next_delay(rand::random())).await;
    }
}

/// A connection that listens, to a server that takes writes and owes nobody anything.
async fn open(shared: &Shared) -> Result<(MultiplexedConnection, Pushes), String> {
    let (mut connection, pushes) = shared.server.connect().await?;
    shared.step::<()>(&mut connection, redis::cmd("SUBSCRIBE").arg(&shared.channel)).await?;
    // A full server and a replica answer PING as well.
    let mut probe = redis::cmd("SET");
    probe.arg(shared.name("probe")).arg(1).arg("PX").arg(1_000);
    shared.step::<()>(&mut connection, &probe).await?;
    shared.settle(&mut connection).await?;
    Ok((connection, pushes))
}

/// Until the connection is lost.
async fn serve(shared: &Shared, generation: u64, mut connection: MultiplexedConnection, mut pushes: Pushes) {
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while shared.link.is_up(generation) {
        let outcome = tokio::select! {
            () = shared.link.gone() => Ok(()),
            push = pushes.next() => hear(shared, &pushes, push),
            () = shared.debts.added() => shared.settle(&mut connection).await,
            _ = heartbeat.tick() => shared.step(&mut connection, &redis::cmd("PING")).await,
        };
        if let Err(reason) = outcome {
            shared.link.lost(generation, reason, wall_time());
        }
    }
}

/// Passes on what other nodes say.
fn hear(shared: &Shared, pushes: &Pushes, push: Option<PushInfo>) -> Result<(), String> {
    if pushes.missed() {
        shared.notices.tell(&Invalidation::All);
    }
    match push {
        None | Some(PushInfo { kind: PushKind::Disconnection, .. }) => {
            Err("the connection was closed".to_owned())
        }
        Some(push) => {
            if let Some(message) = Msg::from_push_info(push) {
                let text = String::from_utf8_lossy(message.get_payload_bytes());
                match text.split_once(' ') {
                    Some((origin, _)) if origin == shared.origin => {}
                    Some((_, news)) => shared.notices.tell(&Invalidation::decode(news)),
                    None => shared.notices.tell(&Invalidation::All),
                }
            }
            Ok(())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a connection lasted; this is the driver")]
fn instant() -> Instant {
    Instant::now()
}
