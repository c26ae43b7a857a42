//! One RTSP connection: requests in, responses out, media begun and ended.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nightjar_media::{MediaKind, WallTime};
use nightjar_protocol::rtsp::{
    Action, Incoming, Mount, Parser, Request, RtpInfo, ServerSession, SessionConfig, Transport, control,
};
use nightjar_protocol::sdp::{TrackDescription, describe, payload_type};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::camera::{Camera, Position, Stream};
use crate::clip::{Clip, VIDEO_HZ};
use crate::clock;
use crate::effects::Effects;
use crate::log::{SessionHead, SessionRecord};
use crate::outbox::Outbox;
use crate::session::{Session, SessionParts};
use crate::simulator::Shared;
use crate::track::Track;

/// How often a trickle lets bytes out.
const DRIP_INTERVAL: Duration = Duration::from_millis(100);

/// What others may know of a connection and do to it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) accepted: WallTime,
    pub(crate) outbox: Outbox,
    pub(crate) closed: CancellationToken,
    reset: AtomicBool,
    dead: AtomicBool,
}

impl Connection {
    /// Ends it: with a reset, or in order after what was sent.
    pub(crate) fn close(&self, reset: bool) {
        self.reset.store(reset, Ordering::Relaxed);
        self.closed.cancel();
    }

    /// From now on nothing is answered and no media is sent, but nothing is closed either.
    pub(crate) fn kill(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }
}

/// Serves a client until it leaves, is thrown out or the simulator stops.
pub(crate) async fn serve(shared: Arc<Shared>, stream: TcpStream, peer: SocketAddr) {
    // Whole frames are written at once: there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    let connection = Arc::new(Connection {
        peer,
        accepted: clock::wall(),
        outbox: Outbox::new(Arc::clone(&stream), shared.max_pending),
        closed: shared.cancel.child_token(),
        reset: AtomicBool::new(false),
        dead: AtomicBool::new(false),
    });
    shared.counters.connections.fetch_add(1, Ordering::Relaxed);
    let mut client = Client::new(Arc::clone(&shared), Arc::clone(&connection));
    tokio::select! {
        () = connection.closed.cancelled() => {}
        () = client.read(&stream) => {}
        () = connection.outbox.flush_forever() => {}
    }
    client.end_media();
    client.leave();
    connection.closed.cancel();
    connection.outbox.close();
    if connection.reset.load(Ordering::Relaxed) {
        // Closing then sends a reset at once.
        let _ = stream.set_zero_linger();
    } else {
        // Bytes that were never read would turn an orderly end into a reset.
        let mut rest = [0; 4096];
        while stream.try_read(&mut rest).is_ok_and(|len| len > 0) {}
        let _ = rustix::net::shutdown(&*stream, rustix::net::Shutdown::Write);
    }
    shared.counters.connections.fetch_sub(1, Ordering::Relaxed);
    debug!(%peer, "connection closed");
}

/// A client's connection as its own task sees it.
struct Client {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    parser: Parser,
    rtsp: ServerSession,
    /// The camera of its first request; a connection stays with it.
    camera: Option<Arc<Camera>>,
    effects: Option<watch::Receiver<Effects>>,
    seeds: [Seed; 2],
    playing: Option<(Arc<AtomicBool>, Option<Arc<SessionRecord>>)>,
}

/// What is random about a track.
#[derive(Debug, Clone, Copy)]
struct Seed {
    ssrc: u32,
    sequence: u16,
    base: u32,
}

/// What a stream is at the moment of a request.
struct Offer {
    stream: &'static str,
    clip: Arc<Clip>,
    position: Position,
    description: String,
    tracks: Vec<Track>,
}

impl Client {
    fn new(shared: Arc<Shared>, connection: Arc<Connection>) -> Self {
        let mut dice = SmallRng::from_os_rng();
        let rtsp = ServerSession::new(SessionConfig {
            session_id: format!("{:016X}", dice.random::<u64>()),
            nonce: format!("{:032x}", dice.random::<u128>()),
            realm: "Simulated camera".to_owned(),
            server: "Nightjar simulator".to_owned(),
            timeout_secs: 60,
            udp_ports: shared.udp_ports,
        });
        let mut seed = || Seed { ssrc: dice.random(), sequence: dice.random(), base: dice.random() };
        let seeds = [seed(), seed()];
        let parser = Parser::default();
        Self { shared, connection, parser, rtsp, camera: None, effects: None, seeds, playing: None }
    }

