//! Sources against simulated cameras: what arrives, and what is said when nothing does.

#![expect(clippy::disallowed_methods, reason = "the tests run on the real clock")]

mod faults;
mod frames;
mod probe;
mod support;
