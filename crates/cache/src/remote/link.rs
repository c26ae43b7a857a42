//! Whether there is a connection worth asking. Plain state: the keeper connects, commands report.

use nightjar_media::WallTime;
use parking_lot::Mutex;
use redis::RedisError;
use redis::aio::MultiplexedConnection;
use tokio::sync::{Notify, watch};

use crate::{CacheHealth, meter};

/// After so many commands in a row that were not answered, the server is not asked any more until
/// the keeper has found it well again.
const FAILURES_IN_A_ROW: u32 = 3;

/// The connection, or why there is none.
pub(super) struct Link {
    state: Mutex<State>,
    gone: Notify,
    attempted: watch::Sender<bool>,
}

enum State {
    Up(Up),
    Down { since: WallTime, reason: String },
}

struct Up {
    connection: MultiplexedConnection,
    /// Tells this connection from those before it, about which reports may still come.
    generation: u64,
    failures: u32,
}

impl Link {
    pub(super) fn new(now: WallTime) -> Self {
        meter::degraded(true);
        Self {
            state: Mutex::new(State::Down { since: now, reason: "not connected yet".to_owned() }),
            gone: Notify::new(),
            attempted: watch::Sender::new(false),
        }
    }

    /// Waits until connecting has been tried once.
    pub(super) async fn attempted(&self) {
        // The sender lives as long as `self`.
        let _ = self.attempted.subscribe().wait_for(|attempted| *attempted).await;
    }

    pub(super) fn health(&self) -> CacheHealth {
        match &*self.state.lock() {
            State::Up(_) => CacheHealth::Healthy,
            State::Down { since, reason } => CacheHealth::Degraded { since: *since, reason: reason.clone() },
        }
    }

    /// The connection to ask, if there is one, and which it is.
    pub(super) fn connection(&self) -> Option<(u64, MultiplexedConnection)> {
        match &*self.state.lock() {
            State::Up(up) => Some((up.generation, up.connection.clone())),
            State::Down { .. } => None,
        }
    }

    /// Which connection it is, if there is one.
    pub(super) fn generation(&self) -> Option<u64> {
        match &*self.state.lock() {
            State::Up(up) => Some(up.generation),
            State::Down { .. } => None,
        }
    }

    pub(super) fn is_up(&self, generation: u64) -> bool {
        matches!(&*self.state.lock(), State::Up(up) if up.generation == generation)
    }

    /// A command was answered.
    pub(super) fn answered(&self, generation: u64) {
        if let State::Up(up) = &mut *self.state.lock()
            && up.generation == generation
        {
            up.failures = 0;
        }
    }

    /// A command was not.
    pub(super) fn failed(&self, generation: u64, reason: String, now: WallTime) {
        let too_many = match &mut *self.state.lock() {
            State::Up(up) if up.generation == generation => {
                up.failures += 1;
                up.failures >= FAILURES_IN_A_ROW
            }
            _ => false,
        };
        if too_many {
            self.lost(generation, reason, now);
        }
    }

    /// The connection is gone, or not worth asking.
    pub(super) fn lost(&self, generation: u64, reason: String, now: WallTime) {
        let mut state = self.state.lock();
        if matches!(&*state, State::Up(up) if up.generation == generation) {
            tracing::warn!(reason, "the cache's server is away; counting for this node alone");
            meter::degraded(true);
            *state = State::Down { since: now, reason };
            self.gone.notify_one();
        }
    }

    /// Waits until a connection was lost.
    pub(super) async fn gone(&self) {
        self.gone.notified().await;
    }

    /// Connecting failed.
    pub(super) fn still_down(&self, why: String) {
        if let State::Down { reason, .. } = &mut *self.state.lock()
            && *reason != why
        {
            tracing::warn!(reason = why, "the cache's server can not be used");
            *reason = why;
        }
        self.attempted.send_replace(true);
    }

    /// There is a connection.
    pub(super) fn up(&self, connection: MultiplexedConnection, generation: u64) {
        *self.state.lock() = State::Up(Up { connection, generation, failures: 0 });
        meter::degraded(false);
        self.attempted.send_replace(true);
    }
}

/// What went wrong, in words that can not have a secret in them: a server may repeat a command, and
/// so a password, in the details of its error.
pub(super) fn describe(error: &RedisError) -> String {
    if error.is_connection_refusal() {
        "connection refused".to_owned()
    } else if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connection_dropped() {
        "the connection was closed".to_owned()
    } else if let Some(code) = error.code() {
        format!("refused by the server: {code}")
    } else {
        error.category().to_owned()
    }
}
