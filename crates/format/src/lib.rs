//! ISO BMFF boxes, the fragment muxer, the segment file, HLS playlists.
//!
//! Belongs here: how media is laid out in bytes. Does not belong here: codecs' own syntax
//! (`codec`), files and sockets (callers bring a [`ReadAt`] and write what they are given),
//! clocks, tasks. Everything is pure; bytes from outside never panic.

mod boxes;
mod concat;
mod hasher;
pub mod hls;
mod index;
mod init;
mod muxer;
mod read_at;
mod recover;
pub mod scan;
mod segment;
mod sequence;

pub use concat::{Concat, ConcatError, ConcatInput, SourceRange};
pub use hasher::SegmentHasher;
pub use index::IndexBuilder;
pub use init::{InitError, build_init, init_hash, parse_init};
pub use muxer::{FragmentMuxer, MuxError, MuxStats, MuxerConfig};
pub use read_at::ReadAt;
pub use recover::{RecoverError, Recovered, recover};
pub use segment::{SegmentBuilder, SegmentEnd, SegmentMeta, SegmentSummary};
