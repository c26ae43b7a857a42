//! Playback of recorded footage: sessions, playlists over byte ranges of the stored files, and
//! downloads.
//!
//! Belongs here: which bytes of which files make up a range of time, and how players are told.
//! Does not belong here: HTTP (`api`), what is in the boxes (`format`), writing footage
//! (`recorder`). Nothing is remuxed: players get the recorder's own fragments.

mod config;
mod download;
mod error;
mod footage;
mod index_cache;
mod open_scan;
mod playlist;
mod service;
mod session;
mod token;
mod window;

pub use config::{PlaybackConfig, RemoteDelivery};
pub use download::RangeFile;
pub use error::PlaybackError;
pub use footage::{Delivery, EntryFile, Footage};
pub use playlist::Playlist;
pub use service::PlaybackService;
pub use session::{SessionId, SessionInfo};
pub use token::{Holder, MediaTokens, TokenFault};

/// Result of this crate's operations.
pub type Result<T, E = PlaybackError> = std::result::Result<T, E>;
