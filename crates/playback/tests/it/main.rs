//! Playback of real files.

mod day;
mod downloads;
mod growing;
mod playlists;
mod remote;
mod stores;
mod studio;
mod support;
