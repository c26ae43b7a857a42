//! A client that is being sent media: where it is in the clip and what its packets look like.

use std::io::IoSlice;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nightjar_protocol::rtcp::SenderReport;
use nightjar_protocol::rtp::{INTERLEAVED_LEN, Payload, interleaved_prefix};
use nightjar_protocol::rtsp::Transport;
use rand::Rng;
use rand::rngs::SmallRng;

use crate::camera::{Camera, Position, Stream};
use crate::clip::{Clip, VIDEO_HZ};
use crate::clock;
use crate::connection::Connection;
use crate::effects::Effects;
use crate::log::{Delivery, FrameNote, SessionRecord};
use crate::outbox::Queued;
use crate::simulator::Counters;
use crate::track::{MAX_HEAD, Track, UdpPair};

/// How often wall clock and RTP clock are related (RFC 3550 §6.2).
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// A client that is being sent media.
pub(crate) struct Session {
    pub(crate) camera: Arc<Camera>,
    pub(crate) stream: &'static str,
    pub(crate) connection: Arc<Connection>,
    /// Cleared by `PAUSE` and `TEARDOWN`.
    pub(crate) playing: Arc<AtomicBool>,
    pub(crate) record: Option<Arc<SessionRecord>>,
    clip: Arc<Clip>,
    position: Position,
    /// Whether nothing is sent until the next key frame.
    waits_for_key: bool,
    video: Option<Track>,
    audio: Option<Track>,
    /// Number since the epoch of the next unit of sound.
    next_unit: u64,
    next_report: Instant,
    dice: SmallRng,
}

/// What a session is made of.
pub(crate) struct SessionParts {
    pub(crate) camera: Arc<Camera>,
    pub(crate) stream: &'static str,
    pub(crate) clip: Arc<Clip>,
    pub(crate) position: Position,
    pub(crate) connection: Arc<Connection>,
    pub(crate) playing: Arc<AtomicBool>,
    pub(crate) record: Option<Arc<SessionRecord>>,
    pub(crate) video: Option<Track>,
    pub(crate) audio: Option<Track>,
}

/// Memory that is used again for each frame.
#[derive(Default)]
pub(crate) struct Scratch {
    heads: Vec<([u8; MAX_HEAD], usize)>,
    datagram: Vec<u8>,
}

/// What a frame's packets are, before they have sequence numbers.
struct Outgoing<'a> {
    payload: &'a Payload,
    timestamp: u32,
    is_video: bool,
    is_lost: bool,
}

impl Session {
    pub(crate) fn new(parts: SessionParts, dice: SmallRng, now: Instant) -> Self {
        let SessionParts { camera, stream, clip, position, connection, playing, record, video, audio } =
            parts;
        let next_unit = clip.audio.as_ref().map_or(0, |audio| {
            let ticks = position.ticks(&clip) * u64::from(audio.hz) / VIDEO_HZ;
            ticks.div_ceil(u64::from(audio.unit_ticks.max(1)))
        });
        Self {
            camera,
            stream,
            connection,
            playing,
            record,
            clip,
            position,
            waits_for_key: true,
            video,
            audio,
            next_unit,
            next_report: now,
            dice,
        }
    }

    /// When the next frame is due.
    pub(crate) fn due(&self) -> Instant {
        self.camera.instant(self.position.ticks(&self.clip))
    }

    /// Whether there is nothing more to do.
    pub(crate) fn is_over(&self) -> bool {
        !self.playing.load(Ordering::Relaxed) || self.connection.closed.is_cancelled()
    }

    /// Sends the frame that is due, with the sound up to it, and goes on to the next one.
    pub(crate) fn send_due(&mut self, udp: Option<&UdpPair>, scratch: &mut Scratch, counters: &Counters) {
        let effects = self.camera.effects();
        self.follow_clip();
        let clip = Arc::clone(&self.clip);
        let frame = &clip.frames[self.position.index];
        let ticks = self.position.ticks(&clip);
        let timestamp = self.video_timestamp(ticks + u64::from(frame.composition_offset), &effects);
        let units = self.units_until(ticks);
        let held = effects.stall || self.connection.is_dead();
        // Without key frames there is none to wait for.
        let skipped = (self.waits_for_key && !frame.is_key && !effects.no_key_frame)
            || (effects.no_key_frame && frame.is_key);
        if held {
            self.waits_for_key = true;
            self.note(&clip, timestamp, None, counters);
        } else if !skipped {
            self.waits_for_key = false;
            // Before the first frame, so that a client knows the time of all of them.
            self.report_if_due(ticks, &effects, udp);
            let outgoing =
                self.outgoing(&clip, frame_packets(&clip, self.position), timestamp, units, &effects);
            let queued = self.send_packets(&outgoing, effects.garbage, udp, scratch, counters);
            let damaged = outgoing.iter().any(|packet| packet.is_video && packet.is_lost);
            self.note(&clip, timestamp, Some((queued, damaged)), counters);
        }
        self.position = self.position.next(&clip);
    }

