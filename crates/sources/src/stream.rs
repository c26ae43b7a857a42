//! One stream of one camera, for ever: connect, publish, and connect again.

use std::pin::pin;
use std::time::Duration;

use metrics::{counter, gauge, histogram};
use nightjar_hub::{Publisher, Stream};
use nightjar_media::{Interruption, InterruptionCause, WallTime};
use nightjar_model::{Backoff, CameraId, CameraKey, StatusBoard, StreamName};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::ingest::{Ingest, Output};
use crate::meter::{Meter, Rates};
use crate::rtsp::{Item, Pending, RtspSession, RtspTarget};
use crate::{SourceError, SourcesConfig};

/// Which stream, and where to post about it.
#[derive(Debug, Clone)]
pub(crate) struct StreamOf {
    pub(crate) camera: CameraId,
    pub(crate) key: CameraKey,
    /// `camera_id` in metrics.
    pub(crate) label: String,
    pub(crate) name: StreamName,
}

/// A stream's source: owns its connection, its ingest and its publisher.
pub(crate) struct StreamSource {
    pub(crate) of: StreamOf,
    pub(crate) target: RtspTarget,
    pub(crate) stream: Stream,
    pub(crate) status: StatusBoard,
    pub(crate) config: SourcesConfig,
}

/// Why a session is over.
enum End {
    Failed(SourceError),
    NotWanted,
    Cancelled,
}

/// A source while it runs.
struct Running {
    source: StreamSource,
    publisher: Publisher,
    ingest: Ingest,
    meter: Meter,
    out: Vec<Output>,
    connected: bool,
    reconnects: u64,
    /// Whether this session published anything.
    flowed: bool,
    /// Whether the camera has got the password in the clear, and that was logged.
    in_clear: bool,
    /// The failure that was logged last.
    told: Option<String>,
}

impl StreamSource {
    /// Runs until cancelled.
    pub(crate) async fn run(self, cancel: CancellationToken) {
        let mut backoff = Backoff::new(self.config.retry_first, self.config.retry_limit);
        let mut lockout = Backoff::new(self.config.auth_retry_first, self.config.auth_retry_limit);
        let mut demand = self.stream.demand();
        let mut running = Running {
            publisher: self.stream.publisher(),
            ingest: Ingest::new(),
            meter: Meter::new(now()),
            out: Vec::new(),
            connected: false,
            reconnects: 0,
            flowed: false,
            in_clear: false,
            told: None,
            source: self,
        };
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                wanted = demand.wait_for(|wanted| *wanted) => if wanted.is_err() { return },
            }
            let end = running.session(&mut demand, &cancel).await;
            running.session_ended();
            if running.flowed {
                backoff.reset();
                lockout.reset();
            }
            let error = match end {
                End::Cancelled => return,
                End::NotWanted => {
                    running.interrupt(InterruptionCause::NotWanted, "nobody wants the stream".into());
                    continue;
                }
                End::Failed(error) => error,
            };
            let refused = matches!(error, SourceError::Unauthorized { .. });
            let delay = if refused { &mut lockout } else { &mut backoff }.next_delay(rand::random());
            running.failed(&error, delay);
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(delay) => {}
            }
        }
    }
}

impl Running {
    async fn session(&mut self, demand: &mut watch::Receiver<bool>, cancel: &CancellationToken) -> End {
        self.flowed = false;
        let asked = now();
        let opened = tokio::select! {
            () = cancel.cancelled() => return End::Cancelled,
            opened = RtspSession::open(&self.source.target) => opened,
        };
        count_request(&self.source.of, opened.is_ok(), now().saturating_duration_since(asked));
        let mut session = match opened {
            Ok(session) => session,
            Err(error) => return End::Failed(error),
        };
        self.note_clear_password(session.password_in_clear());
        self.ingest.begin(session.audio_setup());
        if let Some(setup) = session.video_setup() {
            self.ingest.video_setup(setup, &mut self.out);
        }
        let limit = self.source.config.stall_limit;
        let mut last_media = tokio_now();
        let mut watchdog = pin!(tokio::time::sleep_until(last_media + limit));
        let mut unwanted = pin!(demand.wait_for(|wanted| !wanted));
        let mut cancelled = pin!(cancel.cancelled());
        let mut pending = Pending::default();
        loop {
            tokio::select! {
                biased;
                item = session.next(&mut pending) => match item {
                    Ok(item) => last_media = self.take(item).unwrap_or(last_media),
                    Err(error) => return End::Failed(error),
                },
                () = &mut cancelled => return End::Cancelled,
                _ = &mut unwanted => return End::NotWanted,
                () = &mut watchdog => {
                    if tokio_now() >= last_media + limit {
                        return End::Failed(SourceError::Stalled(limit));
                    }
                    watchdog.as_mut().reset(last_media + limit);
                }
            }
        }
    }

    /// Warns once, and posts it for as long as it is so.
    fn note_clear_password(&mut self, in_clear: bool) {
        let of = &self.source.of;
        if in_clear && !self.in_clear {
            tracing::warn!(
                camera = %of.key, stream = %of.name,
                "the camera takes the password only in the clear (Basic): everybody on the way can read it; switch \
                 the camera to Digest, or forbid it with service.refuse_basic_cameras"
            );
        }
        self.in_clear = in_clear;
        if of.name == StreamName::Main {
            self.source.status.update_camera(of.camera, wall(), |status| status.password_in_clear = in_clear);
        }
    }

