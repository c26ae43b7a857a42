//! The commands beside `serve`, one file each.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod restore;
pub(crate) mod sandbox;
mod saved_environment;
pub(crate) mod simulate;
pub(crate) mod user;