    async fn read(&mut self, stream: &TcpStream) {
        let mut buffer = vec![0; 8192];
        loop {
            tokio::select! {
                ready = stream.readable() => match ready.and_then(|()| stream.try_read(&mut buffer)) {
                    Ok(0) => return,
                    Ok(len) => {
                        self.parser.push(&buffer[..len]);
                        if !self.answer_all().await {
                            return;
                        }
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Err(_) => return,
                },
                () = drip(&self.connection.outbox, self.effects.as_mut()) => {}
            }
        }
    }

    /// Answers what is whole; false if the connection must end.
    async fn answer_all(&mut self) -> bool {
        loop {
            match self.parser.next_message() {
                Ok(None) => return true,
                // Receiver reports; a camera has no use for them.
                Ok(Some(Incoming::Interleaved { .. })) => {}
                Ok(Some(Incoming::Request(request))) => {
                    if !self.answer(&request).await {
                        return false;
                    }
                }
                Err(error) => {
                    debug!(peer = %self.connection.peer, %error, "not RTSP");
                    return false;
                }
            }
        }
    }

    async fn answer(&mut self, request: &Request) -> bool {
        let (camera_name, stream_name) = split_path(request.stream_path());
        let camera = self.shared.cameras.get(camera_name).cloned();
        if let Some(camera) = camera.as_ref().filter(|_| self.camera.is_none()) {
            self.join(camera);
        }
        let effects = self.camera.as_ref().map(|camera| camera.effects()).unwrap_or_default();
        self.connection.outbox.set_dripping(effects.drip.is_some());
        if effects.refuse && self.playing.is_none() {
            self.connection.close(true);
            return false;
        }
        if effects.silent || self.connection.is_dead() {
            return true;
        }
        let Some((camera, stream)) =
            camera.as_ref().and_then(|camera| Some((camera, camera.stream(stream_name)?)))
        else {
            let reply = self.rtsp.handle(request, None);
            return self.send(&reply.bytes);
        };
        if effects.unauthorized {
            let reply = self.rtsp.deny(request, &camera.access);
            return self.send(&reply.bytes);
        }
        let offer = self.offer(camera, stream, &effects);
        let tracks: Vec<RtpInfo> = offer.tracks.iter().map(|track| track.info).collect();
        let mount = Mount { description: &offer.description, tracks: &tracks, access: &camera.access };
        let reply = self.rtsp.handle(request, Some(&mount));
        if reply.action != Action::None {
            self.end_media();
        }
        let sent = self.send(&reply.bytes);
        if reply.action == Action::Play {
            self.begin_media(Arc::clone(camera), offer).await;
        }
        sent
    }

    fn send(&self, bytes: &[u8]) -> bool {
        let mut parts = [std::io::IoSlice::new(bytes)];
        matches!(self.connection.outbox.send(&mut parts), crate::outbox::Queued::Until(_))
    }

    fn join(&mut self, camera: &Arc<Camera>) {
        camera.connections.lock().push(Arc::clone(&self.connection));
        self.effects = Some(camera.effects.subscribe());
        self.camera = Some(Arc::clone(camera));
    }

    fn leave(&mut self) {
        if let Some(camera) = self.camera.take() {
            camera.connections.lock().retain(|other| !Arc::ptr_eq(other, &self.connection));
        }
    }

    /// The stream as it would be played now.
    fn offer(&self, camera: &Camera, stream: &Stream, effects: &Effects) -> Offer {
        let clip = stream.clip();
        let now = camera.ticks(clock::now());
        let position = Position::at_or_after(&clip, now, !effects.no_key_frame);
        let start = position.ticks(&clip);
        let first_video = start + u64::from(clip.frames[position.index].composition_offset);
        let wrap_after = effects.wrap_after.or(camera.wrap_after);
        let mut tracks = Vec::with_capacity(clip.tracks.len());
        for (parameters, seed) in clip.tracks.iter().zip(self.seeds) {
            let hz = u64::from(parameters.timescale.hz());
            let first = match (parameters.codec.kind(), &clip.audio) {
                (MediaKind::Audio, Some(audio)) => {
                    let unit = u64::from(audio.unit_ticks.max(1));
                    (start * hz / VIDEO_HZ).div_ceil(unit) * unit
                }
                _ => first_video,
            };
            let base = match wrap_after {
                Some(after) => 0u32.wrapping_sub((first + after.as_millis() as u64 * hz / 1000) as u32),
                None => seed.base,
            };
            let mut track = Track {
                // Filled in from what the client set up.
                transport: Transport::Interleaved { rtp: 0, rtcp: 1 },
                payload_type: payload_type(&parameters.codec),
                hz,
                info: RtpInfo { ssrc: seed.ssrc, sequence: seed.sequence, timestamp: 0 },
                base,
                sequence: seed.sequence,
                packets: 0,
                octets: 0,
            };
            track.info.timestamp = track.timestamp(first, effects);
            tracks.push(track);
        }
        let description = description(camera, &clip, effects);
        Offer { stream: stream.name, clip, position, description, tracks }
    }

    async fn begin_media(&mut self, camera: Arc<Camera>, offer: Offer) {
        let mut tracks: Vec<Option<Track>> = Vec::new();
        for (track, transport) in offer.tracks.into_iter().zip(self.rtsp.transports()) {
            tracks.push(transport.map(|transport| Track { transport, ..track }));
        }
        let mut tracks = tracks.into_iter();
        let (video, audio) = (tracks.next().flatten(), tracks.next().flatten());
        let udp = [&video, &audio]
            .into_iter()
            .flatten()
            .any(|track: &Track| matches!(track.transport, Transport::Udp { .. }));
        let playing = Arc::new(AtomicBool::new(true));
        let record = self.shared.log_frames.then(|| {
            let (connected, started) = (self.connection.accepted, clock::wall());
            let record =
                Arc::new(SessionRecord::new(SessionHead { stream: offer.stream, udp, connected, started }));
            camera.add_record(Arc::clone(&record), Arc::clone(&self.connection));
            record
        });
        self.playing = Some((Arc::clone(&playing), record.clone()));
        let parts = SessionParts {
            camera,
            stream: offer.stream,
            clip: offer.clip,
            position: offer.position,
            connection: Arc::clone(&self.connection),
            playing,
            record,
            video,
            audio,
        };
        let session = Session::new(parts, SmallRng::from_os_rng(), clock::now());
        self.shared.counters.sessions.fetch_add(1, Ordering::Relaxed);
        self.shared.play(session).await;
    }

    fn end_media(&mut self) {
        if let Some((playing, record)) = self.playing.take() {
            playing.store(false, Ordering::Relaxed);
            self.shared.counters.sessions.fetch_sub(1, Ordering::Relaxed);
            if let Some(record) = record {
                record.end(clock::wall(), self.connection.outbox.flushed());
            }
        }
    }
}

/// `/camera/stream`; the stream is `main` if none is named.
fn split_path(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, "main"))
}

