//! The conformance suite: every test runs on the embedded and on the shared form; and what only a
//! server can do: be shared, be away, be wrong.

mod support;

mod counters;
mod failures;
mod faults;
mod limits;
mod news;
mod secrets;
mod values;
