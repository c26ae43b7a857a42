//! Simulated cameras: any number of RTSP cameras in one process, with faults on command.
//!
//! Belongs here: clips, the RTSP server's sockets and pacing, faults, the record of what was sent.
//! Does not belong here: packets and the RTSP state machine (`protocol`), command-line parsing
//! (`server`).
//!
//! A camera `cam0001` is at `rtsp://HOST:PORT/cam0001/main` (and `/sub`). Like a real camera it
//! has one clock: all who watch it see the same frame at the same time, and a session begins with
//! the next key frame. The clip repeats for ever with continuous RTP time; the absolute number of
//! a frame is `round × frames of the clip + number in the picture`.

mod camera;
mod clip;
mod clock;
mod config;
mod connection;
mod effects;
mod fault;
mod listener;
mod log;
mod outbox;
mod pacer;
mod session;
mod simulate;
mod simulator;
mod track;

pub use clip::{
    Audio, Clip, ClipAudio, ClipError, ClipFrame, ClipSource, ClipSpec, FrameDigest, Video, read_frame_number,
};
pub use config::{SimCamera, SimulatorConfig};
pub use fault::{Fault, FaultParseError, ScheduledFault};
pub use log::{CameraLog, Delivery, SentFrame, SessionLog};
pub use simulate::{SimulateOptions, simulate};
pub use simulator::{Simulator, SimulatorError, SimulatorStats};

pub use nightjar_protocol::rtsp::Access;