fn description(camera: &Camera, clip: &Clip, effects: &Effects) -> String {
    let true_fps = clip.frames.len() as f64 * VIDEO_HZ as f64 / clip.round_ticks as f64;
    let fps = effects.claimed_fps.map_or((true_fps * 1000.0).round() / 1000.0, f64::from);
    let controls: Vec<String> = (0..clip.tracks.len()).map(control).collect();
    let tracks: Vec<_> = clip
        .tracks
        .iter()
        .zip(&controls)
        .map(|(parameters, control)| TrackDescription {
            parameters,
            payload_type: payload_type(&parameters.codec),
            control,
            frame_rate: (parameters.codec.kind() == MediaKind::Video).then_some(fps),
        })
        .collect();
    describe(&camera.name, 1, &tracks)
}

/// One step of a trickle, or waits until there is one.
async fn drip(outbox: &Outbox, effects: Option<&mut watch::Receiver<Effects>>) {
    let Some(effects) = effects else { return std::future::pending().await };
    let rate = effects.borrow_and_update().drip;
    outbox.set_dripping(rate.is_some());
    match rate {
        Some(rate) => {
            tokio::time::sleep(DRIP_INTERVAL).await;
            outbox.drip((rate as usize / 10).max(1));
        }
        // The sender lives as long as the camera, which the client holds.
        None => drop(effects.changed().await),
    }
}