    /// Changes to the clip that the camera shows now when its next key frame is due; until then
    /// the old one goes on. With equal frame rates and GOPs no frame is missing between the two.
    fn follow_clip(&mut self) {
        let Some(current) = self.camera.stream(self.stream).map(Stream::clip) else { return };
        if Arc::ptr_eq(&current, &self.clip) {
            return;
        }
        let now = self.position.ticks(&self.clip);
        let position = Position::at_or_after(&current, now, true);
        if position.ticks(&current) < self.position.next(&self.clip).ticks(&self.clip) {
            self.position = position;
            self.clip = current;
        }
    }

    /// The units of sound until `ticks`; they count as done.
    fn units_until(&mut self, ticks: u64) -> Range<u64> {
        let Some(audio) = &self.clip.audio else { return 0..0 };
        let last = ticks * u64::from(audio.hz) / VIDEO_HZ / u64::from(audio.unit_ticks.max(1));
        let units = self.next_unit..last + 1;
        self.next_unit = self.next_unit.max(last + 1);
        units
    }

    fn video_timestamp(&self, ticks: u64, effects: &Effects) -> u32 {
        self.video.as_ref().map_or(0, |track| track.timestamp(ticks, effects))
    }

    fn outgoing<'a>(
        &mut self,
        clip: &'a Clip,
        video: &'a [Payload],
        timestamp: u32,
        units: Range<u64>,
        effects: &Effects,
    ) -> Vec<Outgoing<'a>> {
        let mut out = Vec::with_capacity(video.len() + 4);
        if self.video.is_some() {
            out.extend(video.iter().map(|payload| Outgoing {
                payload,
                timestamp,
                is_video: true,
                is_lost: false,
            }));
        }
        if let (Some(track), Some(audio)) = (&self.audio, &clip.audio)
            && !audio.units.is_empty()
        {
            for unit in units {
                let payload = &audio.units[(unit % audio.units.len() as u64) as usize];
                let timestamp = track.timestamp(unit * u64::from(audio.unit_ticks), effects);
                out.push(Outgoing { payload, timestamp, is_video: false, is_lost: false });
            }
        }
        if effects.lose_percent > 0.0 {
            for packet in &mut out {
                packet.is_lost = self.dice.random_range(0.0..100.0) < effects.lose_percent;
            }
        }
        out
    }

    fn send_packets(
        &mut self,
        outgoing: &[Outgoing<'_>],
        garbage: bool,
        udp: Option<&UdpPair>,
        scratch: &mut Scratch,
        counters: &Counters,
    ) -> Queued {
        let mut noise = [0; 48];
        if garbage {
            self.dice.fill(&mut noise);
            // A `$` would make a client wait for a packet; that happens too, but not always.
            noise[0] = b'?';
        }
        self.number(outgoing, scratch);
        let sent = outgoing.iter().filter(|packet| !packet.is_lost).count();
        counters.packets.fetch_add(sent as u64, Ordering::Relaxed);
        let over_udp = self.tracks().any(|track| matches!(track.transport, Transport::Udp { .. }));
        match udp.filter(|_| over_udp) {
            Some(udp) => self.send_datagrams(outgoing, garbage.then_some(&noise[..]), udp, scratch, counters),
            None => {
                let mut parts = Vec::with_capacity(outgoing.len() * 2 + 1);
                let mut bytes = 0;
                for (packet, (head, len)) in outgoing.iter().zip(&scratch.heads) {
                    if !packet.is_lost {
                        parts.push(IoSlice::new(&head[..*len]));
                        parts.push(IoSlice::new(&packet.payload.body));
                        bytes += len + packet.payload.body.len();
                    }
                }
                if garbage {
                    parts.push(IoSlice::new(&noise));
                }
                counters.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
                self.connection.outbox.send(&mut parts)
            }
        }
    }

    /// Writes the headers of all packets, lost ones too: their numbers are used.
    fn number(&mut self, outgoing: &[Outgoing<'_>], scratch: &mut Scratch) {
        scratch.heads.clear();
        for packet in outgoing {
            let track = if packet.is_video { &mut self.video } else { &mut self.audio };
            let Some(track) = track else { continue };
            scratch.heads.push(track.head(packet.payload, packet.timestamp, packet.is_lost));
        }
    }

    fn send_datagrams(
        &self,
        outgoing: &[Outgoing<'_>],
        garbage: Option<&[u8]>,
        udp: &UdpPair,
        scratch: &mut Scratch,
        counters: &Counters,
    ) -> Queued {
        let Scratch { heads, datagram } = scratch;
        for (packet, (head, len)) in outgoing.iter().zip(heads.iter()) {
            let track = if packet.is_video { &self.video } else { &self.audio };
            let Some(to) = track.as_ref().and_then(|track| track.rtp_address(self.connection.peer.ip()))
            else {
                continue;
            };
            if packet.is_lost {
                continue;
            }
            datagram.clear();
            datagram.extend_from_slice(&head[INTERLEAVED_LEN..*len]);
            datagram.extend_from_slice(&packet.payload.body);
            counters.bytes.fetch_add(datagram.len() as u64, Ordering::Relaxed);
            // A full buffer loses a packet, as UDP does.
            let _ = udp.rtp.try_send_to(datagram, to);
            if let Some(noise) = garbage {
                let _ = udp.rtp.try_send_to(noise, to);
            }
        }
        Queued::Until(0)
    }

    fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.video.iter().chain(&self.audio)
    }

    fn report_if_due(&mut self, ticks: u64, effects: &Effects, udp: Option<&UdpPair>) {
        let now = clock::now();
        if now < self.next_report {
            return;
        }
        self.next_report = now + REPORT_INTERVAL;
        // The instant at which `ticks` was due, on the wall.
        let late = now.saturating_duration_since(self.camera.instant(ticks));
        let wall = clock::wall() - late;
        for track in self.video.iter().chain(&self.audio) {
            let timestamp = track.timestamp(ticks * track.hz / VIDEO_HZ, effects);
            let report = SenderReport {
                ssrc: track.info.ssrc,
                wall,
                timestamp,
                packets: track.packets,
                octets: track.octets,
            };
            let bytes = report.to_bytes(&self.camera.name);
            match track.transport {
                Transport::Interleaved { rtcp, .. } => {
                    let prefix = interleaved_prefix(rtcp, bytes.len());
                    self.connection.outbox.send(&mut [IoSlice::new(&prefix), IoSlice::new(&bytes)]);
                }
                Transport::Udp { rtcp_port, .. } => {
                    let to = SocketAddr::new(self.connection.peer.ip(), rtcp_port);
                    let _ = udp.map(|udp| udp.rtcp.try_send_to(&bytes, to));
                }
            }
        }
    }

    /// Counts a frame and remembers it. `outcome` is none if it was held back.
    fn note(&self, clip: &Arc<Clip>, timestamp: u32, outcome: Option<(Queued, bool)>, counters: &Counters) {
        let (delivery, end) = match outcome {
            Some((Queued::Until(end), false)) => (Delivery::Whole, end),
            Some((Queued::Until(end), true)) => (Delivery::Damaged, end),
            Some((Queued::Full | Queued::Broken, _)) | None => (Delivery::Withheld, 0),
        };
        let counter = if delivery == Delivery::Withheld { &counters.withheld } else { &counters.frames };
        counter.fetch_add(1, Ordering::Relaxed);
        if let Some(record) = &self.record {
            record.note(
                clip,
                &FrameNote {
                    number: self.position.number(clip),
                    index: self.position.index,
                    timestamp,
                    sent: clock::wall(),
                    end,
                    delivery,
                },
            );
        }
    }
}

fn frame_packets(clip: &Clip, position: Position) -> &[Payload] {
    &clip.frames[position.index].packets
}
