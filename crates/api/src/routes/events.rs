//! Events: what happened.

pub(super) mod acknowledge;
pub(super) mod list;
pub(super) mod show;
