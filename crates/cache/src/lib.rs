//! Cached values, counters and limits behind one interface with two forms: *embedded*, in this
//! process's memory, and *shared*, in a Redis or Valkey server that all nodes of a cluster use.
//!
//! What belongs here: values that may be lost at any moment, counters that decide how often
//! somebody may do something, and the news that a value has changed. What does not: anything that
//! must be true; that is the catalog's.
//!
//! A failure of the shared form is never the caller's: a value that can not be read is a miss, a
//! limit that can not be asked for is counted in this process, each of them is counted in
//! `nightjar_cache_errors_total`, and [`Cache::health`] says so.
//!
//! - [`Cache`]: values, counters and "has this been seen before".
//! - [`Copies`]: decoded values kept in this process, dropped when any node says that they changed.
//! - [`Limiter`]: so many within so much time, sliding.
//! - [`Concurrency`]: so many at once.
//! - [`Failures`]: attempts that failed, and how long to wait before the next.
//! - [`keys`]: every key there is, and how long what is under it lives.

mod cache;
mod concurrency;
mod config;
mod copies;
mod error;
mod failures;
#[cfg(fuzzing)]
pub mod fuzzing;
mod health;
mod invalidation;
mod key;
pub mod keys;
mod limit;
mod limiter;
mod memory;
mod meter;
mod remote;

pub use cache::Cache;
pub use concurrency::{Concurrency, Permit};
pub use config::CacheConfig;
pub use copies::{Copies, Reading};
pub use error::CacheError;
pub use failures::{FAILURES_FORGOTTEN_AFTER, FREE_FAILURES, FailureState, Failures, SlowDown, delay_after};
pub use health::CacheHealth;
pub use invalidation::{Invalidation, Invalidations};
pub use key::{Key, KeyPrefix};
pub use limit::{Decision, Limit};
pub use limiter::Limiter;
