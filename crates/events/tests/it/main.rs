//! The pipeline over a real database.

mod lab;
mod pipeline;
mod room;
mod watch;
