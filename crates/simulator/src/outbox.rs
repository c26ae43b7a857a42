//! The sending side of an RTSP connection: responses and interleaved packets, in order and whole.

use std::io::{self, IoSlice};
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// The sending side of an RTSP connection. What the operating system does not take at once waits
/// here, up to a limit; beyond it, whole frames are refused, so that the stream of bytes stays
/// readable.
#[derive(Debug)]
pub(crate) struct Outbox {
    max_pending: usize,
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Debug)]
struct State {
    /// None when the connection was closed: others may hold the outbox longer.
    stream: Option<Arc<TcpStream>>,
    pending: BytesMut,
    /// Bytes accepted so far.
    queued: u64,
    /// Whether bytes are let out only by [`Outbox::drip`].
    dripping: bool,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queued {
    /// Sent or waiting; the frame ends at this byte of the connection.
    Until(u64),
    /// There was no room.
    Full,
    /// The connection is broken.
    Broken,
}

impl Outbox {
    pub(crate) fn new(stream: Arc<TcpStream>, max_pending: usize) -> Self {
        let pending = BytesMut::new();
        let state = State { stream: Some(stream), pending, queued: 0, dripping: false };
        Self { max_pending, state: Mutex::new(state), wake: Notify::new() }
    }

    /// Lets go of the socket; nothing is sent any more.
    pub(crate) fn close(&self) {
        self.state.lock().stream = None;
    }

    /// How many bytes the operating system has taken.
    pub(crate) fn flushed(&self) -> u64 {
        let state = self.state.lock();
        state.queued - state.pending.len() as u64
    }

    /// Sends all of `parts`, or none of it.
    pub(crate) fn send(&self, mut parts: &mut [IoSlice<'_>]) -> Queued {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let mut state = self.state.lock();
        state.try_flush();
        let Some(stream) = state.stream.clone() else { return Queued::Broken };
        if !state.pending.is_empty() && state.pending.len() + len > self.max_pending {
            return Queued::Full;
        }
        state.queued += len as u64;
        while !parts.is_empty() && state.pending.is_empty() && !state.dripping {
            match stream.try_write_vectored(parts) {
                Ok(0) => return state.fail(),
                Ok(sent) => IoSlice::advance_slices(&mut parts, sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => return state.fail(),
            }
        }
        if !parts.is_empty() {
            for part in parts.iter() {
                state.pending.extend_from_slice(part);
            }
            self.wake.notify_one();
        }
        Queued::Until(state.queued)
    }

    /// Holds bytes back for [`Self::drip`], or lets them out again.
    pub(crate) fn set_dripping(&self, dripping: bool) {
        let mut state = self.state.lock();
        if state.dripping != dripping {
            state.dripping = dripping;
            self.wake.notify_one();
        }
    }

    /// Lets up to `bytes` out.
    pub(crate) fn drip(&self, bytes: usize) {
        let mut state = self.state.lock();
        let take = bytes.min(state.pending.len());
        state.write_some(take);
    }

    /// Sends what waits whenever the peer reads; ends when the connection is broken or closed.
    pub(crate) async fn flush_forever(&self) {
        loop {
            if !self.has_work() {
                self.wake.notified().await;
                continue;
            }
            let Some(stream) = self.state.lock().stream.clone() else { return };
            if stream.writable().await.is_err() {
                return;
            }
            self.state.lock().try_flush();
        }
    }

    fn has_work(&self) -> bool {
        let state = self.state.lock();
        state.stream.is_none() || (!state.pending.is_empty() && !state.dripping)
    }
}

impl State {
    fn fail(&mut self) -> Queued {
        self.stream = None;
        Queued::Broken
    }

    fn try_flush(&mut self) {
        while !self.dripping && self.write_some(self.pending.len()) {}
    }

    /// Writes some of the first `len` bytes that wait; false if nothing went out.
    fn write_some(&mut self, len: usize) -> bool {
        let Some(stream) = self.stream.as_ref().filter(|_| len > 0) else { return false };
        match stream.try_write(&self.pending[..len]) {
            Ok(sent) if sent > 0 => {
                self.pending.advance(sent);
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Ok(_) | Err(_) => {
                self.stream = None;
                false
            }
        }
    }
}
