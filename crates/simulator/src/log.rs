//! What was sent, to prove afterwards that nothing of it was lost.

use std::sync::Arc;

use nightjar_media::WallTime;
use parking_lot::Mutex;

use crate::clip::{Clip, FrameDigest};

/// All that a camera sent to anybody.
#[derive(Debug, Clone, Default)]
pub struct CameraLog {
    /// In the order in which media began.
    pub sessions: Vec<SessionLog>,
}

/// One session, from `PLAY` to its end.
#[derive(Debug, Clone)]
pub struct SessionLog {
    /// `main` or `sub`.
    pub stream: String,
    /// Whether media went over UDP.
    pub udp: bool,
    /// When the TCP connection was accepted.
    pub connected: WallTime,
    /// When `PLAY` was answered.
    pub started: WallTime,
    /// When media stopped: the connection was closed, or paused or torn down. None if it goes on.
    pub ended: Option<WallTime>,
    /// The frames, in decoding order, that were due in this time and not before its first key
    /// frame. Empty unless [`crate::SimulatorConfig::log_frames`] is set.
    pub frames: Vec<SentFrame>,
}

/// One video frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentFrame {
    /// Absolute number: `round × frames of the clip + number in the picture`. Grows by one from
    /// frame to frame where the clip has no B-frames.
    pub number: u64,
    /// What identifies its bytes. The same frame comes again in each round of the clip.
    pub digest: FrameDigest,
    /// Whether it is a key frame.
    pub is_key: bool,
    /// RTP timestamp.
    pub timestamp: u32,
    /// When it was handed to the operating system.
    pub sent: WallTime,
    /// How much of it went out.
    pub delivery: Delivery,
}

/// How much of a frame went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// All of it is in the hands of the operating system. (Over TCP it arrives, unless the
    /// connection breaks before; over UDP nobody knows.)
    Whole,
    /// Part of it was left out on purpose (packet loss).
    Damaged,
    /// Nothing: the client was too slow, or a fault held it back.
    Withheld,
    /// It was waiting for the client to read when the connection ended (or still is).
    Pending,
}

impl SessionLog {
    /// Digests over the VCL NAL units of all frames that went out whole, in order.
    pub fn whole_frames(&self) -> impl Iterator<Item = &SentFrame> {
        self.frames.iter().filter(|frame| frame.delivery == Delivery::Whole)
    }
}

/// The record of one session while it is written.
#[derive(Debug)]
pub(crate) struct SessionRecord {
    head: SessionHead,
    body: Mutex<Body>,
}

#[derive(Debug, Clone)]
pub(crate) struct SessionHead {
    pub(crate) stream: &'static str,
    pub(crate) udp: bool,
    pub(crate) connected: WallTime,
    pub(crate) started: WallTime,
}

#[derive(Debug, Default)]
struct Body {
    ended: Option<WallTime>,
    clips: Vec<Arc<Clip>>,
    frames: Vec<Entry>,
    /// How many bytes of the connection the operating system has taken.
    flushed: u64,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    sent: WallTime,
    /// Bytes of the connection up to the end of the frame.
    end: u64,
    timestamp: u32,
    index: u32,
    clip: u8,
    delivery: Delivery,
}

/// One frame as the session reports it.
pub(crate) struct FrameNote {
    pub(crate) number: u64,
    pub(crate) index: usize,
    pub(crate) timestamp: u32,
    pub(crate) sent: WallTime,
    pub(crate) end: u64,
    pub(crate) delivery: Delivery,
}

impl SessionRecord {
    pub(crate) fn new(head: SessionHead) -> Self {
        Self { head, body: Mutex::default() }
    }

    pub(crate) fn note(&self, clip: &Arc<Clip>, note: &FrameNote) {
        let mut body = self.body.lock();
        if body.ended.is_some() {
            return;
        }
        if !body.clips.last().is_some_and(|last| Arc::ptr_eq(last, clip)) {
            body.clips.push(Arc::clone(clip));
        }
        let clip = body.clips.len().saturating_sub(1) as u8;
        let FrameNote { number, timestamp, sent, end, delivery, .. } = *note;
        body.frames.push(Entry { number, sent, end, timestamp, index: note.index as u32, clip, delivery });
    }

    /// Ends the record; `flushed` says how far the connection had got.
    pub(crate) fn end(&self, at: WallTime, flushed: u64) {
        let mut body = self.body.lock();
        if body.ended.is_none() {
            body.ended = Some(at);
            body.flushed = flushed;
        }
    }

    /// What is known now; `flushed` is how far the connection has got if it still lives.
    pub(crate) fn read(&self, flushed: u64) -> SessionLog {
        let body = self.body.lock();
        let flushed = if body.ended.is_some() { body.flushed } else { flushed };
        let frame = |entry: &Entry| {
            let frame = body.clips.get(usize::from(entry.clip))?.frames.get(entry.index as usize)?;
            let is_pending = entry.delivery != Delivery::Withheld && entry.end > flushed;
            Some(SentFrame {
                number: entry.number,
                digest: frame.digest,
                is_key: frame.is_key,
                timestamp: entry.timestamp,
                sent: entry.sent,
                delivery: if is_pending { Delivery::Pending } else { entry.delivery },
            })
        };
        let SessionHead { stream, udp, connected, started } = self.head;
        SessionLog {
            stream: stream.to_owned(),
            udp,
            connected,
            started,
            ended: body.ended,
            frames: body.frames.iter().filter_map(frame).collect(),
        }
    }
}
