//! The tables as sea-orm entities, and the way between their rows and the model's types.
//!
//! Belongs here: shapes and conversions. Does not belong here: queries.

pub(crate) mod api_token;
pub(crate) mod camera;
pub(crate) mod camera_config;
pub(crate) mod camera_group;
pub(crate) mod camera_tag;
pub(crate) mod event;
pub(crate) mod gap;
pub(crate) mod node;
mod number;
pub(crate) mod organization;
pub(crate) mod purge;
pub(crate) mod segment;
pub(crate) mod segment_index;
pub(crate) mod session;
pub(crate) mod upload;
pub(crate) mod user;

pub(crate) use nightjar_database::Hidden;
pub(crate) use number::{to_i64, to_u64};

use std::net::IpAddr;

use nightjar_media::WallTime;

use crate::CatalogError;

/// A stored word that none of ours is equal to.
fn unknown(what: &str, word: &str) -> CatalogError {
    CatalogError::Damaged(format!("`{word}` is no {what}"))
}

fn parse_ip(text: &str) -> crate::Result<IpAddr> {
    text.parse().map_err(|_| unknown("address", text))
}

fn time(micros: Option<i64>) -> Option<WallTime> {
    micros.map(WallTime::from_micros)
}

/// A text from outside as both databases take it: PostgreSQL has no place for U+0000.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
