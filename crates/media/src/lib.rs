//! Vocabulary of the data plane: codecs, time, access units, fragments.
//!
//! Belongs here: plain data that every crate on the media path shares. Does not belong here:
//! parsing (`codec`), boxes (`format`), sockets, clocks, tasks. This crate almost never changes.

mod codec;
mod fragment;
mod interruption;
mod time;
mod unit;

pub use codec::{Codec, CodecParameters, MediaKind, TrackId, TrackParameters};
pub use fragment::{Fragment, InitSection, SampleEntry, TrackRun};
pub use interruption::{Interruption, InterruptionCause};
pub use time::{Timescale, WallTime};
pub use unit::AccessUnit;
