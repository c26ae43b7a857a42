//! The integration tests of the whole: the house itself, and the binary from outside.

#![expect(clippy::disallowed_methods, reason = "the tests run on the real clock")]

mod audit;
mod backup;
mod bucket;
mod canary;
mod disk;
mod exclusive;
#[path = "../../../storage/tests/it/fault_proxy.rs"]
mod fault_proxy;
mod kill;
mod layering;
mod limits;
mod logs;
mod many_cameras;
mod metrics;
mod privacy;
mod probe;
mod purge;
mod real_cameras;
mod requirements;
mod sandbox;
mod secrets;
mod shared_cache;
mod sockets;
mod supervisor;
mod support;
mod tls;
