//! The pipeline over a real database.

mod database;
mod lab;
mod pipeline;
mod room;
mod standby;
mod watch;
