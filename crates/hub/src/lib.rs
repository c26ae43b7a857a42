//! Publisher to bounded subscribers, with a GOP cache.
//!
//! Belongs here: fan-out of shared media, the overflow rule, demand. Does not belong here: any
//! knowledge of who subscribes (recorder, live servers), packaging, sockets, clocks.
//!
//! Publishing is synchronous and never waits. Everything is shared: a fragment costs its
//! subscribers a few reference counts.

mod queue;
mod registry;
mod stream;

pub use queue::{Budget, Delivery, Lag, QueueLimits, Subscriber};
pub use registry::{Hub, StreamKey};
pub use stream::{GopLimits, Publisher, Start, Stream};
