//! The integration tests of the whole: the house itself, and the binary from outside.

#![expect(clippy::disallowed_methods, reason = "the tests run on the real clock")]

mod disk;
mod kill;
mod layering;
mod limits;
mod many_cameras;
mod real_cameras;
mod secrets;
mod support;
