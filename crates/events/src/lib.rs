//! The way of an event: from where it is noticed, through a bounded queue, in batches into the
//! catalog, and from there to everybody who listens.
//!
//! Belongs here: queueing, batching, retrying, telling; turning what the status board says into
//! events. Does not belong here: how events look outside (`api`), what a device calls them
//! (`devices`).

mod batch;
mod feed;
mod pipeline;
mod stored;
mod watch;
mod writer;

pub use feed::{Notice, Notices, StatusChange};
pub use pipeline::{Events, EventsConfig};
pub use watch::watch;
