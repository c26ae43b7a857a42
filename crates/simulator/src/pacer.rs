//! One task that sends the frames of many sessions, each when it is due.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::session::{Scratch, Session};
use crate::simulator::Counters;
use crate::track::UdpPair;

/// Frames that are due within this time are sent together, so that many sessions cost no more
/// wake-ups than a few.
const TICK: Duration = Duration::from_millis(4);

/// Sends the frames of many sessions.
pub(crate) struct Pacer {
    sessions: Vec<Option<Session>>,
    free: Vec<usize>,
    due: BinaryHeap<Reverse<(Instant, usize)>>,
    scratch: Scratch,
    udp: Option<Arc<UdpPair>>,
    counters: Arc<Counters>,
}

impl Pacer {
    pub(crate) fn new(udp: Option<Arc<UdpPair>>, counters: Arc<Counters>) -> Self {
        Self {
            sessions: Vec::new(),
            free: Vec::new(),
            due: BinaryHeap::new(),
            scratch: Scratch::default(),
            udp,
            counters,
        }
    }

    /// Runs until cancelled or until nobody can bring a session any more.
    pub(crate) async fn run(mut self, mut arrivals: mpsc::Receiver<Session>, cancel: CancellationToken) {
        loop {
            let now = clock::now();
            self.send_due(now);
            let wake = self.due.peek().map(|Reverse((due, _))| (*due).max(now + TICK));
            tokio::select! {
                () = cancel.cancelled() => return,
                arrival = arrivals.recv() => match arrival {
                    Some(session) => self.add(session),
                    None => return,
                },
                () = sleep_until(wake) => {}
            }
        }
    }

    fn add(&mut self, session: Session) {
        let due = session.due();
        let slot = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(None);
            self.sessions.len() - 1
        });
        self.sessions[slot] = Some(session);
        self.due.push(Reverse((due, slot)));
    }

    fn send_due(&mut self, now: Instant) {
        while let Some(&Reverse((due, slot))) = self.due.peek()
            && due <= now
        {
            self.due.pop();
            let Some(session) = self.sessions[slot].as_mut() else { continue };
            if session.is_over() {
                self.sessions[slot] = None;
                self.free.push(slot);
                continue;
            }
            session.send_due(self.udp.as_deref(), &mut self.scratch, &self.counters);
            let due = session.due();
            self.due.push(Reverse((due, slot)));
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}
