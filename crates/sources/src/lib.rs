//! Cameras as publishers: RTSP pull, supervision and reconnection.
//!
//! Belongs here: connecting, media time and the wall clock, running the fragment muxer once a
//! stream, publishing into the hub. Does not belong here: what becomes of the fragments
//! (`recorder`, `live`), bitstreams (`codec`), boxes (`format`).

mod clock;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod ingest;
mod interfaces;
mod manager;
mod meter;
mod probe;
mod resolve;
mod rtsp;
mod stream;
mod threads;
mod timeline;

pub use error::SourceError;
pub use interfaces::own_addresses;
pub use manager::{Sources, SourcesConfig};
pub use probe::{KeyFrame, Probed, ProbedAudio, probe};
