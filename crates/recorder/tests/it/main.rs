//! Integration tests of the recorder.

#![expect(clippy::disallowed_methods, reason = "the tests run on the real clock")]

mod archive;
mod bucket;
#[path = "../../../storage/tests/it/fault_proxy.rs"]
mod fault_proxy;
mod pressure;
mod purge;
mod rebuild;
mod reconcile;
mod recording;
mod recovery;
mod retention;
mod support;
mod take_back;
mod uploads;
mod verify;
