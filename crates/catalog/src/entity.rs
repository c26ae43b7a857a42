//! The tables as sea-orm entities, and the way between their rows and the model's types.
//!
//! Belongs here: shapes and conversions. Does not belong here: queries.

pub(crate) mod camera;
pub(crate) mod gap;
pub(crate) mod node;
mod number;
pub(crate) mod segment;
pub(crate) mod segment_index;
pub(crate) mod upload;

pub(crate) use number::{to_i64, to_u64};

use crate::CatalogError;

/// A stored word that none of ours is equal to.
fn unknown(what: &str, word: &str) -> CatalogError {
    CatalogError::Damaged(format!("`{word}` is no {what}"))
}
