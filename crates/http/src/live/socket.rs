//! One client's connection, from its beginning to its end.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::{SinkExt, StreamExt};
use nightjar_cache::Permit;
use nightjar_model::{Caller, ErrorCode, Permission, Via};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Live;
use super::directory::Cameras;
use super::frame::{Frame, lagged};
use super::message::{Request, Wants, error_text, event_id};
use super::replay::{Next, Replay, Sent, Unfinished};
use crate::error::ApiError;
use crate::guard::client::Client;
use crate::state::ApiState;

/// Bytes of a client's message.
pub const MAX_MESSAGE: usize = 32 * 1024;
/// How often the server pings.
const PING: Duration = Duration::from_secs(30);
/// A client that shows no life for so long is gone. One that takes nothing for so long, too.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a client may take to close.
const FAREWELL: Duration = Duration::from_secs(1);
/// Messages of a client between two pings.
const MOST_MESSAGES: u32 = 60;
/// Frames that are put together before they are sent.
const AT_ONCE: usize = 500;

/// Why a connection ends.
#[derive(Debug)]
enum End {
    /// The client has gone, or its connection has.
    Gone,
    /// The client is told this number and reason.
    Close(u16, &'static str),
}

/// The server stops: connect again (RFC 6455 §7.4.1).
const STOPPING: End = End::Close(1001, "the server stops");
/// What the connection relied on has ended.
const SIGNED_OUT: End = End::Close(4401, "the sign-in or token has ended");
/// The permission was taken away.
const NOT_ALLOWED: End = End::Close(4403, "the permission is gone");
/// It is too large, or breaks the protocol.
const NO_MESSAGE: End = End::Close(1002, "not a message that is taken here");
/// Nobody needs so many.
const TOO_MANY: End = End::Close(1008, "too many messages");

/// A client that is connected.
pub struct Socket {
    socket: WebSocket,
    state: ApiState,
    caller: Caller,
    client: Client,
    wants: Wants,
    feed: Receiver<Arc<Frame>>,
    rights: watch::Receiver<u64>,
    sent: Sent,
    /// What was missed and is left.
    unfinished: Option<Unfinished>,
    heard: Instant,
    messages: u32,
    _place: Permit,
}

impl Socket {
    /// Serves a client until it goes, the server stops, or it is not allowed to be there any more.
    pub async fn serve(socket: WebSocket, state: ApiState, caller: Caller, client: Client, place: Permit) {
        let live = state.live.clone();
        let mut this = Self {
            feed: live.subscribe(caller.org),
            rights: live.inner.rights.subscribe(),
            socket,
            state,
            caller,
            client,
            wants: Wants::default(),
            sent: Sent::new(monotonic()),
            unfinished: None,
            heard: monotonic(),
            messages: 0,
            _place: place,
        };
        live.inner.sockets.clone().track_future(this.run(&live)).await;
    }

    async fn run(&mut self, live: &Live) {
        metrics::gauge!("nightjar_websockets").increment(1);
        let end = self.converse(live).await;
        let reason = match &end {
            Ok(()) | Err(End::Gone) => "the client is gone",
            Err(End::Close(_, reason)) => reason,
        };
        tracing::debug!(user = %self.caller.user, reason, "a WebSocket has ended");
        if let Err(End::Close(code, reason)) = end {
            let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
            let farewell = async {
                let sent = self.socket.send(close).await;
                // Until the client has closed as well, or it might lose the reason (RFC 6455 §7.1.1).
                while sent.is_ok() && matches!(self.socket.next().await, Some(Ok(_))) {}
            };
            let _ = timeout(FAREWELL, farewell).await;
        }
        metrics::gauge!("nightjar_websockets").decrement(1);
    }