    /// Takes an item; gives when its media arrived.
    fn take(&mut self, item: Item) -> Option<Instant> {
        let arrived = match item {
            Item::VideoSetup(setup) => {
                self.ingest.video_setup(setup, &mut self.out);
                None
            }
            Item::Video(frame) => {
                self.count_lost(frame.lost);
                let arrived = frame.arrival.mono;
                self.ingest.video(frame, &mut self.out);
                Some(arrived.into())
            }
            Item::Audio(frame) => {
                self.count_lost(frame.lost);
                self.ingest.audio(frame, &mut self.out);
                // Sound alone does not keep a stream alive: the picture is what is recorded.
                None
            }
        };
        self.publish();
        arrived
    }

    fn count_lost(&self, lost: u16) {
        if lost > 0 {
            counter!("nightjar_camera_packets_lost_total", "camera_id" => self.source.of.label.clone())
                .increment(u64::from(lost));
        }
    }

    fn publish(&mut self) {
        for output in self.out.drain(..) {
            match output {
                Output::Fragment(fragment) => {
                    self.flowed = true;
                    if !std::mem::replace(&mut self.connected, true) {
                        self.told = None;
                        post_connected(&self.source, &self.ingest, self.reconnects);
                        let restarts = counter!("camera_ffmpeg_restarts_total", "camera_id" => self.source.of.label.clone());
                        restarts.increment(u64::from(self.reconnects > 0));
                    }
                    if let Some(rates) = self.meter.count(&fragment, now()) {
                        post_rates(&self.source, &self.ingest, rates);
                    }
                    self.publisher.publish(fragment);
                }
                Output::Interrupted(interruption) => {
                    tracing::warn!(
                        camera = %self.source.of.key, stream = %self.source.of.name,
                        cause = %interruption.cause, "{}", interruption.details
                    );
                    self.publisher.interrupt(interruption);
                }
            }
        }
    }

    fn session_ended(&mut self) {
        self.ingest.end(&mut self.out);
        self.publish();
        let oddities = self.ingest.oddities();
        tracing::debug!(camera = %self.source.of.key, %oddities, "session ended");
        if std::mem::take(&mut self.connected) {
            self.reconnects += 1;
            set_connected(&self.source.of, false);
            if self.source.of.name == StreamName::Main {
                self.source.status.update_camera(self.source.of.camera, wall(), |status| {
                    status.connected = false;
                    status.fps = 0.0;
                    status.bitrate = 0;
                });
            }
        }
    }

    /// A camera that stays away is told once a cause, not once an attempt.
    fn failed(&mut self, error: &SourceError, delay: Duration) {
        let (camera, stream) = (&self.source.of.key, self.source.of.name);
        let retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        let text = error.to_string();
        if self.told.as_ref() == Some(&text) {
            tracing::debug!(%camera, %stream, retry_in_ms, "{text}");
        } else {
            tracing::warn!(%camera, %stream, retry_in_ms, "{text}");
            self.told = Some(text);
        }
        set_connected(&self.source.of, false);
        self.interrupt(error.cause(), error.to_string());
    }

    fn interrupt(&self, cause: InterruptionCause, details: String) {
        let since = self.ingest.ended_at().unwrap_or_else(wall);
        self.publisher.interrupt(Interruption { since, cause, details });
    }
}

fn post_connected(source: &StreamSource, ingest: &Ingest, reconnects: u64) {
    tracing::info!(camera = %source.of.key, stream = %source.of.name, "connected");
    set_connected(&source.of, true);
    if source.of.name != StreamName::Main {
        return;
    }
    source.status.update_camera(source.of.camera, wall(), |status| {
        status.connected = true;
        status.reconnects = reconnects;
        status.dimensions = ingest.tracks().find_map(|track| track.codec.dimensions());
        status.codecs = ingest.tracks().map(|track| track.codec.codec().name()).collect();
    });
}

fn post_rates(source: &StreamSource, ingest: &Ingest, rates: Rates) {
    let labels = [("camera_id", source.of.label.clone()), ("stream_type", source.of.name.to_string())];
    gauge!("nightjar_camera_fps", &labels).set(f64::from(rates.fps));
    gauge!("nightjar_camera_bits_per_second", &labels).set(rates.bitrate as f64);
    if source.of.name != StreamName::Main {
        return;
    }
    source.status.update_camera(source.of.camera, wall(), |status| {
        status.fps = rates.fps;
        status.bitrate = rates.bitrate;
        status.dimensions = ingest.tracks().find_map(|track| track.codec.dimensions());
    });
}

fn set_connected(of: &StreamOf, connected: bool) {
    let value = f64::from(u8::from(connected));
    if of.name == StreamName::Main {
        gauge!("camera_stream_connected", "camera_id" => of.label.clone()).set(value);
    }
    gauge!("reolink_active_streams", "camera_id" => of.label.clone(), "stream_type" => of.name.as_str())
        .set(value);
}

/// An attempt to connect: how it ended, and after how long.
fn count_request(of: &StreamOf, ok: bool, took: Duration) {
    let labels = [("camera_id", of.label.clone()), ("operation", "connect".to_owned())];
    histogram!("reolink_camera_request_duration_seconds", &labels).record(took.as_secs_f64());
    let status = if ok { "ok" } else { "error" };
    let [camera, operation] = labels;
    let labels = [camera, operation, ("status", status.to_owned())];
    counter!("reolink_camera_requests_total", &labels).increment(1);
}

#[expect(clippy::disallowed_methods, reason = "the driver tells the plain code what time it is")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the watchdog runs on the real clock")]
fn tokio_now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the driver tells the plain code what time it is")]
fn wall() -> WallTime {
    std::time::SystemTime::now().into()
}
