//! What can go wrong with a camera, and how that is written.

use std::str::FromStr;
use std::time::Duration;

/// What can go wrong with a camera. All its sessions and both streams are affected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// All connections are closed, in order: what was sent still arrives. With a duration, new
    /// ones are refused as by [`Self::Refuse`] until it is over.
    Drop,
    /// As `Drop`, but with a reset.
    Reset,
    /// Connections stay open and requests are answered, but no media is sent. Frames of that time
    /// are lost; afterwards it goes on with the next key frame.
    Stall,
    /// This share of packets (percent) is not sent, also over TCP; their sequence numbers are used.
    Lose {
        /// 0 to 100.
        percent: f32,
    },
    /// Random bytes between the packets; a datagram of them over UDP.
    Garbage,
    /// Key frames are left out, as if the camera's GOP were endless.
    NoKeyFrame,
    /// RTP time jumps, and back when the duration is over.
    Jump {
        /// Milliseconds forward, or backward if negative.
        millis: i64,
    },
    /// Connections are closed; sessions that begin while it lasts wrap their RTP timestamps.
    Wrap {
        /// This long after their beginning.
        after: Duration,
    },
    /// The main stream changes between H.264 and H.265: connections are closed, the next
    /// `DESCRIBE` shows the other codec. Changes back likewise.
    Codec,
    /// The main stream goes on at half its width and height, in band: new parameter sets, then a
    /// key frame. Changes back likewise.
    Resolution,
    /// `a=framerate` of the SDP says this, whatever is true. (For wrong parameter sets see
    /// [`crate::Video::claimed_fps`].)
    ClaimedFps {
        /// Frames a second.
        fps: u32,
    },
    /// Everything, also responses, trickles at this rate; over TCP only.
    Drip {
        /// Bytes a second.
        bytes_per_sec: u32,
    },
    /// Connections are refused: at a port of its own by closing the listener, else by a reset as
    /// soon as a request names the camera. Sessions that exist go on.
    Refuse,
    /// Every request is answered by 401, whatever credentials it has.
    Unauthorized,
    /// Requests are read but never answered. Sessions that exist go on to send media.
    Silent,
    /// The camera was replugged: connections of that moment are dead (no media, no answer, no end),
    /// new ones work. Dead connections stay dead until it is over, and are then reset.
    HalfOpen,
}

/// A text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a fault: use drop, reset, stall, lose=PERCENT, garbage, no-key-frame, jump=±TIME, wrap=TIME, \
     codec, resolution, fps=N, drip=BYTES, refuse, unauthorized, silent, half-open; TIME as 500ms, 10s or 2m"
)]
pub struct FaultParseError(pub String);

impl FromStr for Fault {
    type Err = FaultParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let fault = match (name, value) {
            ("drop", "") => Some(Self::Drop),
            ("reset", "") => Some(Self::Reset),
            ("stall", "") => Some(Self::Stall),
            ("lose", percent) => percent
                .parse()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))
                .map(|percent| Self::Lose { percent }),
            ("garbage", "") => Some(Self::Garbage),
            ("no-key-frame", "") => Some(Self::NoKeyFrame),
            ("jump", by) => jump(by),
            ("wrap", after) => parse_time(after).map(|after| Self::Wrap { after }),
            ("codec", "") => Some(Self::Codec),
            ("resolution", "") => Some(Self::Resolution),
            ("fps", fps) => fps.parse().ok().map(|fps| Self::ClaimedFps { fps }),
            ("drip", rate) => rate.parse().ok().map(|bytes_per_sec| Self::Drip { bytes_per_sec }),
            ("refuse", "") => Some(Self::Refuse),
            ("unauthorized", "") => Some(Self::Unauthorized),
            ("silent", "") => Some(Self::Silent),
            ("half-open", "") => Some(Self::HalfOpen),
            _ => None,
        };
        fault.ok_or_else(|| FaultParseError(text.to_owned()))
    }
}

fn jump(by: &str) -> Option<Fault> {
    let (sign, time) = match by.strip_prefix('-') {
        Some(time) => (-1, time),
        None => (1, by.strip_prefix('+').unwrap_or(by)),
    };
    let millis = i64::try_from(parse_time(time)?.as_millis()).ok()?;
    Some(Fault::Jump { millis: sign * millis })
}

/// `500ms`, `10s`, `2m`, or plain seconds.
pub(crate) fn parse_time(text: &str) -> Option<Duration> {
    let (number, millis) = if let Some(number) = text.strip_suffix("ms") {
        (number, 1)
    } else if let Some(number) = text.strip_suffix('m') {
        (number, 60_000)
    } else {
        (text.strip_suffix('s').unwrap_or(text), 1000)
    };
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_millis(number.checked_mul(millis)?))
}

/// A fault at a time: `CAMERA:FAULT[@START][+DURATION]`, as `cam0003:stall@10s+20s`. The camera
/// `all` means every one.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledFault {
    /// The camera's name, or `all`.
    pub camera: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How long after the start of the simulator.
    pub start: Duration,
    /// For how long; none: for ever, or at once for what is over at once.
    pub duration: Option<Duration>,
}

impl FromStr for ScheduledFault {
    type Err = FaultParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || FaultParseError(text.to_owned());
        let (camera, rest) = text.split_once(':').ok_or_else(error)?;
        // A `+` also begins a jump forward: the duration is after the last one, if that is not it.
        let (rest, duration) = match rest.rsplit_once('+') {
            Some((before, time)) if !before.ends_with('=') => {
                (before, Some(parse_time(time).ok_or_else(error)?))
            }
            _ => (rest, None),
        };
        let (fault, start) = match rest.split_once('@') {
            Some((fault, time)) => (fault, parse_time(time).ok_or_else(error)?),
            None => (rest, Duration::ZERO),
        };
        Ok(Self { camera: camera.to_owned(), fault: fault.parse()?, start, duration })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_reads_as_it_is_written() {
        let read = |text: &str| text.parse::<ScheduledFault>();
        assert_eq!(
            read("cam0003:stall@10s+20s"),
            Ok(ScheduledFault {
                camera: "cam0003".to_owned(),
                fault: Fault::Stall,
                start: Duration::from_secs(10),
                duration: Some(Duration::from_secs(20)),
            })
        );
        let jump = read("all:jump=+1m").expect("valid");
        assert_eq!((jump.fault, jump.duration), (Fault::Jump { millis: 60_000 }, None));
        let back = read("all:jump=-500ms@3+2m").expect("valid");
        assert_eq!(
            (back.fault, back.start, back.duration),
            (Fault::Jump { millis: -500 }, Duration::from_secs(3), Some(Duration::from_secs(120)))
        );
    }

    #[test]
    fn what_is_no_fault_is_told() {
        for text in ["explode", "lose", "lose=101", "lose=x", "jump=", "wrap", "stall=3", "drip=-1", ""] {
            assert_eq!(text.parse::<Fault>(), Err(FaultParseError(text.to_owned())));
        }
        for text in ["stall", "cam:stall@x", "cam:stall+x", "cam:"] {
            assert!(text.parse::<ScheduledFault>().is_err(), "{text}");
        }
    }
}