    /// Serves until something ends it.
    async fn converse(&mut self, live: &Live) -> Result<(), End> {
        // They may have changed since the request was let in.
        self.look_at_rights().await?;
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = live.inner.stop.cancelled() => return Err(STOPPING),
                changed = self.rights.changed() => {
                    changed.map_err(|_| STOPPING)?;
                    self.look_at_rights().await?;
                }
                message = self.socket.next() => self.hear(message).await?,
                _ = pings.tick() => self.ping().await?,
                frame = self.feed.recv() => self.pass_on(frame).await?,
            }
        }
    }

    /// Whether it may still be there, and what it may see.
    async fn look_at_rights(&mut self) -> Result<(), End> {
        if let Some(caller) = look(&self.state, self.caller.via, self.client.ip).await? {
            self.caller = caller;
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), End> {
        let now = monotonic();
        if now.duration_since(self.heard) >= SILENCE {
            return Err(End::Gone);
        }
        self.messages = 0;
        self.sent.tidy(now);
        self.look_at_rights().await?;
        self.send([Message::Ping(Bytes::new())]).await
    }

    /// Takes what the client sends.
    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let message = message.ok_or(End::Gone)?.map_err(|_| NO_MESSAGE)?;
        self.heard = monotonic();
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => {
                let message = "Messages are text: JSON with an `action`.";
                return self.send_error(&ApiError::new(ErrorCode::ValidationFailed, message)).await;
            }
        };
        self.messages += 1;
        if self.messages > MOST_MESSAGES {
            return Err(TOO_MANY);
        }
        match self.answer(&text).await {
            Ok(None) => Ok(()),
            Ok(Some(replay)) => self.replay(replay).await,
            Err(error) => self.send_error(&error).await,
        }
    }

    /// Does what is asked; what was missed is left to be sent.
    async fn answer(&mut self, text: &str) -> Result<Option<Replay>, ApiError> {
        match Request::parse(text)? {
            Request::Subscribe(lists) => {
                let cameras = self.state.live.directory().cameras(self.caller.org).await?;
                self.wants.subscribe(&self.caller, &cameras, lists)?;
                // It may be more than before.
                self.unfinished = None;
            }
            Request::Unsubscribe { topics } => self.wants.unsubscribe(topics),
            Request::Resume { last_event_id } => {
                let last = event_id(&last_event_id)?;
                if self.wants.is_nothing() {
                    let message = "Subscribe first: only what you are subscribed to is sent again.";
                    return Err(ApiError::new(ErrorCode::ValidationFailed, message));
                }
                let from = self.state.events.missed_from(last, self.state.clock.now());
                return Ok(Some(Replay::new(from, self.unfinished.take())));
            }
        }
        Ok(None)
    }

    async fn replay(&mut self, mut replay: Replay) -> Result<(), End> {
        loop {
            // A page may take its time to be sent, and rights be taken away in it.
            self.look_at_rights().await?;
            let (next, cameras) = match self.read(&mut replay).await {
                Ok(read) => read,
                Err(error) => return self.send_error(&error).await,
            };
            let events = match next {
                Next::Events(events) => events,
                Next::Left(left, unfinished) => {
                    self.unfinished = Some(unfinished);
                    return self.send([Message::Text(lagged(left))]).await;
                }
                Next::Done => return Ok(()),
            };
            let mut messages = Vec::with_capacity(events.len());
            for event in events {
                let frame = Frame::event(&event, &cameras);
                if self.wants.take(&frame, &self.caller) && !self.sent.covers(&frame) {
                    self.sent.note_stored(&event, monotonic());
                    messages.push(Message::Text(frame.text));
                }
            }
            self.send(messages).await?;
        }
    }

    /// What comes next of what was missed, among what may be seen now; and the cameras as they are now.
    async fn read(&mut self, replay: &mut Replay) -> Result<(Next, Arc<Cameras>), ApiError> {
        let cameras = self.state.live.directory().cameras(self.caller.org).await?;
        let filter = self.wants.filter(&self.caller, &cameras);
        Ok((replay.next(&self.state.catalog, &filter).await?, cameras))
    }

    /// Sends what was told, and what was told meanwhile, in one go.
    async fn pass_on(&mut self, first: Result<Arc<Frame>, RecvError>) -> Result<(), End> {
        let mut messages = Vec::new();
        match first {
            Ok(frame) => messages.extend(self.wanted(&frame)),
            Err(RecvError::Lagged(missed)) => messages.extend(self.missed(missed)),
            Err(RecvError::Closed) => return Err(STOPPING),
        }
        while messages.len() < AT_ONCE {
            match self.feed.try_recv() {
                Ok(frame) => messages.extend(self.wanted(&frame)),
                Err(TryRecvError::Lagged(missed)) => messages.extend(self.missed(missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        self.send(messages).await
    }

    fn wanted(&mut self, frame: &Frame) -> Option<Message> {
        if !self.wants.take(frame, &self.caller) || self.sent.covers(frame) {
            return None;
        }
        self.sent.note_live(frame);
        Some(Message::Text(frame.text.clone()))
    }

    fn missed(&mut self, missed: u64) -> Option<Message> {
        (self.sent, self.unfinished) = (Sent::new(monotonic()), None);
        self.wanted(&Frame::missed(missed))
    }

    async fn send_error(&mut self, error: &ApiError) -> Result<(), End> {
        if let Some(cause) = error.log_cause() {
            tracing::warn!(cause, "a request over a WebSocket failed");
        }
        self.send([Message::Text(error_text(error))]).await
    }

    /// Sends; while the client takes nothing, it is watched whether it may still be there.
    async fn send(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), End> {
        let (state, via, ip) = (&self.state, self.caller.via, self.client.ip);
        let (socket, mut rights) = (&mut self.socket, self.rights.clone());
        let stop = &state.live.inner.stop;
        let sending = async {
            let mut any = false;
            for message in messages {
                any = true;
                socket.feed(message).await?;
            }
            if any { socket.flush().await } else { Ok(()) }
        };
        let mut sending = std::pin::pin!(timeout(SILENCE, sending));
        loop {
            tokio::select! {
                biased;
                sent = &mut sending => return match sent {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(_)) | Err(_) => Err(End::Gone),
                },
                () = stop.cancelled() => return Err(STOPPING),
                // What it may see is looked at again behind this: the driver has not seen the change.
                changed = rights.changed() => if changed.is_ok() {
                    look(state, via, ip).await?;
                },
            }
        }
    }
}

/// Who it is now, if it may still be there; none: that can't be read, and is looked at again with the
/// next ping.
async fn look(state: &ApiState, via: Via, ip: Option<IpAddr>) -> Result<Option<Caller>, End> {
    match state.access.caller(via, ip, state.clock.now()).await {
        Ok(Some(caller)) if !caller.permissions.contains(Permission::EventRead) => Err(NOT_ALLOWED),
        Ok(Some(caller)) => Ok(Some(caller)),
        Ok(None) => Err(SIGNED_OUT),
        Err(error) => {
            tracing::debug!(%error, "the rights of a WebSocket can't be read");
            Ok(None)
        }
    }
}

fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the driver of a socket")]
    Instant::now()
}
